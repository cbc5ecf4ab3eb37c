import { describe, expect, it } from "vitest";
import { simulate } from "../../src/core/simulate.ts";
import type { Scheduler } from "../../src/plugin.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { heft } from "../../src/schedulers/heft.ts";
import { hybrid } from "../../src/schedulers/hybrid.ts";
import { peft } from "../../src/schedulers/peft.ts";
import { levelBarrier } from "../../src/sync/level-barrier.ts";
import { arabnejad, topcuoglu } from "./published-graphs.ts";
import { randomTasks } from "./random-tasks.ts";
import { misled } from "./run-kinds.ts";
import { runTasks, taskInstance } from "./run-task-graph.ts";
import type { TaskGraph } from "./static-view.ts";

/** Runs a graph of which the scheduler believes that P1 is `factor` times as fast as it is. */
function misjudged(graph: TaskGraph, factor: number, scheduler: Scheduler): number {
  const costs = graph.costs.map(([first, ...others]) => [Math.round(first! * factor), ...others]);
  return runTasks({ ...graph, costs }, misled(scheduler, { estimateTicks: (op: number, device: number) => graph.costs[op]![device]! })).makespanTicks;
}

describe("hybrid", () => {
  it.each([[topcuoglu, 80], [arabnejad, 133]] as const)("is heft on published graphs, where nothing drifts", (graph, makespan) => {
    const scheduler = createPolicy(hybrid);
    expect(runTasks(graph, scheduler).makespanTicks).toBe(makespan);
    expect(scheduler.report!()).toEqual({ replans: 0, changes: 0 });
  });

  it("starts every op when and where the plan does, as long as nothing drifts", () => {
    for (let seed = 0; seed < 20; seed++) {
      const graph = { ...randomTasks(seed, 80, 4, seed % 2 === 0 ? undefined : [2, 1, 3, 1]), ...(seed % 5 === 4 && { arrivals: [0, 150] }) };
      for (const [planner, alone] of [["heft", heft], ["peft", peft]] as const) {
        const expected = runTasks(graph, createPolicy(alone));
        const { ops } = runTasks(graph, createPolicy(hybrid, { planner }));
        expect([...ops.device]).toEqual([...expected.ops.device]);
        expect([...ops.startTicks]).toEqual([...expected.ops.startTicks]);
      }
    }
  });

  it.each([[2, 0.9], [4, 0.75]])("saves time where a device is %i times slower than believed", (factor, share) => {
    let [ours, theirs] = [0, 0];
    for (let seed = 0; seed < 5; seed++) {
      ours += misjudged(randomTasks(seed, 100, 4), factor, createPolicy(hybrid));
      theirs += misjudged(randomTasks(seed, 100, 4), factor, heft.create({}));
    }
    expect(ours).toBeLessThan(share * theirs);
  });

  it("finds out that a device is faster, though no op is late", () => {
    // Independent tasks: heft keeps P1 idle once its share is done.
    const graph: TaskGraph = { costs: Array.from({ length: 100 }, () => [10, 10]), edges: [] };
    expect(misjudged(graph, 0.1, heft.create({}))).toBe(500);
    // Of 90 tasks left after the first few, nine in ten go to P1.
    expect(misjudged(graph, 0.1, createPolicy(hybrid))).toBeLessThan(200);
  });

  it("is not upset by noise alone", () => {
    let [ours, theirs] = [0, 0];
    for (let seed = 0; seed < 5; seed++) {
      const clean = taskInstance(randomTasks(seed, 100, 4));
      const instance = { ...clean, costSigma: new Float64Array(clean.costTicks.length).fill(0.2) };
      ours += simulate({ instance, scheduler: createPolicy(hybrid), seed }).makespanTicks;
      theirs += simulate({ instance, scheduler: heft.create({}), seed }).makespanTicks;
    }
    expect(ours).toBeLessThan(1.02 * theirs);
  });

  it("keeps jobs that follow others out of the queues until they have arrived: what moves there on second thoughts would wait behind them", () => {
    // P1 proves ten times slower than believed, so a later op of the first job goes to P2, where the first one of the next job would stand.
    const believed = [[110, 10], [70, 110], [50, 50], [90, 90]];
    const graph: TaskGraph = { costs: believed.map(([slow, right]) => [10 * slow!, right!]), edges: [[0, 1, 0], [1, 2, 0], [2, 3, 0]], arrivals: [0, Infinity] };
    const { makespanTicks } = runTasks(graph, misled(createPolicy(hybrid), { estimateTicks: (op: number, device: number) => believed[op % 4]![device]! }));
    expect(makespanTicks).toBeLessThan(2 * (10 + 700 + 500 + 900));
  });

  it("sees that outputs are held back, also from an op that it has placed before", () => {
    for (let seed = 0; seed < 100; seed++) {
      const clean = taskInstance(randomTasks(seed, 40, 3));
      const instance = { ...clean, costSigma: new Float64Array(clean.costTicks.length).fill(0.5) };
      expect(simulate({ instance, scheduler: createPolicy(hybrid), sync: createPolicy(levelBarrier), seed }).complete).toBe(true);
    }
  });

  it("plans again only after a fraction of what is left has ended", () => {
    const replans = (tasks: number): number => {
      const scheduler = createPolicy(hybrid, { threshold: 0, gain: 0, patience: 0.2 });
      let report = scheduler.report!();
      misjudged(randomTasks(1, tasks, 4), 3, { ...wrap(scheduler), completed: (view, op, ticks) => { scheduler.completed!(view, op, ticks); report = scheduler.report!(); } });
      return report.replans as number;
    };
    // Each time a sixth of what was left has gone: log(tasks) / log(6 / 5), and the last few one by one.
    expect(replans(100)).toBeGreaterThan(5);
    expect(replans(100)).toBeLessThan(40);
    expect(replans(1600)).toBeLessThan(replans(100) + 20);
  });
});

function wrap(scheduler: Scheduler): Scheduler {
  return {
    queueOrder: "in-order",
    prepare: (view, out) => scheduler.prepare!(view, out),
    ready: (view, op) => scheduler.ready!(view, op),
    dispatch: (view, out) => scheduler.dispatch(view, out),
  };
}
