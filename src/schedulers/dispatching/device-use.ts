import type { PolicyView } from "../../plugin.ts";
import { fastestDevice } from "./preferred-device.ts";

/** Mean over the ops of their time on the device that runs them fastest, in ticks; at least 1. */
export function meanBestTicks(view: PolicyView): number {
  let sum = 0;
  for (let op = 0; op < view.opCount; op++) sum += view.estimateTicks(op, fastestDevice(view, op));
  return Math.max(1, sum / Math.max(1, view.opCount));
}

/** Devices by how much of the workload they could do in the time that the best takes, the most useful first; ties by id. */
export function devicesByUse(view: PolicyView): number[] {
  const use = new Float64Array(view.deviceCount);
  for (let op = 0; op < view.opCount; op++) {
    const best = Math.max(1, view.estimateTicks(op, fastestDevice(view, op)));
    for (let d = 0; d < use.length; d++) use[d]! += (view.slots[d]! * best) / Math.max(1, view.estimateTicks(op, d));
  }
  return [...use.keys()].sort((a, b) => use[b]! - use[a]! || a - b);
}

/** By device: 1 = one of `devices`, or some op could not run without it. */
export function neededDevices(view: PolicyView, devices: readonly number[]): Uint8Array {
  const kept = new Uint8Array(view.deviceCount);
  for (const d of devices) kept[d] = 1;
  for (let op = 0; op < view.opCount; op++) {
    let runs = false;
    for (let d = 0; d < kept.length && !runs; d++) runs = kept[d] === 1 && view.estimateTicks(op, d) < Infinity;
    if (!runs) kept[fastestDevice(view, op)] = 1;
  }
  return kept;
}
