import { defineScheduler } from "../plugin.ts";
import { EqualTasks } from "./dispatching/equal-tasks.ts";
import { batchScheduler, mappingPaper, type MetaTask } from "./dispatching/meta-task.ts";

/**
 * Maps the ready ops in passes: in each pass every device gets, of the ops that would complete first on it, the one
 * that would suffer most elsewhere: the largest difference between its second-best and its best completion. Ties: op id.
 *
 * Of ops with equal costs only the first can win a device in a pass, so a pass looks at one op of each such group. With
 * r ready ops that all cost differently there are at least r / devices passes: O(r²), minutes where 100,000 are ready at once.
 * @source Maheswaran et al. 1999, figure 3, doi:10.1006/jpdc.1999.1581
 */
export const sufferage = defineScheduler({
  name: "sufferage",
  summary: "ready ops to device queues, first those that would lose most on their second-best device",
  source: mappingPaper,
  create: () => batchScheduler(mapSufferage),
});

function mapSufferage(tasks: MetaTask, map: (i: number, device: number) => void): void {
  const equal = new EqualTasks(tasks);
  const winner = new Int32Array(tasks.deviceCount);
  const suffers = new Float64Array(tasks.deviceCount);
  let left = equal.firsts.filter((op) => tasks.best(op) >= 0);
  while (left.length > 0) {
    winner.fill(-1);
    for (const op of left) {
      const device = tasks.best(op);
      const loss = secondBest(tasks, op, device) - tasks.completion(op, device);
      const rival = winner[device]!;
      if (rival >= 0 && (loss < suffers[device]! || (loss === suffers[device]! && op > rival))) continue;
      winner[device] = op;
      suffers[device] = loss;
    }
    const mapped = new Set(winner);
    winner.forEach((op, device) => op >= 0 && map(op, device));
    left = left.map((op) => (mapped.has(op) ? equal.after(op) : op)).filter((op) => op >= 0);
  }
}

/** The best completion of `op` on devices other than `best`; Infinity when it can run nowhere else. */
function secondBest(tasks: MetaTask, op: number, best: number): number {
  let second = Infinity;
  for (let d = 0; d < tasks.deviceCount; d++) if (d !== best) second = Math.min(second, tasks.completion(op, d));
  return second;
}
