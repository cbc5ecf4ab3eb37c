import { z } from "zod";
import { quantity } from "../base/quantity.ts";

const time = quantity("time");

/** What one pays for what threads do; each in ns, the refill in bytes/ns. */
export const costFigures = z.strictObject({
  atomic: time.optional().describe("An atomic operation on a line that the core has"),
  line: time.optional().describe("To bring a cache line from another core"),
  park: time.optional().describe("To go to sleep in the kernel"),
  wake: time.optional().describe("To wake another thread, paid by the one who wakes"),
  wakeLatency: time.optional().describe("From then until the woken thread may run"),
  switch: time.optional().describe("To change the thread of a core"),
  migrate: time.optional().describe("More where the thread ran on another core before"),
  refill: quantity("bandwidth").refine((value) => value > 0, { message: "must be above 0" }).optional().describe("Bandwidth at which a working set comes back into cold caches"),
  spawn: time.optional().describe("To start a thread"),
  yield: time.optional().describe("To yield"),
  queue: time.optional().describe("Queue, deque and channel operations beyond their atomics"),
  step: time.optional().describe("Any other instruction"),
});
export type CostFigures = z.output<typeof costFigures>;

/** The `threadCosts:` section. */
export const costsSchema = z.union([
  z.literal("none").transform(() => ({ none: true as const })),
  costFigures.extend({ profile: z.string().min(1).optional().describe("A measured profile (heddle-thread-costs/1 JSON) to start from. Default: the built-in figures") }),
]).describe("What locks, switches and wake-ups cost: a measured profile, figures that differ from it, or none. Default: built-in figures with their sources");
