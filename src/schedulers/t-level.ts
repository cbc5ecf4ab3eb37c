import { defineScheduler } from "../plugin.ts";
import { surveyPaper } from "./planning/levels.ts";
import { listScheduler, soonestDone } from "./dispatching/list-scheduler.ts";
import { downwardRanks } from "./planning/ranks.ts";

/**
 * Dynamic list scheduling by top level: of the ready ops, the one with the shortest way from the start of the graph (mean
 * costs and mean transfers, its downward rank) goes first, to the device with room where it ends soonest: near enough
 * the order in which ops would start on unlimited devices. O((V + E) + V · (P + log V)).
 * @source Kwok, Ahmad 1999, doi:10.1145/344588.344618
 */
export const tLevel = defineScheduler({
  name: "t-level",
  summary: "dynamic list: the ready op with the shortest way from the start first, where it ends soonest",
  source: surveyPaper,
  create: () => listScheduler({ keys: (view) => downwardRanks(view), choose: soonestDone }),
});
