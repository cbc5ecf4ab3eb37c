import { describe, expect, it } from "vitest";
import { defineScheduler, type PlanningView, type Rehearsal, type SchedulerDefinition } from "../../src/plugin.ts";
import { compile } from "../../src/core/compile.ts";
import { simulate } from "../../src/core/simulate.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { bLevel } from "../../src/schedulers/b-level.ts";
import { cpop } from "../../src/schedulers/cpop.ts";
import { fifo } from "../../src/schedulers/fifo.ts";
import { heft } from "../../src/schedulers/heft.ts";
import { hld } from "../../src/schedulers/hld.ts";
import { hybrid } from "../../src/schedulers/hybrid.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { lookahead } from "../../src/schedulers/lookahead.ts";
import { peft } from "../../src/schedulers/peft.ts";
import { portfolioOf } from "../../src/schedulers/portfolio.ts";
import { random } from "../../src/schedulers/random.ts";
import { levelBarrier } from "../../src/sync/level-barrier.ts";
import { conformanceGraphs } from "../../src/testing/graphs.ts";
import { conformanceMachines } from "../../src/testing/machines.ts";
import { arabnejad, topcuoglu } from "./published-graphs.ts";
import { resolved } from "../sweep/resolved.ts";
import { makeInstance } from "../reference/make-instance.ts";
import { runTasks } from "./run-task-graph.ts";
import type { TaskGraph } from "./static-view.ts";

const few = [heft, cpop, peft, lookahead, bLevel, fifo, random];
const portfolio = (names: readonly string[] = few.map(({ name }) => name)): ReturnType<SchedulerDefinition["create"]> => portfolioOf(few).create({ candidates: names });

/** Every graph of the conformance kit on every machine of it. */
const instances = conformanceMachines.flatMap((machine) => conformanceGraphs.map((source) => {
  const graph = source.build((op) => `op ${op}`);
  const deviceCount = machine.devices.length;
  const ns = Float64Array.from({ length: graph.opCount * deviceCount }, (_, i) => source.costNs(Math.floor(i / deviceCount), i % deviceCount, deviceCount));
  return [`${source.name} on ${machine.name}`, compile({ graph, machine, costs: { deviceCount, ns } })] as const;
}));

