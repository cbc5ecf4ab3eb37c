import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { defineThreadPolicy, type ThreadView } from "../plugin.ts";
import { Affinity } from "./queues/affinity.ts";
import { CoreQueues } from "./queues/core-queues.ts";
import { coreFactor, positiveTime } from "./queues/durations.ts";
import { FairQueue, FairThreads, type FairRule } from "./queues/fair-queue.ts";

const options = z.strictObject({
  latency: positiveTime().prefault("6ms").describe("Period in which each runnable thread of a core should run once (sched_latency). A thread's slice is its share of it by weight"),
  granularity: positiveTime().prefault("750us").describe("Least slice (sched_min_granularity); with so many threads that shares would be less, the period grows"),
  wakeup: quantity("time").prefault("1ms").describe("How far behind in virtual runtime, for weight 1024, a waking thread must be to take the core at once (sched_wakeup_granularity)"),
  preempt: z.boolean().default(true).describe("Whether waking threads may take a core at once"),
  sleepers: z.enum(["gentle", "full", "none"]).default("gentle").describe("How far behind the others a thread may be that has slept: half the latency, all of it, or not at all"),
  scale: z.boolean().default(true).describe("Whether the times above grow with the cores as in Linux, by 1 + log2(cores), of 8 cores at most"),
  queues: z.enum(["per-core", "global"]).default("per-core").describe("A queue for each core, with an idle core taking threads from others; or one for all cores"),
  balance: quantity("time").prefault("4ms").describe("How often at most a core whose slice is over takes threads from the heaviest queue; 0ns = never"),
});
type Options = z.infer<typeof options>;

/**
 * Weighted fair share, as Linux's completely fair scheduler (CFS) had it from 2.6.23 to 6.5: virtual runtime is time run
 * times 1024 / weight, and the runnable thread with the least runs next, for its share of the latency. A thread that wakes
 * up is put back at most as far as `sleepers` says, and takes the core at once if it is far enough behind. New threads
 * begin one slice later. A thread that yields is passed over once. Defaults are those of Linux 6.5.
 *
 * Simplified: slices are timed to the tick of the simulation and set as a thread begins to run, where Linux looks at them
 * with its timer; there are no groups, no bandwidth limits, no buddies, and one domain of balancing, by weight.
 * @source Linux 6.5, kernel/sched/fair.c, and Documentation/scheduler/sched-design-CFS.rst, https://docs.kernel.org/scheduler/sched-design-CFS.html
 */
export const fair = defineThreadPolicy<Options>({
  name: "fair",
  summary: "weighted fair share by virtual runtime, a queue for each core (Linux's CFS)",
  source: "Linux 6.5, kernel/sched/fair.c; Documentation/scheduler/sched-design-CFS.rst, https://docs.kernel.org/scheduler/sched-design-CFS.html",
  options,
  create: (chosen) => {
    const affinity = new Affinity();
    const threads = new FairThreads();
    return new CoreQueues({ queues: chosen.queues, balanceNs: chosen.balance, steal: true }, affinity, (view, queueCount) => new FairQueue(ruleOf(chosen, view), threads, affinity, view.coreCount / queueCount));
  },
});

function ruleOf({ latency, granularity, wakeup, preempt, sleepers, scale }: Options, view: ThreadView): FairRule {
  const ticks = (scale ? coreFactor(view.coreCount) : 1) / view.tickNs;
  return {
    latency: latency * ticks,
    granularity: granularity * ticks,
    wakeup: preempt ? wakeup * ticks : Infinity,
    credit: { gentle: 0.5, full: 1, none: 0 }[sleepers] * latency * ticks,
  };
}
