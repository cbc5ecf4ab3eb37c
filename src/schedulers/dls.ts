import { defineScheduler, type PolicyView } from "../plugin.ts";
import { medianCosts, staticLevels } from "./planning/levels.ts";
import { staticScheduler, type Plan } from "./planning/plan.ts";
import { planPairs } from "./planning/plan-pairs.ts";

/**
 * Dynamic level scheduling: always the ready op and the device with the highest dynamic level, which is the op's static
 * level (the longest way to the end by median times, without transfers), less the start that the device offers, plus
 * what the device saves over the median time of the op. Gaps stay idle. Ties by op id, then its time, then device id.
 *
 * The median is of the devices that can run the op; the paper's takes the others for the slowest. Its variants that
 * weigh successors and route transfers over links are left out. O((V + E) · P · log V): see {@link planPairs}.
 * @source G. C. Sih, E. A. Lee 1993, equations 1 to 8, doi:10.1109/71.207593
 */
export const dls = defineScheduler({
  name: "dls",
  summary: "static plan: the ready op and device with the longest way to the end, the earliest start and the best fit",
  source: "G. C. Sih, E. A. Lee, \"A compile-time scheduling heuristic for interconnection-constrained heterogeneous processor architectures\", IEEE TPDS 4(2), 1993, doi:10.1109/71.207593",
  create: () => staticScheduler(planDls),
});

/** The plan that `dls` carries out. */
export function planDls(view: PolicyView): Plan {
  const median = medianCosts(view);
  const level = staticLevels(view, median);
  return planPairs(view, {
    bonus: (op, device) => level[op]! + median[op]! - view.estimateTicks(op, device),
    tie: new Float64Array(view.opCount),
  });
}
