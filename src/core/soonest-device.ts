import type { PolicyView } from "../plugin.ts";

/**
 * The device where `op` should end first if it were placed now; ties by id.
 * @param wait ticks until the device can begin it; default {@link PolicyView.waitTicks}
 */
export function soonestDevice(view: PolicyView, op: number, wait: (device: number) => number = (device) => view.waitTicks(device)): number {
  let best = -1;
  let soonest = Infinity;
  for (let d = 0; d < view.deviceCount; d++) {
    const estimate = view.estimateTicks(op, d);
    if (estimate === Infinity) continue;
    const end = Math.max(wait(d), view.dataTicks(op, d)) + view.setupTicks(op, d) + estimate;
    if (best < 0 || end < soonest) [best, soonest] = [d, end];
  }
  return best;
}
