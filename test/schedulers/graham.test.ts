import { describe, expect, it } from "vitest";
import { list } from "../../src/schedulers/list.ts";
import { runTasks } from "./run-task-graph.ts";
import type { TaskGraph } from "./static-view.ts";

/**
 * R. L. Graham, "Bounds on multiprocessing timing anomalies", SIAM J. Appl. Math. 17(2), 1969, doi:10.1137/0117039:
 * nine tasks, T9 after T1 and T5 to T8 after T4, on three equal processors with the list T1 … T9 take 12. Every change
 * that should help makes it worse.
 */
const times = [3, 2, 2, 2, 4, 4, 4, 4, 9];
const precedence: TaskGraph["edges"] = [[0, 8, 0], [3, 4, 0], [3, 5, 0], [3, 6, 0], [3, 7, 0]];
const order = [1, 2, 3, 4, 5, 6, 7, 8, 9];

function makespan({ processors = 3, taskTimes = times, edges = precedence, tasks = order } = {}): number {
  const costs = taskTimes.map((time) => new Array<number>(processors).fill(time));
  return runTasks({ costs, edges }, list.create({ order: tasks.map((task) => `T${task}`) })).makespanTicks;
}

describe("Graham's anomalies", () => {
  it("12 on three processors", () => expect(makespan()).toBe(12));
  it("15 with a fourth processor", () => expect(makespan({ processors: 4 })).toBe(15));
  it("13 with all times shorter by 1", () => expect(makespan({ taskTimes: times.map((time) => time - 1) })).toBe(13));
  it("16 without the precedence of T4 over T5 and T6", () => expect(makespan({ edges: precedence.filter(([, to]) => to !== 4 && to !== 5) })).toBe(16));
  it("14 with the list T1 T2 T4 T5 T6 T3 T9 T7 T8", () => expect(makespan({ tasks: [1, 2, 4, 5, 6, 3, 9, 7, 8] })).toBe(14));
});
