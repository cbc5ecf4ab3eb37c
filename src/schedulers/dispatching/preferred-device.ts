import { InputError, type Issue } from "../../base/errors.ts";
import type { PolicyView } from "../../plugin.ts";
import { NameIndex } from "./name-index.ts";

/**
 * Where each op runs when load plays no part: the first device of the list that can run it; one that none of them can
 * run, and every op without a list, the device with the shortest estimate, ties by id.
 * @param devices By name or id, first choice first.
 * @throws {InputError} for devices that do not exist.
 */
export function preferredDevices(view: PolicyView, devices: readonly (string | number)[]): (op: number) => number {
  const issues: Issue[] = [];
  const index = new NameIndex("device", view.deviceCount, (d) => view.deviceName(d), issues);
  const listed = devices.map((device, i) => index.find(device, ["providers", i]));
  if (issues.length > 0) throw new InputError(issues);
  return (op) => listed.find((device) => view.estimateTicks(op, device) < Infinity) ?? fastestDevice(view, op);
}

/** The device that runs `op` fastest, ties by id; 0 when none can. */
export function fastestDevice(view: PolicyView, op: number): number {
  let best = 0;
  for (let d = 1; d < view.deviceCount; d++) if (view.estimateTicks(op, d) < view.estimateTicks(op, best)) best = d;
  return best;
}
