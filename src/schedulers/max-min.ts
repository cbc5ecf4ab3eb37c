import { defineScheduler } from "../plugin.ts";
import { CostTree } from "./dispatching/cost-tree.ts";
import { EqualTasks } from "./dispatching/equal-tasks.ts";
import { batchScheduler, mappingPaper, type MetaTask } from "./dispatching/meta-task.ts";

/**
 * Maps the ready ops one by one to device queues: always the op whose best completion is the latest, on the device of
 * that completion, so that long ops do not end up last. Ties: op id, then device id.
 *
 * Each op is found in a {@link CostTree}, which passes over most others: far less than O(r²) for r ready ops. Of ops with
 * equal costs only the first is in it.
 * @source Maheswaran et al. 1999, doi:10.1006/jpdc.1999.1581
 */
export const maxMin = defineScheduler({
  name: "max-min",
  summary: "ready ops to device queues, the one whose best completion is latest before the others",
  source: mappingPaper,
  create: () => batchScheduler(mapMaxMin),
});

/** Maps all ops of `tasks` as `max-min` does. */
export function mapMaxMin(tasks: MetaTask, map: (i: number, device: number) => void): void {
  const { costs, deviceCount } = tasks;
  const equal = new EqualTasks(tasks);
  const left = new CostTree(costs, deviceCount, equal.firsts.filter((op) => tasks.best(op) >= 0), [-1]);
  const waits = new Float64Array(deviceCount);
  const completion = (op: number): number => tasks.completion(op, tasks.best(op));
  for (;;) {
    for (let d = 0; d < deviceCount; d++) waits[d] = tasks.longestWait(d);
    const op = left.find(0, waits, 0, completion);
    if (op < 0) return;
    map(op, tasks.best(op));
    left.replace(op, equal.after(op));
  }
}
