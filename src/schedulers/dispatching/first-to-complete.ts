import type { PolicyView } from "../../plugin.ts";

/**
 * The device where `op` is expected to complete first; its inputs come while the device is busy with what it has. Ties
 * by id; -1 = none can run it and be reached by its inputs.
 * @param wait by device: ticks until it can begin another op
 * @param isAllowed leaves devices out; default: none
 */
export function firstToComplete(view: PolicyView, op: number, wait: Float64Array, isAllowed?: (device: number) => boolean): number {
  let best = -1;
  let earliest = Infinity;
  for (let d = 0; d < view.deviceCount; d++) {
    const execution = view.estimateTicks(op, d);
    if (execution === Infinity || wait[d]! + execution >= earliest || isAllowed?.(d) === false) continue;
    const end = Math.max(wait[d]!, view.dataTicks(op, d)) + view.setupTicks(op, d) + execution;
    if (end < earliest) [best, earliest] = [d, end];
  }
  return best;
}
