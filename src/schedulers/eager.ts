import { defineScheduler } from "../plugin.ts";
import { listScheduler } from "./dispatching/list-scheduler.ts";
import { starpuHandbook } from "./dispatching/starpu.ts";

/**
 * StarPU's central queue, from which every device with room takes the op that has been ready longest and that it can
 * run. StarPU puts tasks to which the application gave a priority at the front; here none has one, so that it decides as
 * `fifo` does. With priorities it is `prio`.
 * @source StarPU handbook, scheduling policy "eager"
 */
export const eager = defineScheduler({
  name: "eager",
  summary: "one central queue from which all devices take, oldest op first (StarPU's eager; decides as fifo)",
  source: starpuHandbook("eager"),
  create: () => listScheduler({}),
});
