import { defineScheduler, type PolicyView } from "../plugin.ts";
import { planByFinish } from "./planning/earliest-finish.ts";
import { staticLevels } from "./planning/levels.ts";
import { staticScheduler, type Plan } from "./planning/plan.ts";
import { RouteKinds } from "./planning/route-kinds.ts";
import { visitByPriority } from "./planning/visit-by-priority.ts";

/**
 * Highest levels first with estimated times: of the ready ops always the one with the highest static level (the longest
 * way to the end, without transfers), behind the last op of the device where it finishes earliest. Gaps stay idle.
 * Ties: level by topological order, finish by device id.
 *
 * The paper is about identical processors without transfers; there the earliest finish is its earliest start.
 * O((V + E) · P + V · log V).
 * @source T. L. Adam, K. M. Chandy, J. R. Dickson 1974, doi:10.1145/361604.361619
 */
export const hlfet = defineScheduler({
  name: "hlfet",
  summary: "static plan: longest way to the end without transfers first, each where it finishes earliest, no gaps filled",
  source: "T. L. Adam, K. M. Chandy, J. R. Dickson, \"A comparison of list schedules for parallel processing systems\", CACM 17(12), 1974, doi:10.1145/361604.361619",
  create: () => staticScheduler(planHlfet),
});

/** The plan that `hlfet` carries out. */
export function planHlfet(view: PolicyView): Plan {
  const level = staticLevels(view);
  return planByFinish(view, new RouteKinds(view), (eft) => visitByPriority(view, level, (op) => eft.insert(op)), false);
}
