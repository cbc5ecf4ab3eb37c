import { defineScheduler } from "../plugin.ts";
import { listScheduler, soonestDone } from "./dispatching/list-scheduler.ts";
import { upwardRanks } from "./planning/ranks.ts";

/**
 * Dynamic list scheduling by bottom level: of the ready ops, the one with the longest way to the end (mean costs and
 * mean transfers, its upward rank) goes first, to the device with room where it ends soonest. On identical processors
 * without transfers this is Highest Levels First with Estimated Times.
 * @source T. L. Adam, K. M. Chandy, J. R. Dickson, "A comparison of list schedules for parallel processing systems", CACM 17(12), 1974, doi:10.1145/361604.361619
 */
export const bLevel = defineScheduler({
  name: "b-level",
  summary: "dynamic list: the ready op with the longest way to the end first, where it ends soonest",
  source: "T. L. Adam, K. M. Chandy, J. R. Dickson, \"A comparison of list schedules for parallel processing systems\", CACM 17(12), 1974, doi:10.1145/361604.361619",
  create: () => listScheduler({ keys: (view) => upwardRanks(view).map((rank) => -rank), choose: soonestDone }),
});
