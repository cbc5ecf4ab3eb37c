import { defineScheduler } from "../plugin.ts";
import { immediateScheduler } from "./dispatching/immediate.ts";
import { mappingPaper } from "./dispatching/meta-task.ts";

/**
 * Minimum completion time: each op, as it becomes ready, to the queue of the device where it is expected to complete
 * first. The wait for the device and the transfer of the inputs pass side by side, so the op begins after the longer.
 * @source Maheswaran et al. 1999, doi:10.1006/jpdc.1999.1581
 */
export const mct = defineScheduler({
  name: "mct",
  summary: "each ready op to the device where it is expected to complete first",
  source: mappingPaper,
  create: () => immediateScheduler({ awaitsData: true }),
});
