import { defineScheduler, type PolicyView } from "../plugin.ts";
import { staticLevels } from "./planning/levels.ts";
import { staticScheduler, type Plan } from "./planning/plan.ts";
import { planPairs } from "./planning/plan-pairs.ts";

/**
 * Earliest task first: always the ready op and the device with the earliest start; of those that start together, the op
 * with the highest static level. Gaps stay idle. Ties by op id, then the op's
 * time there, then device id.
 *
 * The paper is about identical processors, where an early start is an early end. Here a slow device that is free goes
 * before a fast one that is not. O((V + E) · P · log V): see {@link planPairs}.
 * @source J.-J. Hwang, Y.-C. Chow, F. D. Anger, C.-Y. Lee 1989, doi:10.1137/0218016
 */
export const etf = defineScheduler({
  name: "etf",
  summary: "static plan: the ready op and device with the earliest start before the others",
  source: "J.-J. Hwang, Y.-C. Chow, F. D. Anger, C.-Y. Lee, \"Scheduling precedence graphs in systems with interprocessor communication times\", SIAM J. Comput. 18(2), 1989, doi:10.1137/0218016",
  create: () => staticScheduler(planEtf),
});

/** The plan that `etf` carries out. */
export function planEtf(view: PolicyView): Plan {
  return planPairs(view, { tie: staticLevels(view).map((level) => -level) });
}
