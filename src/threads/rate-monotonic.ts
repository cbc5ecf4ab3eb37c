import { defineThreadPolicy } from "../plugin.ts";
import { MostUrgentFirst } from "./queues/most-urgent-first.ts";

/**
 * Rate-monotonic priorities, preemptive, on all cores together: the shorter the period, the more urgent; threads without a
 * period come last; ties by thread id. Optimal among fixed priorities on one core where deadlines are the periods, and
 * then nothing is late up to a utilisation of n(2^(1/n) − 1). Locks lend no urgency here: for that, give `priority`
 * priorities in this order.
 * @source C. L. Liu, J. W. Layland, "Scheduling algorithms for multiprogramming in a hard-real-time environment", JACM 20(1), 1973, doi:10.1145/321738.321743
 */
export const rateMonotonic = defineThreadPolicy({
  name: "rate-monotonic",
  summary: "preemptive, the shorter the period the more urgent",
  source: "C. L. Liu, J. W. Layland, \"Scheduling algorithms for multiprogramming in a hard-real-time environment\", JACM 20(1), 1973, doi:10.1145/321738.321743",
  create: () => new MostUrgentFirst({ urgency: (view, thread) => view.periodTicks(thread), ties: "id", quantumNs: 0 }),
});
