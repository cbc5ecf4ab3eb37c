import { describe, expect, it } from "vitest";
import { simulate } from "../../src/core/simulate.ts";
import type { Scheduler, SchedulerDefinition } from "../../src/plugin.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { annealing } from "../../src/schedulers/annealing.ts";
import { genetic } from "../../src/schedulers/genetic.ts";
import { heft } from "../../src/schedulers/heft.ts";
import { MappedSequence } from "../../src/schedulers/planning/mapped-sequence.ts";
import { ScheduleDecoder } from "../../src/schedulers/planning/schedule-decoder.ts";
import { defaultEvaluations } from "../../src/schedulers/planning/search-scheduler.ts";
import { arabnejad, topcuoglu } from "./published-graphs.ts";
import { randomTasks } from "./random-tasks.ts";
import { runTasks, taskInstance } from "./run-task-graph.ts";
import { staticView, type TaskGraph } from "./static-view.ts";

const searches: SchedulerDefinition[] = [annealing, genetic];
const reported = (scheduler: Scheduler, graph: TaskGraph, seed = 0) => ({ makespan: runTasks(graph, scheduler, {}, seed).makespanTicks, ...(scheduler.report!() as { evaluations: number; startNs: number; bestNs: number }) });

describe.each(searches.map((definition) => [definition.name, definition] as const))("%s", (_, definition) => {
  it("finds the optimum 73 of Topcuoglu, Hariri, Wu 2002, figure 3", () => {
    expect(reported(createPolicy(definition, { evaluations: 5000 }), topcuoglu, 1)).toEqual({ makespan: 73, evaluations: 5000, startNs: 80, bestNs: 73 });
  });

  it("finds the optimum 113 of Arabnejad, Barbosa 2014, figure 1", () => {
    expect(reported(createPolicy(definition, { evaluations: 5000 }), arabnejad, 1)).toMatchObject({ makespan: 113, startNs: 133 });
  });

  it.each([1, 2, 3, 40, 300])("is never worse than heft, and keeps to a budget of %i", (evaluations) => {
    for (let seed = 0; seed < 6; seed++) {
      const graph = randomTasks(seed, 40, 4, seed % 2 === 0 ? undefined : [2, 1, 3, 1]);
      const found = reported(createPolicy(definition, { evaluations }), graph);
      expect(found.bestNs).toBeLessThanOrEqual(found.startNs);
      expect(found.startNs).toBeLessThanOrEqual(runTasks(graph, heft.create({})).makespanTicks);
      expect(found.makespan).toBe(found.bestNs);
      expect(found.evaluations).toBeLessThanOrEqual(evaluations);
    }
  });

  it("is 3 % shorter than heft on random graphs with 2000 evaluations", () => {
    let [ours, theirs] = [0, 0];
    for (let seed = 0; seed < 4; seed++) {
      const graph = randomTasks(seed, 60, 4);
      ours += runTasks(graph, createPolicy(definition, { evaluations: 2000 })).makespanTicks;
      theirs += runTasks(graph, heft.create({})).makespanTicks;
    }
    expect(ours).toBeLessThan(0.97 * theirs);
  });

  it("gives the same plan for the same seed, and others for other seeds", () => {
    const digest = (seed: number): string => simulate({ instance: taskInstance(randomTasks(3, 40, 4)), scheduler: createPolicy(definition, { evaluations: 300 }), seed }).digest;
    expect(digest(1)).toBe(digest(1));
    expect(digest(1)).not.toBe(digest(2));
  });

  it("plans jobs that follow each other, and processors that load configurations", () => {
    const jobs = { ...randomTasks(1, 20, 3), arrivals: [0, 100, Infinity, Infinity] };
    const reload = { ...randomTasks(2, 20, 3), reload: [0, 40, 0], kinds: Array.from({ length: 20 }, (_, task) => task % 3) };
    for (const graph of [jobs, reload]) {
      const found = reported(createPolicy(definition, { evaluations: 400 }), graph);
      expect(found.makespan).toBe(found.bestNs);
      expect(found.makespan).toBeLessThanOrEqual(runTasks(graph, heft.create({})).makespanTicks);
    }
  });
});

describe("default budget", () => {
  it("falls with the number of ops, within limits", () => expect([0, 10, 1000, 4000, 1e6].map(defaultEvaluations)).toEqual([5000, 5000, 2000, 500, 100]));
});

describe("schedule decoder", () => {
  it("says what the engine does, for any sequence and devices", () => {
    for (let seed = 0; seed < 20; seed++) {
      const graph = randomTasks(seed, 30, 3, [1, 2, 3]);
      const view = staticView(graph);
      const decoder = new ScheduleDecoder(view);
      const sequence = new MappedSequence(view, decoder);
      sequence.set(view.topo, new Int32Array(30).fill(seed % 2 === 0 ? -1 : 0));
      let state = seed;
      const random = (): number => (state = (state * 16807 + 7) % 2147483647) / 2147483647;
      for (let step = 0; step < 100; step++) sequence.step(Math.floor(random() * 30), random);
      const plan = decoder.plan(sequence.order, sequence.genes);
      const replayed = runTasks(graph, { queueOrder: "in-order", prepare: (_, out) => plan.order.forEach((op) => out.place(op, plan.device[op]!)), dispatch() {} });
      expect([...replayed.ops.startTicks]).toEqual([...plan.startTicks]);
      expect(replayed.makespanTicks).toBe(plan.makespanTicks);
      expect([...replayed.ops.slot]).toEqual([...plan.slot]);
    }
  });

  it("gives up where a limit is passed, and nowhere else", () => {
    const view = staticView(topcuoglu);
    const decoder = new ScheduleDecoder(view);
    const free = new Int32Array(10).fill(-1);
    const makespan = decoder.decode(view.topo, free);
    expect(decoder.decode(view.topo, free, makespan)).toBe(makespan);
    expect(decoder.decode(view.topo, free, makespan - 1)).toBe(Infinity);
  });

  it("finds a path without waits from the start to the end", () => {
    const graph = randomTasks(5, 50, 3);
    const decoder = new ScheduleDecoder(staticView(graph));
    const makespan = decoder.decode(staticView(graph).topo, new Int32Array(50).fill(-1));
    const path = new Uint32Array(50);
    const length = decoder.criticalPath(makespan, path);
    expect(decoder.endTicks[path[0]!]).toBe(makespan);
    expect(decoder.startTicks[path[length - 1]!]).toBe(0);
  });

  it("does not plan what cannot be reached, or jobs that nobody has released", () => {
    const apart = { ...staticView({ costs: [[1, Infinity], [Infinity, 1]], edges: [[0, 1, 5]] }), transferTicks: (_edge: number, from: number, to: number) => (from === to ? 0 : Infinity) };
    expect(new ScheduleDecoder(apart).decode(apart.topo, Int32Array.of(-1, -1))).toBe(Infinity);
    const jobs = staticView({ costs: [[5], [5]], edges: [], jobs: [0, 1], arrivals: [0, Infinity] });
    expect(new ScheduleDecoder(jobs).decode(Uint32Array.of(1, 0), Int32Array.of(0, 0))).toBe(Infinity);
    expect(new ScheduleDecoder(jobs).decode(Uint32Array.of(0, 1), Int32Array.of(0, 0))).toBe(10);
  });
});
