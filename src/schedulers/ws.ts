import { defineScheduler } from "../plugin.ts";
import { starpuHandbook } from "./dispatching/starpu.ts";
import { workStealing } from "./work-stealing.ts";

/**
 * StarPU's work stealing: a queue for each device, an op goes to the device whose op released it, and one whose queue is
 * empty steals from the most loaded. What the handbook leaves open is as in `work-stealing`: a device takes its own
 * newest op, a thief the oldest.
 * @source StarPU handbook, scheduling policy "ws"
 */
export const ws = defineScheduler({
  name: "ws",
  summary: "a queue for each device: its own first, else from the most loaded one (StarPU's work stealing)",
  source: starpuHandbook("ws"),
  create: () => workStealing.create({ victim: "most-loaded" }),
});
