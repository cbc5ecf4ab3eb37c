import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { defineThreadPolicy } from "../plugin.ts";
import { MostUrgentFirst } from "./queues/most-urgent-first.ts";

const options = z.strictObject({
  quantum: quantity("time").prefault("0ns").describe('How long a thread runs before another of its priority has its turn: "100ms" (SCHED_RR); 0ns = until it waits or yields (SCHED_FIFO)'),
});

/**
 * Preemptive fixed priorities on all cores together, as POSIX's SCHED_FIFO and SCHED_RR: at any time the threads of highest
 * priority run. Within one priority: first come, first served; a preempted thread goes to the front of its level and keeps
 * the rest of its quantum, one that yields, wakes up or used its quantum goes to the end, and so does one whose priority
 * is raised, to the front one whose is lowered. Priorities that locks lend (inheritance, ceiling) count while they are lent.
 * @source IEEE Std 1003.1-2017 (POSIX), System Interfaces 2.8.4, https://pubs.opengroup.org/onlinepubs/9699919799/
 */
export const priority = defineThreadPolicy<z.infer<typeof options>>({
  name: "priority",
  summary: "preemptive fixed priorities, with those that locks lend; equal ones in order or in turn (SCHED_FIFO, SCHED_RR)",
  source: "IEEE Std 1003.1-2017 (POSIX), System Interfaces 2.8.4, https://pubs.opengroup.org/onlinepubs/9699919799/",
  options,
  create: ({ quantum }) => new MostUrgentFirst({ urgency: (view, thread) => -view.priority(thread), ties: "fifo", quantumNs: quantum }),
});
