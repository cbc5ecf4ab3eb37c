import type { LowerBound } from "../bounds/lower-bound.ts";
import { realizedInstance } from "../bounds/realized-costs.ts";
import { searchBound } from "../bounds/search-bound.ts";
import type { Trace } from "../core/trace.ts";
import { exact } from "../schedulers/exact.ts";

/**
 * The bound of a run, raised to what an exhaustive search proves, where the scheduler `exact` made the run. A plan
 * knows expected times only; the proof is found anew for the times of the run, with as large a budget, from the run's
 * own schedule on.
 */
export function withProof(bound: LowerBound, { scheduler, report, instance, seed, ops, complete, makespanTicks }: Trace): LowerBound {
  const nodes = report?.["nodes"];
  if (scheduler !== exact.name || typeof nodes !== "number" || !complete || bound.ticks >= makespanTicks || instance.changeTicks !== undefined) return bound;
  // An operator that takes no time comes before what starts at the same tick after it.
  const order = Uint32Array.from(instance.topo).sort((a, b) => ops.startTicks[a]! - ops.startTicks[b]! || ops.endTicks[a]! - ops.endTicks[b]!);
  const incumbent = Array.from(order, (op) => ({ op, device: ops.device[op]! }));
  const ticks = searchBound(realizedInstance(instance, seed), 2 * nodes + 1000, incumbent);
  return ticks > bound.ticks ? { ...bound, ticks, source: "exact" } : bound;
}
