import { defineThreadPolicy } from "../plugin.ts";
import { MostUrgentFirst } from "./queues/most-urgent-first.ts";

/**
 * Earliest deadline first, preemptive, on all cores together: the jobs of periodic threads by their deadlines; threads
 * without one come last; ties by thread id, and no thread gives way to one with the same deadline. On one core it meets
 * every deadline that can be met; with deadlines at the periods those of every set with a utilisation of at most 1. On m cores
 * it may miss some at a utilisation little above 1 (Dhall's effect).
 * @source C. L. Liu, J. W. Layland, "Scheduling algorithms for multiprogramming in a hard-real-time environment", JACM 20(1), 1973, doi:10.1145/321738.321743; S. K. Dhall, C. L. Liu, "On a real-time scheduling problem", Operations Research 26(1), 1978, doi:10.1287/opre.26.1.127
 */
export const edf = defineThreadPolicy({
  name: "edf",
  summary: "preemptive, the job with the earliest deadline first",
  source: "C. L. Liu, J. W. Layland, \"Scheduling algorithms for multiprogramming in a hard-real-time environment\", JACM 20(1), 1973, doi:10.1145/321738.321743",
  create: () => new MostUrgentFirst({ urgency: (view, thread) => view.deadlineTicks(thread), ties: "id", quantumNs: 0 }),
});
