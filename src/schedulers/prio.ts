import { defineScheduler } from "../plugin.ts";
import { listScheduler } from "./dispatching/list-scheduler.ts";
import { upwardRanks } from "./planning/ranks.ts";
import { starpuHandbook } from "./dispatching/starpu.ts";

/**
 * Eager with priorities: one central queue by priority; a device with room takes the first op that it can run, and of
 * several devices with room the one with the smallest id does. StarPU leaves the priorities to the application; here
 * they are upward ranks, the way to the end of the graph. Ties by op id.
 * @source StarPU handbook, scheduling policy "prio"
 */
export const prio = defineScheduler({
  name: "prio",
  summary: "one central queue by priority (way to the end): its first op to the first device with room (StarPU's eager with priorities)",
  source: starpuHandbook("prio"),
  create: () => listScheduler({ keys: (view) => upwardRanks(view).map((rank) => -rank) }),
});
