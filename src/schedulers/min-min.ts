import { defineScheduler } from "../plugin.ts";
import { batchScheduler, mappingPaper, type MetaTask } from "./meta-task.ts";
import { sortByKey } from "./sort-by-key.ts";

/**
 * Maps the ready ops one by one to device queues: always the op that can complete first, on the device where it does.
 * Ties: op id, then device id.
 *
 * The op that completes first on a given device is the one that costs least there, however long the device's queue has
 * become. So one sorted list a device replaces the comparison of all ops: O(ready · devices · log ready), exactly.
 * @source Maheswaran et al. 1999, doi:10.1006/jpdc.1999.1581
 */
export const minMin = defineScheduler({
  name: "min-min",
  summary: "ready ops to device queues, the one that can complete first before the others",
  source: mappingPaper,
  create: () => batchScheduler(mapMinMin),
});

function mapMinMin(tasks: MetaTask, map: (i: number, device: number) => void): void {
  const { length, deviceCount } = tasks;
  const ids = Uint32Array.from({ length }, (_, i) => i);
  const byCost = Array.from({ length: deviceCount }, (_, d) => sortByKey(ids, Float64Array.from(ids, (i) => tasks.costs[i * deviceCount + d]!)));
  const next = new Uint32Array(deviceCount);
  const mapped = new Uint8Array(length);
  for (let left = length; left > 0; left--) {
    let op = -1;
    let device = -1;
    let soonest = Infinity;
    for (let d = 0; d < deviceCount; d++) {
      const list = byCost[d]!;
      while (mapped[list[next[d]!]!] === 1) next[d]!++;
      const candidate = list[next[d]!]!;
      const completion = tasks.completion(candidate, d);
      if (completion > soonest || (completion === soonest && candidate >= op)) continue;
      [op, device, soonest] = [candidate, d, completion];
    }
    if (soonest === Infinity) return;
    mapped[op] = 1;
    map(op, device);
  }
}
