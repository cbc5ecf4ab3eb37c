import { defineScheduler, type PolicyView } from "../plugin.ts";
import { planByFinish } from "./planning/earliest-finish.ts";
import { meansOf } from "./planning/means.ts";
import { staticScheduler, type Plan } from "./planning/plan.ts";
import { upwardRanks } from "./planning/ranks.ts";
import { RouteKinds } from "./planning/route-kinds.ts";
import { sortByKey } from "./planning/sort-by-key.ts";

/**
 * Modified critical path: ops by their latest possible start, the earliest first, each inserted where it finishes
 * earliest. The latest start is the length of the critical path less the op's own way to the end, mean times and mean
 * transfers included; of ops with equal ones, that whose successor must start earliest goes first, then by topological order.
 *
 * The paper breaks ties by the latest starts of all descendants, which takes quadratic time, and is about identical
 * processors, where its earliest start is the earliest finish. O((V + E) · P + V · log V) but for the search in gaps.
 * @source M.-Y. Wu, D. D. Gajski 1990, doi:10.1109/71.80160
 */
export const mcp = defineScheduler({
  name: "mcp",
  summary: "static plan: the op that must start earliest first, each where it finishes earliest, into gaps too",
  source: "M.-Y. Wu, D. D. Gajski, \"Hypertool: a programming aid for message-passing systems\", IEEE TPDS 1(3), 1990, doi:10.1109/71.80160",
  create: () => staticScheduler(planMcp),
});

/** The plan that `mcp` carries out. */
export function planMcp(view: PolicyView): Plan {
  const routes = new RouteKinds(view);
  const order = byLatestStart(view, upwardRanks(view, meansOf(view, routes)));
  return planByFinish(view, routes, (eft) => {
    for (let i = 0; i < order.length; i++) eft.insert(order[i]!);
  });
}

/** Job after job. The critical path is one number for a job, so the latest start falls as the rank grows. */
function byLatestStart(view: PolicyView, rank: Float64Array): Uint32Array {
  const { succ, opCount, topo } = view;
  const successor = new Float64Array(opCount);
  const job = new Float64Array(opCount);
  for (let op = 0; op < opCount; op++) {
    job[op] = view.jobOf(op);
    for (let k = succ.start[op]!; k < succ.start[op + 1]!; k++) successor[op] = Math.min(successor[op]!, -rank[succ.node[k]!]!);
  }
  const byRank = sortByKey(sortByKey(topo, successor), rank.map((ticks) => -ticks));
  return view.jobCount === 1 ? byRank : sortByKey(byRank, job);
}
