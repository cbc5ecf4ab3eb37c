import { defineScheduler } from "../plugin.ts";
import { immediateScheduler } from "./dispatching/immediate.ts";
import { comparisonPaper } from "./planning/mapping-comparison.ts";

/**
 * Opportunistic load balancing: each op, as it becomes ready, to the queue of the device that is expected to be
 * available next, however long the op takes there and wherever its data lies. Keeps all devices busy and nothing else.
 * Ties by device id. O(P) an op.
 * @source Braun et al. 2001, doi:10.1006/jpdc.2000.1714
 */
export const olb = defineScheduler({
  name: "olb",
  summary: "each ready op to the device that is available next, however slow it is there",
  source: comparisonPaper,
  create: () => immediateScheduler({ countsExecution: false }),
});
