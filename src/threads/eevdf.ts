import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { defineThreadPolicy, type ThreadView } from "../plugin.ts";
import { Affinity } from "./queues/affinity.ts";
import { CoreQueues } from "./queues/core-queues.ts";
import { coreFactor, positiveTime } from "./queues/durations.ts";
import { EevdfQueue, EevdfThreads, type EevdfRule } from "./queues/eevdf-queue.ts";

const options = z.strictObject({
  slice: positiveTime().prefault("750us").describe("Length of a request (base_slice). Shorter = a thread waits less long, and is interrupted more often"),
  quantum: quantity("time").prefault("0ns").describe('How long a thread runs before the choice is made anew: "1ms"; 0ns = until its request is served'),
  preempt: z.boolean().default(false).describe("Whether a waking thread that is eligible with an earlier deadline takes the core before that"),
  lag: z.enum(["keep", "forget"]).default("keep").describe("Whether a thread that waited for something still has the lag with which it went, or starts at its fair share"),
  scale: z.boolean().default(true).describe("Whether `slice` grows with the cores as in Linux, by 1 + log2(cores), of 8 cores at most"),
  queues: z.enum(["per-core", "global"]).default("per-core").describe("A queue for each core, with an idle core taking threads from others; or one for all cores"),
  balance: quantity("time").prefault("4ms").describe("How often at most a core whose slice is over takes threads from the heaviest queue; 0ns = never"),
});
type Options = z.infer<typeof options>;

/**
 * Earliest eligible virtual deadline first, as in Linux since 6.6. A thread's lag is what it should have had by its
 * weight, less what it had; it is eligible while its lag is not negative. It asks for time in requests of one slice, whose
 * virtual deadline is slice / weight after the virtual time that it has had. Of the eligible threads the one with the earliest deadline runs.
 * On one core, lag stays above minus the request, and below the longer of request and quantum. A thread that waits for
 * something keeps at most two requests of lag.
 * @source I. Stoica, H. Abdel-Wahab, "Earliest eligible virtual deadline first: a flexible and accurate mechanism for proportional share resource allocation", Old Dominion University, TR-95-22, 1995; Linux 6.6, kernel/sched/fair.c
 */
export const eevdf = defineThreadPolicy<Options>({
  name: "eevdf",
  summary: "of the threads that are owed time, the one with the earliest virtual deadline (Linux since 6.6)",
  source: "I. Stoica, H. Abdel-Wahab, \"Earliest eligible virtual deadline first: a flexible and accurate mechanism for proportional share resource allocation\", Old Dominion University, TR-95-22, 1995; Linux 6.6, kernel/sched/fair.c",
  options,
  create: (chosen) => {
    const affinity = new Affinity();
    const threads = new EevdfThreads();
    return new CoreQueues({ queues: chosen.queues, balanceNs: chosen.balance, steal: true }, affinity, (view, queueCount) => new EevdfQueue(ruleOf(chosen, view), threads, affinity, view.coreCount / queueCount));
  },
});

function ruleOf({ slice, quantum, preempt, lag, scale }: Options, view: ThreadView): EevdfRule {
  return {
    request: ((scale ? coreFactor(view.coreCount) : 1) * slice) / view.tickNs,
    quantum: quantum > 0 ? quantum / view.tickNs : Infinity,
    preempt,
    keptLag: lag === "keep" ? 2 : 0,
  };
}
