import { randomSource } from "../../src/base/random.ts";
import type { TaskGraph } from "./static-view.ts";

/** A random graph in layers: about three inputs for each task, costs within a factor of 3 of each other on one task, transfers as long as tasks. */
export function randomTasks(seed: number, tasks: number, processors: number, slots?: readonly number[]): TaskGraph {
  const random = randomSource(seed, "tasks");
  const draw = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  const width = Math.max(2, Math.round(Math.sqrt(tasks)));
  const edges: [number, number, number][] = [];
  for (let task = width; task < tasks; task++) {
    const layer = (Math.floor(task / width) - 1) * width;
    for (const from of new Set([draw(0, width - 1), draw(0, width - 1), draw(0, width - 1)])) edges.push([layer + from, task, draw(10, 190)]);
  }
  const costs = Array.from({ length: tasks }, () => {
    const mean = draw(10, 190);
    return Array.from({ length: processors }, () => Math.max(1, Math.round(mean * (0.5 + random()))));
  });
  return { costs, edges, ...(slots && { slots }) };
}
