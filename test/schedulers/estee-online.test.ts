import { describe, expect, it } from "vitest";
import { compile } from "../../src/core/compile.ts";
import { simulate } from "../../src/core/simulate.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import type { PolicyView, Scheduler, SchedulerView } from "../../src/plugin.ts";
import { verifyTrace } from "../../src/trace/verify.ts";

/**
 * Makespans that the tests of Estee (github.com/spirali/estee, tests/test_estee) publish for `plan1`: two workers of one
 * core, the simple network (each transfer has the whole bandwidth of 1). Its schedulers do not plan: asked at each event,
 * they bind every task that has become ready to a worker for good, and see nothing of what comes later. What follows
 * decides as they do, on this engine; the planners of the same names decide ahead, and need 10 or 11.
 */
const durations = [2, 3, 2, 1, 1, 6, 1, 1];
/** Sizes of each task's outputs, and who reads them. */
const outputs: readonly (readonly (readonly [size: number, readers: readonly number[]])[])[] = [
  [[1, [2]]], [[3, [4]]], [[1, [4]], [1, [7]]], [[6, [4, 5]]], [[1, [7]]], [[1, [7]]], [[2, [7]]], [],
];
/** Longest way to the end by durations alone: what Estee's DLS, ETF and b-level look at. */
const bLevel = [6, 5, 4, 8, 2, 7, 2, 1];
/** Longest way from the start by durations alone. */
const tLevel = [0, 0, 2, 0, 4, 1, 0, 7];
/** As late as possible, as its test of MCP's levels has them. */
const latest = [6, 9, 10, 6, 13, 8, 13, 14];

const plan1 = () => {
  const builder = new GraphBuilder("plan1");
  durations.forEach((_, task) => builder.op({ kind: "task" }, `a${task + 1}`));
  outputs.forEach((made, task) => made.forEach(([size, readers]) => {
    const tensor = builder.output(task, size);
    for (const reader of readers) builder.feed(tensor, reader);
  }));
  return compile({ graph: builder.build(), machine: processorMachine(["w1", "w2"]), costs: { deviceCount: 2, ns: Float64Array.from(durations.flatMap((ticks) => [ticks, ticks])) } });
};

/** Longest transfer among the inputs; all arrive side by side. */
function transfer(view: PolicyView, task: number, worker: number): number {
  let longest = 0;
  for (let i = view.pred.start[task]!; i < view.pred.start[task + 1]!; i++) longest = Math.max(longest, view.transferTicks(view.pred.edge[i]!, view.placement(view.pred.node[i]!), worker));
  return longest;
}

/** Where nothing runs, Estee takes a worker for free at once, whatever has been bound to it. */
function isRunning(view: PolicyView, worker: number): boolean {
  for (let task = 0; task < view.opCount; task++) {
    if (view.placement(task) === worker && Number.isNaN(view.endTicks(task)) && (!Number.isNaN(view.startTicks(task)) || view.dataBytes(task, worker) === 0)) return true;
  }
  return false;
}

type Start = (task: number, worker: number) => number;
/** Of what is ready, the next one and its worker. */
type Choice = (tasks: readonly number[], start: Start) => readonly [task: number, worker: number];

/** Binds each task as it becomes ready. With `occupancy` the wait for a busy worker is known, without it the transfer alone. */
function online(choose: Choice, occupancy = true): Scheduler {
  return {
    dispatch(view: SchedulerView, out) {
      const tasks: number[] = [];
      for (let task = view.ready.first(); task >= 0; task = view.ready.next(task)) tasks.push(task);
      const busy = [0, 1].map((worker) => isRunning(view, worker));
      const start: Start = (task, worker) => Math.max(transfer(view, task, worker), occupancy && busy[worker] === true ? view.backlogTicks(worker) : 0);
      while (tasks.length > 0) {
        const [task, worker] = choose(tasks, start);
        tasks.splice(tasks.indexOf(task), 1);
        out.place(task, worker);
      }
    },
  };
}

/** The pair with the lowest key; ties to the first worker, then the first task. */
const pairBy = (...keys: readonly ((task: number, start: number) => number)[]): Choice => (tasks, start) => {
  const pairs = [0, 1].flatMap((worker) => tasks.map((task) => ({ task, worker, values: keys.map((key) => key(task, start(task, worker))) })));
  const less = (a: readonly number[], b: readonly number[]) => {
    const i = a.findIndex((value, at) => value !== b[at]);
    return i >= 0 && a[i]! < b[i]!;
  };
  const { task, worker } = pairs.reduce((best, pair) => (less(pair.values, best.values) ? pair : best));
  return [task, worker];
};

/** The first task in an order, to the worker where it starts first. */
const listBy = (compare: (a: number, b: number) => number): Choice => (tasks, start) => {
  const task = [...tasks].sort(compare)[0]!;
  return [task, start(task, 1) < start(task, 0) ? 1 : 0];
};

const readersOf = (task: number) => outputs[task]!.flatMap(([, readers]) => readers);
const latestList = (task: number) => [latest[task]!, ...readersOf(task).map((reader) => latest[reader]!)].sort((a, b) => b - a);
const compareLists = (a: readonly number[], b: readonly number[]): number => {
  const i = a.findIndex((value, at) => value !== b[at]);
  return i < 0 ? a.length - b.length : a[i]! - (b[i] ?? -Infinity);
};

describe("Estee's plan1, decided online as Estee does", () => {
  it.each([
    ["DLS", 15, online(pairBy((task, start) => start - bLevel[task]!))],
    ["ETF", 15, online(pairBy((_, start) => start, (task) => -bLevel[task]!))],
    ["MCP", 15, online(listBy((a, b) => compareLists(latestList(a), latestList(b))))],
    // These two do not follow what runs where, so no worker ever seems busy: all tasks stay where their data is.
    ["b-level", 17, online(listBy((a, b) => bLevel[b]! - bLevel[a]!), false)],
    ["t-level", 17, online(listBy((a, b) => tLevel[a]! - tLevel[b]!), false)],
  ] as const)("%s takes %d", (_, makespan, scheduler) => {
    const trace = simulate({ instance: plan1(), scheduler });
    expect(verifyTrace(trace)).toEqual([]);
    expect(trace.makespanTicks).toBe(makespan);
  });

  it("17 is all of plan1 on one worker, one task after the other", () => {
    expect(durations.reduce((sum, ticks) => sum + ticks)).toBe(17);
    const trace = simulate({ instance: plan1(), scheduler: online(listBy((a, b) => bLevel[b]! - bLevel[a]!), false) });
    expect(new Set(trace.ops.device)).toEqual(new Set([0]));
  });

  it("the placements and starts of DLS are those that follow by hand", () => {
    const { ops } = simulate({ instance: plan1(), scheduler: online(pairBy((task, start) => start - bLevel[task]!)) });
    expect([...ops.device].map((worker, task) => `a${task + 1} w${worker + 1} ${ops.startTicks[task]}`)).toEqual(["a1 w1 1", "a2 w1 3", "a3 w2 4", "a4 w1 0", "a5 w2 12", "a6 w1 7", "a7 w1 6", "a8 w1 14"]);
  });
});
