import { defineScheduler } from "../plugin.ts";
import { immediateScheduler } from "./dispatching/immediate.ts";
import { starpuHandbook } from "./dispatching/starpu.ts";

/**
 * Deque model: each op, as it becomes ready, to the device with the earliest expected end: the device's queue, then the
 * op. It does not ask where the inputs are, which is what `dmda` adds. Ties by device id.
 * @source StarPU handbook, scheduling policy "dm"; Augonnet et al. 2011, doi:10.1002/cpe.1631
 */
export const dm = defineScheduler({
  name: "dm",
  summary: "each ready op to the device with the earliest expected end, wherever its inputs are (StarPU's performance model)",
  source: starpuHandbook("dm"),
  create: () => immediateScheduler({}),
});
