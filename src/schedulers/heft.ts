import { z } from "zod";
import { defineScheduler, type PolicyView } from "../plugin.ts";
import { planByFinish } from "./planning/earliest-finish.ts";
import { meansOf } from "./planning/means.ts";
import { staticScheduler, type Plan } from "./planning/plan.ts";
import { papers, upwardRanks } from "./planning/ranks.ts";
import { RouteKinds } from "./planning/route-kinds.ts";
import { byFallingPriority } from "./planning/visit-by-priority.ts";

const options = z.strictObject({
  insertion: z.boolean().default(true).describe("False: an op never goes into a gap between two that were planned before it, only behind the last one"),
});

/**
 * Heterogeneous earliest finish time: ops by falling upward rank, each inserted where it finishes earliest.
 * Ranks are of mean execution times, as published; the paper knows no setups, here they count in the finish:
 * see {@link planByFinish}. Ties: rank by topological order, finish by device id.
 * @source Topcuoglu, Hariri, Wu 2002, figure 2, doi:10.1109/71.993206
 */
export const heft = defineScheduler<z.input<typeof options>>({
  name: "heft",
  summary: "static plan: longest way to the end first, each where it finishes earliest, into gaps too",
  source: papers.heft,
  options,
  create: ({ insertion }) => staticScheduler((view) => planHeft(view, insertion)),
});

/** The plan that `heft` carries out. Linear in edges × devices, but for the search in gaps. */
export function planHeft(view: PolicyView, insertion = true): Plan {
  const routes = new RouteKinds(view);
  const order = byFallingPriority(view, upwardRanks(view, meansOf(view, routes)));
  return planByFinish(view, routes, (eft) => {
    for (let i = 0; i < order.length; i++) eft.insert(order[i]!);
  }, insertion);
}
