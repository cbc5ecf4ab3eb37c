import { defineScheduler, type PolicyView } from "../plugin.ts";
import { planByFinish } from "./planning/earliest-finish.ts";
import { meansOf } from "./planning/means.ts";
import { staticScheduler, type Plan } from "./planning/plan.ts";
import { optimisticCosts, optimisticRanks, papers } from "./planning/ranks.ts";
import { RouteKinds } from "./planning/route-kinds.ts";
import { visitByPriority } from "./planning/visit-by-priority.ts";

/**
 * Predict earliest finish time: looks ahead with the optimistic cost table. Ready ops by falling mean optimistic cost,
 * each inserted where its finish plus the optimistic rest of the way is shortest. The table is
 * of execution times, as published; setups count in the finish: see {@link planByFinish}. Ties: device id.
 * @source Arabnejad, Barbosa 2014, algorithm 1, doi:10.1109/TPDS.2013.57
 */
export const peft = defineScheduler({
  name: "peft",
  summary: "static plan: as heft, but choosing each device by the whole way to the end that it leaves",
  source: papers.peft,
  create: () => staticScheduler(planPeft),
});

/** The plan that `peft` carries out. */
export function planPeft(view: PolicyView): Plan {
  const { deviceCount } = view;
  const routes = new RouteKinds(view);
  const rest = optimisticCosts(view, meansOf(view, routes));
  const priority = optimisticRanks(view, rest);
  return planByFinish(view, routes, (eft) => visitByPriority(view, priority, (op) => eft.insert(op, rest.subarray(op * deviceCount, (op + 1) * deviceCount))));
}