describe("portfolio", () => {
  it("takes the best on published graphs, and says what each would have done", () => {
    const first = portfolio(["heft", "cpop", "peft", "fifo"]);
    expect(runTasks(topcuoglu, first).makespanTicks).toBe(80);
    expect(first.report!()).toMatchObject({ chosen: "heft", "heft.makespanNs": 80, "cpop.makespanNs": 86 });
    const second = portfolio(["heft", "cpop", "peft"]);
    expect(runTasks(arabnejad, second).makespanTicks).toBe(122);
    expect(second.report!()).toMatchObject({ chosen: "peft", "heft.makespanNs": 133, "peft.makespanNs": 122 });
  });

  it.each(instances)("is as good as the best candidate alone: %s", (_, instance) => {
    const alone = few.map((definition) => simulate({ instance, scheduler: definition.create({}), seed: 5 }));
    const together = simulate({ instance, scheduler: portfolio(), seed: 5 });
    const best = Math.min(...alone.map(({ makespanTicks }) => makespanTicks));
    expect(together.makespanTicks).toBe(best);
    // The very same schedule, be it a static plan, a dynamic list or drawn by chance.
    expect(together.digest).toBe(alone.find(({ makespanTicks }) => makespanTicks === best)!.digest);
  });

  it("carries out one that duplicates, as it runs alone", () => {
    // Every transfer takes 100: 20 with the first task on each processor, 40 without.
    const fork: TaskGraph = { costs: [1, 2, 3, 4].map(() => [10, 10, 10]), edges: [[0, 1, 100], [0, 2, 100], [0, 3, 100]] };
    const both = portfolioOf([heft, hld]).create({ candidates: ["heft", "hld"] });
    const together = runTasks(fork, both);
    expect(together.makespanTicks).toBe(20);
    expect(both.report!()).toMatchObject({ chosen: "hld", "heft.makespanNs": 40, "hld.makespanNs": 20, "hld.duplicates": 2 });
    expect(together.digest).toBe(runTasks(fork, hld.create({ depth: 1, fallback: true })).digest);
    // Where it is not the best, the instance stays as it is; and who has no such candidate is not asked.
    const slow: TaskGraph = { costs: [[10, 20], [10, 50], [50, 10]], edges: [[0, 1, 4], [0, 2, 4]] };
    expect(runTasks(slow, portfolioOf([heft, hld]).create({ candidates: ["heft", "hld"] })).instance.opCount).toBe(3);
    expect(portfolio(["heft", "fifo"]).duplicates).toBeUndefined();
  });

  it("goes on as the chosen one when devices come and go", () => {
    const graph = { ops: Array.from({ length: 12 }, () => ({})), devices: [{}, {}, {}], costs: Array.from({ length: 12 }, () => [10, 10, 10]), changes: [{ at: 0, device: 2, speed: 0 }, { at: 15, device: 1, speed: 0 }, { at: 25, device: 2, speed: 1 }] };
    for (const definition of [hybrid, bLevel, heft] as SchedulerDefinition[]) {
      const alone = simulate({ instance: makeInstance(graph), scheduler: createPolicy(definition) });
      const together = simulate({ instance: makeInstance(graph), scheduler: portfolioOf([definition]).create({ candidates: [definition.name] }) });
      expect(together.digest).toBe(alone.digest);
    }
  });

  it("takes the first of equals", () => {
    const tied = portfolio(["fifo", "heft"]);
    runTasks({ costs: [[5]], edges: [] }, tied);
    expect(tied.report!().chosen).toBe("fifo");
  });

  it("rehearses under the run's synchronization policy", () => {
    const [, instance] = instances.find(([name]) => name === "layered on three-processors")!;
    const under = (scheduler: ReturnType<typeof portfolio>): number => simulate({ instance, scheduler, sync: levelBarrier.create({}), freshSync: () => levelBarrier.create({}) }).makespanTicks;
    expect(under(portfolio())).toBe(Math.min(...few.slice(0, -1).map((definition) => under(definition.create({}))), under(portfolio(["random"]))));
  });

  it("leaves out candidates that fail, and fails where all do", () => {
    const idle = defineScheduler({ name: "idle", summary: "places nothing", create: () => ({ dispatch() {} }) });
    const run = (definition: SchedulerDefinition): Record<string, unknown> => {
      const scheduler = definition.create({ candidates: ["idle", "heft"].slice(0, definition === both ? 2 : 1) });
      runTasks(topcuoglu, scheduler);
      return scheduler.report!();
    };
    const both = portfolioOf([idle, heft]);
    expect(run(both)).toMatchObject({ chosen: "heft", "idle.failed": expect.stringMatching(/never placed 1 ready operator/) as unknown });
    expect(() => run(portfolioOf([idle]))).toThrow(/never placed 1 ready operator/);
  });

  it("has the built-in schedulers to choose from, but those that need options", () => {
    const schema = schedulers.get("portfolio").options!["~standard"];
    expect(schema.validate({ candidates: ["random", "lws"] })).not.toHaveProperty("issues");
    expect(schema.validate({ candidates: ["replay"] })).toHaveProperty("issues");
    expect(schema.validate({ candidates: [] })).toHaveProperty("issues");
  });

  it("names the nearest scheduler where a candidate is none, not all of them", async () => {
    const error = await resolved("{workload: mlp, machine: mixed, scheduler: {use: portfolio, candidates: [heftt]}}").catch((thrown: unknown) => String(thrown));
    expect(error).toMatch(/scheduler\.candidates\[0\] "heftt" is not known\n {2}hint: did you mean heft\?$/);
  });
});

describe("rehearse", () => {
  const rehearsing = (rehearsal: (view: PlanningView) => void) => ({ ...fifo.create({}), prepare: rehearsal });

  it("is a run without noise, and leaves the run itself alone", () => {
    const [, quiet] = instances.find(([name]) => name === "layered on shared-link")!;
    const noisy = { ...quiet, costSigma: new Float64Array(quiet.costTicks.length).fill(0.3) };
    let seen: Rehearsal | undefined;
    const scheduler = { ...heft.create({}) };
    const { prepare } = scheduler;
    scheduler.prepare = (view, out) => {
      seen = view.rehearse(heft.create({}));
      prepare!.call(scheduler, view, out);
    };
    const run = simulate({ instance: noisy, scheduler });
    expect(run.digest).toBe(simulate({ instance: noisy, scheduler: heft.create({}) }).digest);
    const expected = simulate({ instance: quiet, scheduler: heft.create({}) });
    expect(seen).toEqual({ makespanTicks: expected.makespanTicks, device: expected.ops.device, startTicks: expected.ops.startTicks, endTicks: expected.ops.endTicks });
    expect(run.makespanTicks).not.toBe(expected.makespanTicks);
  });

  it("does not go on for ever", () => {
    let deepest = 0;
    const again = (depth: number): ReturnType<typeof rehearsing> => rehearsing((view) => {
      deepest = Math.max(deepest, depth);
      view.rehearse(again(depth + 1));
    });
    expect(() => runTasks(topcuoglu, again(0))).toThrow(/rehearsal-depth.*within 3 others/);
    expect(deepest).toBe(3);
  });

  it("says whose fault it was", () => {
    expect(() => runTasks(topcuoglu, rehearsing((view) => view.rehearse({ dispatch: () => { throw new Error("no idea"); } })))).toThrow(/failed in "dispatch": no idea/);
    expect(() => runTasks(topcuoglu, rehearsing((view) => view.rehearse(undefined as never)))).toThrow(/not a scheduler/);
  });
});
