import { defineScheduler, type PolicyView } from "../plugin.ts";
import { comparisonPaper } from "./planning/mapping-comparison.ts";
import { mapMaxMin } from "./max-min.ts";
import { batchScheduler, type MetaTask } from "./dispatching/meta-task.ts";
import { mapMinMin } from "./min-min.ts";

/**
 * Maps the ready ops as min-min and as max-min would, and carries out the mapping that is expected to complete first;
 * min-min's if both do. Each batch of ready ops is decided anew. While mappings are tried, setups are expected as they
 * stand at the time of the batch. Takes as long as both.
 * @source Braun et al. 2001, doi:10.1006/jpdc.2000.1714
 */
export const duplex = defineScheduler({
  name: "duplex",
  summary: "ready ops to device queues, as min-min or as max-min, whichever is expected to complete first",
  source: comparisonPaper,
  create: () => batchScheduler(mapDuplex),
});

type Heuristic = (tasks: MetaTask, map: (i: number, device: number) => void) => void;

function mapDuplex(tasks: MetaTask, map: (i: number, device: number) => void, view: PolicyView): void {
  const shortFirst = rehearsed(tasks, mapMinMin, view);
  const longFirst = rehearsed(tasks, mapMaxMin, view);
  const { pairs } = shortFirst.completion <= longFirst.completion ? shortFirst : longFirst;
  for (let i = 0; i < pairs.length; i += 2) map(pairs[i]!, pairs[i + 1]!);
}

/** What `heuristic` would do, op after device, and when all would be complete. Leaves `tasks` as it was. */
function rehearsed(tasks: MetaTask, heuristic: Heuristic, view: PolicyView): { pairs: number[]; completion: number } {
  const { wait, deviceCount } = tasks;
  const before = wait.slice();
  const room = Int32Array.from({ length: deviceCount }, (_, d) => view.freeSlots(d) - view.queued(d));
  const backlog = Float64Array.from({ length: deviceCount }, (_, d) => view.backlogTicks(d));
  const pairs: number[] = [];
  let completion = 0;
  heuristic(tasks, (i, device) => {
    pairs.push(i, device);
    completion = Math.max(completion, tasks.completion(i, device));
    const op = tasks.op(i);
    backlog[device]! += view.estimateTicks(op, device) + view.setupTicks(op, device);
    wait[device] = --room[device]! > 0 ? 0 : backlog[device]! / view.slots[device]!;
  });
  wait.set(before);
  return { pairs, completion };
}
