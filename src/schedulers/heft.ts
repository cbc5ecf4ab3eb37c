import { defineScheduler, type PolicyView } from "../plugin.ts";
import { EarliestFinish } from "./earliest-finish.ts";
import { meansOf } from "./means.ts";
import { staticScheduler, type Plan } from "./plan.ts";
import { papers, upwardRanks } from "./ranks.ts";
import { RouteKinds } from "./route-kinds.ts";
import { byFallingPriority } from "./visit-by-priority.ts";

/**
 * Heterogeneous earliest finish time: ops by falling upward rank, each inserted where it finishes earliest.
 * Ties: rank by topological order, finish by device id.
 * @source Topcuoglu, Hariri, Wu 2002, figure 2, doi:10.1109/71.993206
 */
export const heft = defineScheduler({
  name: "heft",
  summary: "static plan: longest way to the end first, each where it finishes earliest, into gaps too",
  source: papers.heft,
  create: () => staticScheduler(planHeft),
});

/** The plan that `heft` carries out. Linear in edges × devices, but for the search in gaps. */
export function planHeft(view: PolicyView): Plan {
  const routes = new RouteKinds(view);
  const eft = new EarliestFinish(view, routes);
  for (const op of byFallingPriority(view, upwardRanks(view, meansOf(view, routes)))) eft.insert(op);
  return eft.plan();
}
