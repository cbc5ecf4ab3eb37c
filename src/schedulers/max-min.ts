import { defineScheduler } from "../plugin.ts";
import { EqualTasks } from "./equal-tasks.ts";
import { batchScheduler, mappingPaper, type MetaTask } from "./meta-task.ts";
import { OpHeap } from "./op-heap.ts";

/**
 * Maps the ready ops one by one to device queues: always the op whose best completion is the latest, on the device of
 * that completion, so that long ops do not end up last. Ties: op id, then device id.
 *
 * The first of each group of equal ops is kept in the heap of its best device, largest cost first; the order within a heap does not
 * change as the device's queue grows. As queues only grow, the completion on a device that once was best is an upper
 * bound of the best completion: only ops that reach the top of all heaps are looked at again, exactly.
 * @source Maheswaran et al. 1999, doi:10.1006/jpdc.1999.1581
 */
export const maxMin = defineScheduler({
  name: "max-min",
  summary: "ready ops to device queues, the one whose best completion is latest before the others",
  source: mappingPaper,
  create: () => batchScheduler(mapMaxMin),
});

function mapMaxMin(tasks: MetaTask, map: (i: number, device: number) => void): void {
  const { length, deviceCount, costs } = tasks;
  const heaps = Array.from({ length: deviceCount }, (_, d) => new OpHeap(Float64Array.from({ length }, (_, i) => -costs[i * deviceCount + d]!)));
  const equal = new EqualTasks(tasks);
  const enter = (op: number): void => {
    const device = op < 0 ? -1 : tasks.best(op);
    if (device >= 0) heaps[device]!.push(op);
  };
  equal.firsts.forEach(enter);
  for (let device = latest(tasks, heaps); device >= 0; device = latest(tasks, heaps)) {
    const op = heaps[device]!.pop();
    const best = tasks.best(op);
    if (tasks.completion(op, best) < tasks.completion(op, device)) enter(op);
    else {
      map(op, best);
      enter(equal.after(op));
    }
  }
}

/** The device whose heap begins with the latest completion; ties by op id; -1 when all are empty. */
function latest(tasks: MetaTask, heaps: readonly OpHeap[]): number {
  let device = -1;
  let op = -1;
  let completion = -1;
  for (let d = 0; d < heaps.length; d++) {
    const candidate = heaps[d]!.peek();
    if (candidate < 0) continue;
    const here = tasks.completion(candidate, d);
    if (here > completion || (here === completion && candidate < op)) [device, op, completion] = [d, candidate, here];
  }
  return device;
}
