import { defineScheduler } from "../plugin.ts";
import { EqualTasks } from "./dispatching/equal-tasks.ts";
import { batchScheduler, mappingPaper, type MetaTask } from "./dispatching/meta-task.ts";

/**
 * Maps the ready ops one by one to device queues: always the op whose best completion is the latest, on the device of
 * that completion, so that long ops do not end up last. Ties: op id, then device id.
 *
 * The best device of an op is found again only when that device was given another op: as queues only grow, no other
 * change can make a difference; where devices load configurations, it is found again for all. Of ops with equal costs
 * only the first is looked at; r ready ops that all cost differently take O(r²), minutes where 100,000 are ready at once.
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
  const equal = new EqualTasks(tasks);
  const left = equal.firsts.filter((op) => tasks.best(op) >= 0);
  const device = new Int32Array(tasks.length);
  const completion = new Float64Array(tasks.length);
  for (const op of left) {
    device[op] = tasks.best(op);
    completion[op] = tasks.completion(op, device[op]!);
  }
  while (left.length > 0) {
    const at = latest(left, completion);
    const op = left[at]!;
    const changed = device[op]!;
    map(op, changed);
    const next = equal.after(op);
    if (next >= 0) {
      left[at] = next;
      device[next] = changed;
    } else {
      left[at] = left[left.length - 1]!;
      left.length--;
    }
    for (let i = 0; i < left.length; i++) {
      const other = left[i]!;
      if (device[other] !== changed && !tasks.hasReloads) continue;
      device[other] = tasks.best(other);
      completion[other] = tasks.completion(other, device[other]!);
    }
  }
}

/** Position of the op that completes last, ties by id. */
function latest(left: readonly number[], completion: Float64Array): number {
  let at = 0;
  for (let i = 1; i < left.length; i++) {
    const difference = completion[left[i]!]! - completion[left[at]!]!;
    if (difference > 0 || (difference === 0 && left[i]! < left[at]!)) at = i;
  }
  return at;
}
