import { defineScheduler, type Dispatch, type SchedulerView } from "../plugin.ts";
import { mappingPaper } from "./dispatching/meta-task.ts";

/**
 * Minimum execution time: each op, as it becomes ready, to the queue of the device that runs it fastest, however long
 * that queue is, wherever the data lies, and whatever must be loaded first: by definition it compares execution times
 * alone. Ties by device id, so identical devices after the first stay idle.
 * @source Maheswaran et al. 1999, doi:10.1006/jpdc.1999.1581
 */
export const met = defineScheduler({
  name: "met",
  summary: "each ready op to the device that runs it fastest, however long its queue",
  source: mappingPaper,
  create: () => ({
    dispatch(view: SchedulerView, out: Dispatch): void {
      for (let op = view.ready.first(), next; op >= 0; op = next) {
        next = view.ready.next(op);
        const device = fastest(view, op);
        if (device >= 0) out.place(op, device);
      }
    },
  }),
});

function fastest(view: SchedulerView, op: number): number {
  let best = -1;
  let shortest = Infinity;
  for (let d = 0; d < view.deviceCount; d++) {
    const time = view.estimateTicks(op, d);
    if (time < shortest) [best, shortest] = [d, time];
  }
  return best;
}
