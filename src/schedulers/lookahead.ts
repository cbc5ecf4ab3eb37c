import { defineScheduler, type PolicyView } from "../plugin.ts";
import { planByFinish, type EarliestFinish } from "./planning/earliest-finish.ts";
import { meansOf } from "./planning/means.ts";
import { staticScheduler, type Plan } from "./planning/plan.ts";
import { upwardRanks } from "./planning/ranks.ts";
import { RouteKinds } from "./planning/route-kinds.ts";
import { Successors, type Successor } from "./planning/successors.ts";
import { TrialIntervals } from "./planning/trial-intervals.ts";
import { byFallingPriority } from "./planning/visit-by-priority.ts";

/**
 * HEFT with a look ahead: on each device in turn an op is tried together with all of its successors, which go where they
 * finish earliest, by falling rank; it stays where the last of them finishes earliest. Ties: the op's own finish, then
 * device id. Of a successor's other inputs those count that are planned already; setups of successors are not foreseen.
 *
 * This is the paper's variant that looks at all successors and keeps the order of priorities. An op with s successors on
 * P devices takes O(s · P²) searches, each logarithmic.
 * @source L. F. Bittencourt, R. Sakellariou, E. R. M. Madeira 2010, doi:10.1109/PDP.2010.56
 */
export const lookahead = defineScheduler({
  name: "lookahead",
  summary: "static plan: as heft, but choosing each device by where all successors can finish",
  source: "L. F. Bittencourt, R. Sakellariou, E. R. M. Madeira, \"DAG scheduling using a lookahead variant of the heterogeneous earliest finish time algorithm\", PDP 2010, doi:10.1109/PDP.2010.56",
  create: () => staticScheduler(planLookahead),
});

/** The plan that `lookahead` carries out. */
export function planLookahead(view: PolicyView): Plan {
  const routes = new RouteKinds(view);
  const upward = upwardRanks(view, meansOf(view, routes));
  const order = byFallingPriority(view, upward);
  return planByFinish(view, routes, (eft) => {
    const trial = new TrialIntervals(view, eft);
    const successors = new Successors(view, eft, upward);
    for (const op of order) {
      const device = bestForSuccessors(view, eft, trial, op, successors.of(op));
      // Where no device will do, `insert` says so.
      if (device < 0 || !eft.insertOn(op, device)) eft.insert(op);
      successors.planned(op);
    }
  });
}

function bestForSuccessors(view: PolicyView, eft: EarliestFinish, trial: TrialIntervals, op: number, successors: readonly Successor[]): number {
  let best = -1;
  let soonest = Infinity;
  let ownSoonest = Infinity;
  for (let d = 0; d < view.deviceCount; d++) {
    const start = eft.startOn(op, d);
    if (start === Infinity) continue;
    const duration = view.estimateTicks(op, d);
    const own = start + duration;
    // All successors finish after the op itself.
    if (own > soonest) continue;
    trial.clear();
    trial.take(d, start, duration);
    let last = own;
    for (let i = 0; i < successors.length && last <= soonest; i++) last = Math.max(last, trySuccessor(view, trial, successors[i]!, d, own));
    if (best >= 0 && (last > soonest || (last === soonest && own >= ownSoonest))) continue;
    [best, soonest, ownSoonest] = [d, last, own];
  }
  return best;
}

/** Takes the time of `successor` where it finishes earliest when the op ends on `from` at `end`; its finish, Infinity = nowhere. */
function trySuccessor(view: PolicyView, trial: TrialIntervals, { op, edges, ready }: Successor, from: number, end: number): number {
  let device = -1;
  let start = 0;
  let finish = Infinity;
  for (let d = 0; d < view.deviceCount; d++) {
    const duration = view.estimateTicks(op, d);
    if (duration === Infinity) continue;
    let there = ready[d]!;
    for (const edge of edges) there = Math.max(there, end + view.transferTicks(edge, from, d));
    if (there + duration >= finish) continue;
    const at = trial.earliest(d, there, duration);
    if (at + duration < finish) [device, start, finish] = [d, at, at + duration];
  }
  if (device >= 0) trial.take(device, start, view.estimateTicks(op, device));
  return finish;
}
