import { defineScheduler } from "../plugin.ts";
import { listScheduler } from "./dispatching/list-scheduler.ts";

/**
 * One central queue: a device with room takes the op that has been ready longest and that it can run; of several
 * devices with room, the one with the smallest id. Knows nothing of costs, data or setups.
 * @source StarPU handbook, scheduling policy "eager"
 */
export const fifo = defineScheduler({
  name: "fifo",
  summary: "one central queue: the op that has been ready longest to the first device with room",
  source: "StarPU handbook, scheduling policy eager, https://files.inria.fr/starpu/doc/html/Scheduling.html",
  create: () => listScheduler({}),
});
