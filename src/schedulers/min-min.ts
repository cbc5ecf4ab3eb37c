import { defineScheduler } from "../plugin.ts";
import { batchScheduler, mappingPaper, type MetaTask } from "./dispatching/meta-task.ts";
import { sortByKey } from "./planning/sort-by-key.ts";

/**
 * Maps the ready ops one by one to device queues: always the op that can complete first, on the device where it does.
 * Ties: op id, then device id.
 *
 * The op that completes first on a given device is the one that costs least there, however long the device's queue has
 * become. So one sorted list a device, or one for each configuration that it may have to load, replaces the comparison
 * of all ops: O(ready · devices · log ready), exactly.
 * @source Maheswaran et al. 1999, doi:10.1006/jpdc.1999.1581
 */
export const minMin = defineScheduler({
  name: "min-min",
  summary: "ready ops to device queues, the one that can complete first before the others",
  source: mappingPaper,
  create: () => batchScheduler(mapMinMin),
});

/** Maps all ops of `tasks` as `min-min` does. */
export function mapMinMin(tasks: MetaTask, map: (i: number, device: number) => void): void {
  const { length, deviceCount } = tasks;
  const lists = Array.from({ length: deviceCount }, (_, d) => listsOf(tasks, d));
  const mapped = new Uint8Array(length);
  for (let left = length; left > 0; left--) {
    let op = -1;
    let device = -1;
    let soonest = Infinity;
    for (let d = 0; d < deviceCount; d++) {
      for (const list of lists[d]!) {
        while (list.next < list.ops.length && mapped[list.ops[list.next]!] === 1) list.next++;
        if (list.next === list.ops.length) continue;
        const candidate = list.ops[list.next]!;
        const completion = tasks.completion(candidate, d);
        if (completion > soonest || (completion === soonest && candidate >= op)) continue;
        [op, device, soonest] = [candidate, d, completion];
      }
    }
    if (soonest === Infinity) return;
    mapped[op] = 1;
    map(op, device);
  }
}

/** Ops that need the same configuration, by cost on one device, ties by id; those before `next` are mapped. */
interface CostList {
  readonly ops: Uint32Array;
  next: number;
}

function listsOf(tasks: MetaTask, device: number): CostList[] {
  const byConfiguration = new Map<number, number[]>();
  for (let i = 0; i < tasks.length; i++) {
    const needed = tasks.configuration(i, device);
    const ops = byConfiguration.get(needed);
    if (ops === undefined) byConfiguration.set(needed, [i]);
    else ops.push(i);
  }
  const cost = Float64Array.from({ length: tasks.length }, (_, i) => tasks.costs[i * tasks.deviceCount + device]!);
  return Array.from(byConfiguration.values(), (ops) => ({ ops: sortByKey(Uint32Array.from(ops), cost), next: 0 }));
}
