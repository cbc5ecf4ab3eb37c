import { defineThreadPolicy, type ThreadView } from "../plugin.ts";
import { MostUrgentFirst } from "./queues/most-urgent-first.ts";

/**
 * Deadline-monotonic priorities, preemptive, on all cores together: the shorter the time from release to deadline, the more
 * urgent; threads without a deadline come last; ties by thread id. Optimal among fixed priorities on one core where
 * deadlines are not after the periods.
 * @source J. Y.-T. Leung, J. Whitehead, "On the complexity of fixed-priority scheduling of periodic, real-time tasks", Performance Evaluation 2(4), 1982, doi:10.1016/0166-5316(82)90024-4
 */
export const deadlineMonotonic = defineThreadPolicy({
  name: "deadline-monotonic",
  summary: "preemptive, the shorter the time from release to deadline the more urgent",
  source: "J. Y.-T. Leung, J. Whitehead, \"On the complexity of fixed-priority scheduling of periodic, real-time tasks\", Performance Evaluation 2(4), 1982, doi:10.1016/0166-5316(82)90024-4",
  create: () => {
    const relative: number[] = [];
    // A thread is runnable for the first time at its first release, so that is when its deadline tells how long it has.
    const urgency = (view: ThreadView, thread: number): number => {
      while (relative.length <= thread) relative.push(-1);
      if (relative[thread]! < 0) relative[thread] = view.deadlineTicks(thread) - view.nowTicks;
      return relative[thread]!;
    };
    return new MostUrgentFirst({ urgency, ties: "id", quantumNs: 0 });
  },
});
