import { defineScheduler } from "../plugin.ts";
import { CostTree } from "./dispatching/cost-tree.ts";
import { EqualTasks } from "./dispatching/equal-tasks.ts";
import { batchScheduler, mappingPaper, type MetaTask } from "./dispatching/meta-task.ts";

/**
 * Maps the ready ops in passes: in each pass every device gets, of the ops that would complete first on it, the one
 * that would suffer most elsewhere: the largest difference between its second-best and its best completion. Ties: op id.
 *
 * The op that suffers most is found in a {@link CostTree} of the differences between devices; of ops with equal costs
 * only the first is in it, as only that can win a device in a pass.
 * @source Maheswaran et al. 1999, figure 3, doi:10.1006/jpdc.1999.1581
 */
export const sufferage = defineScheduler({
  name: "sufferage",
  summary: "ready ops to device queues, first those that would lose most on their second-best device",
  source: mappingPaper,
  create: () => batchScheduler(mapSufferage),
});

function mapSufferage(tasks: MetaTask, map: (i: number, device: number) => void): void {
  const { costs, deviceCount, wait } = tasks;
  const equal = new EqualTasks(tasks);
  const devices = Array.from(wait.keys());
  const left = new CostTree(costs, deviceCount, equal.firsts.filter((op) => tasks.best(op) >= 0), devices);
  const losses = devices.map((device) => (op: number) => lossOf(tasks, op, device));
  const dearest = costs.reduce((most, cost) => (cost < Infinity ? Math.max(most, cost) : most), 0);
  const winner = new Int32Array(deviceCount);
  const longer = new Float64Array(deviceCount);
  while (left.length > 0) {
    const slack = roundingOf(tasks, dearest);
    for (const device of devices) {
      for (const other of devices) longer[other] = tasks.longestWait(other) - wait[device]! + slack;
      winner[device] = left.find(device, longer, 0, losses[device]!);
    }
    winner.forEach((op, device) => op >= 0 && map(op, device));
    for (const op of winner) if (op >= 0) left.replace(op, equal.after(op));
  }
}

/**
 * Ticks by which a loss may differ from the sum of two differences, of waits and of costs: none where all sums are exact,
 * as they are unless work is divided among, say, three slots. Then the tree has to look at more.
 * @param dearest The highest cost.
 */
function roundingOf(tasks: MetaTask, dearest: number): number {
  let longest = dearest;
  for (let d = 0; d < tasks.deviceCount; d++) longest = Math.max(longest, dearest + tasks.longestWait(d));
  const exact = tasks.wait.every((ticks) => ticks + 2 * longest - 2 * longest === ticks);
  return exact ? 0 : longest * 2 ** -48;
}

/** How much later than on `device` op `i` would complete on its second-best one, Infinity where there is none; -1 where another is its best. */
function lossOf(tasks: MetaTask, i: number, device: number): number {
  const here = tasks.completion(i, device);
  let second = Infinity;
  for (let d = 0; d < tasks.deviceCount; d++) {
    if (d === device) continue;
    const completion = tasks.completion(i, d);
    if (completion < here || (completion === here && d < device)) return -1;
    if (completion < second) second = completion;
  }
  return second - here;
}
