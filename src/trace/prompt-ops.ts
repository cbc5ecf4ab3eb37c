import type { Trace } from "../core/trace.ts";

/** By tick: the ops that began then, as soon as they were placed and had their data; by id. */
export function promptOps({ ops }: Trace): ReadonlyMap<number, readonly number[]> {
  const begun = new Map<number, number[]>();
  for (let op = 0; op < ops.startTicks.length; op++) {
    const start = ops.startTicks[op]!;
    if (latest(ops.readyTicks[op]!, ops.placedTicks[op]!, ops.dataTicks[op]!) !== start) continue;
    const others = begun.get(start);
    if (others === undefined) begun.set(start, [op]);
    else others.push(op);
  }
  return begun;
}

/** NaN stands for what did not happen. */
export function latest(a: number, b: number, c = 0): number {
  return Math.max(a > 0 ? a : 0, b > 0 ? b : 0, c > 0 ? c : 0);
}
