import { describe, expect, it } from "vitest";
import { lowerBound } from "../../src/bounds/lower-bound.ts";
import { realizedInstance } from "../../src/bounds/realized-costs.ts";
import { drawsOf } from "../../src/base/duplicates.ts";
import { SimulationError } from "../../src/base/errors.ts";
import { duplicateOps, withoutDuplicates } from "../../src/core/duplicate-ops.ts";
import { instanceDigest } from "../../src/core/instance-digest.ts";
import type { Instance } from "../../src/core/instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Dispatch, Duplicate, PlanningView, Scheduler } from "../../src/plugin.ts";
import { boundOf } from "../../src/scenario/analyze-run.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { syncPolicies } from "../../src/sync/index.ts";
import { misfitDuplicate } from "../../src/trace/verify-duplicates.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
import { randomCase } from "../reference/random-case.ts";
import { taskInstance } from "../schedulers/run-task-graph.ts";
import { randomDuplicates } from "./random-duplicates.ts";

/** T1 feeds T2 and T3, T2 feeds T4; transfers take 100. */
const fork = taskInstance({ costs: [[10, 10], [10, 10], [10, 10], [5, 5]], edges: [[0, 1, 100], [0, 2, 100], [1, 3, 100]] });
const names = ({ opNames }: Instance): string[] => Array.from({ length: opNames.length }, (_, op) => opNames.at(op));
const inputsOf = ({ inputs, tensorNames }: Instance, op: number): string[] => Array.from(inputs.item.subarray(inputs.start[op]!, inputs.start[op + 1]!), (tensor) => tensorNames.at(tensor));

/** A scheduler that asks for these duplicates, and places by a table or as another one would. */
function asking(duplicates: (view: PlanningView) => readonly Duplicate[], places: Scheduler | readonly number[]): Scheduler {
  if (!Array.isArray(places)) return { ...bound(places as Scheduler), duplicates };
  return { queueOrder: "in-order", duplicates, prepare: (view, out: Dispatch) => view.topo.forEach((op) => out.place(op, (places as number[])[op]!)), dispatch() {} };
}

function bound(scheduler: Scheduler): Scheduler {
  const of = <H extends keyof Scheduler>(hook: H): Pick<Scheduler, H> => ((scheduler[hook] === undefined ? {} : { [hook]: (scheduler[hook] as (...args: unknown[]) => unknown).bind(scheduler) }) as unknown as Pick<Scheduler, H>);
  return { ...(scheduler.queueOrder && { queueOrder: scheduler.queueOrder }), ...of("prepare"), ...of("ready"), ...of("completed"), dispatch: scheduler.dispatch.bind(scheduler) };
}

describe("duplicateOps", () => {
  const duplicates = [{ op: 1, readers: [3] }, { op: 0, readers: [2, 4] }];
  const expanded = duplicateOps(fork, duplicates);

  it("appends duplicates that read what their ops read, and have copies of what they make", () => {
    expect(names(expanded)).toEqual(["T1", "T2", "T3", "T4", "T2*1", "T1*1"]);
    expect([...expanded.duplicateOf!]).toEqual([-1, -1, -1, -1, 1, 0]);
    expect([0, 1, 2, 3, 4, 5].map((op) => inputsOf(expanded, op).length)).toEqual([0, 1, 1, 1, 1, 0]);
    const producers = (op: number): string[] => Array.from(expanded.pred.node.subarray(expanded.pred.start[op]!, expanded.pred.start[op + 1]!), (from) => expanded.opNames.at(from));
    expect([1, 2, 3, 4].map(producers)).toEqual([["T1"], ["T1*1"], ["T2*1"], ["T1*1"]]);
    expect(misfitDuplicate(expanded)).toBeUndefined();
  });

  it("changes nothing for the ops of the workload, and can be undone", () => {
    expect(instanceDigest(withoutDuplicates(expanded))).toBe(fork.digest);
    expect(names(withoutDuplicates(expanded))).toEqual(names(fork));
    expect(expanded.digest).not.toBe(fork.digest);
    expect(duplicateOps(fork, [])).toBe(fork);
    expect(withoutDuplicates(fork)).toBe(fork);
  });

  it("gives the n-th duplicate of an op the same luck, whatever else is duplicated", () => {
    expect([...drawsOf(expanded)!]).toEqual([0, 1, 2, 3, 4 + 1, 4 + 0]);
    expect(drawsOf(fork)).toBeUndefined();
    const noisy = { ...fork, costSigma: new Float64Array(fork.costTicks.length).fill(0.3) };
    const run = (asked: readonly Duplicate[], places: number[]) => {
      const { ops } = simulate({ instance: noisy, scheduler: asking(() => asked, places), seed: 5 });
      return ops.endTicks.map((end, op) => end - ops.startTicks[op]!);
    };
    const without = run([], [0, 0, 1, 0]);
    const both = run(duplicates, [0, 0, 1, 0, 0, 1]);
    const one = run([{ op: 0, readers: [2] }], [0, 0, 1, 0, 1]);
    expect([...both.subarray(0, 4)]).toEqual([...without]);
    expect(one[4]).toBe(both[5]);
    expect(one[4]).not.toBe(one[0]);
  });

  it("keeps several outputs of one op apart", () => {
    const { inputs, tensorProducer } = fork;
    expect(inputs.item.length).toBe(3);
    expect(tensorProducer.length).toBe(3);
    const copy = duplicateOps(fork, [{ op: 0, readers: [2] }]);
    expect(copy.tensorCount).toBe(5);
    expect([...copy.tensorBytes.subarray(3)]).toEqual([100, 100]);
    // One of the two copies is read by nobody.
    expect([...copy.tensorUses.subarray(3)]).toEqual([0, 1]);
  });

  it.each<[string, unknown, RegExp]>([
    ["an op that does not exist", [{ op: 9, readers: [1] }], /operator 9, which does not exist/],
    ["a reader that does not exist", [{ op: 0, readers: [7] }], /for operator 7, which does not exist/],
    ["a reader that reads something else", [{ op: 0, readers: [3] }], /"T1" for operator 3, which does not read it/],
    ["a duplicate as reader that reads something else", [{ op: 0, readers: [5] }, { op: 0, readers: [1] }], /"T1" for operator 5, which does not read it/],
    ["more duplicates than other devices", [{ op: 0, readers: [1] }, { op: 0, readers: [2] }], /"T1" 2 times: with 2 devices, 1 is the most/],
    ["nobody to read it", [{ op: 0, readers: [] }], /"T1" for nobody/],
    ["no readers", [{ op: 0 }], /"T1" for nobody/],
    ["nothing", [null], /operator -1, which does not exist/],
    ["a reader twice", [{ op: 0, readers: [1, 1] }], /gave operator 1 two duplicates of "T1"/],
    ["no list", 7, /returned 7 from "duplicates", not a list/],
  ])("refuses %s", (_, asked, message) => {
    const run = (): unknown => simulate({ instance: fork, scheduler: asking(() => asked as Duplicate[], [0, 0, 0, 0]), schedulerName: "mine" });
    expect(run).toThrow(SimulationError);
    expect(run).toThrow(message);
    expect(run).toThrow(/scheduler "mine" /);
  });

  it("names the hook that fails", () => {
    expect(() => simulate({ instance: fork, scheduler: asking(() => { throw new Error("no idea"); }, [0, 0, 0, 0]), schedulerName: "mine" })).toThrow(/scheduler "mine" failed in "duplicates": no idea/);
  });
});

describe("a run with duplicates", () => {
  it("saves the transfer: by hand", () => {
    const { makespanTicks, transfers, ops } = simulate({ instance: fork, scheduler: asking(() => [{ op: 0, readers: [2] }], [0, 0, 1, 0, 1]) });
    expect(makespanTicks).toBe(25);
    expect(transfers.length).toBe(0);
    expect([...ops.endTicks]).toEqual([10, 20, 20, 25, 10]);
  });

  it("is asked of the workload, even where the instance has the duplicates of another run", () => {
    const scheduler = (): Scheduler => asking((view) => (expect(view.opCount).toBe(4), [{ op: 0, readers: [2] }]), [0, 0, 1, 0, 1]);
    const first = simulate({ instance: fork, scheduler: scheduler() });
    expect(simulate({ instance: first.instance, scheduler: scheduler() }).digest).toBe(first.digest);
    // Who does not ask runs the instance as it is.
    expect(simulate({ instance: first.instance, scheduler: schedulers.get("fifo").create({}) }).ops.device.length).toBe(5);
  });

  it("rehearses with duplicates left out, and by a scheduler that duplicates", () => {
    let makespan = 0;
    const inner = (): Scheduler => asking(() => [{ op: 0, readers: [2] }], [0, 0, 1, 0, 1]);
    const scheduler: Scheduler = {
      prepare(view, out) {
        const rehearsal = view.rehearse(inner());
        makespan = rehearsal.makespanTicks;
        expect(rehearsal.device.length).toBe(view.opCount);
        view.topo.forEach((op) => out.place(op, 0));
      },
      dispatch() {},
    };
    expect(simulate({ instance: fork, scheduler }).makespanTicks).toBe(35);
    expect(makespan).toBe(25);
  });

  const cases = Array.from({ length: 400 }, (_, seed) => randomCase(seed, 14)).filter(({ instance }) => instance.changeTicks === undefined);

  it("obeys every rule and no bound for duplication is above it: random graphs, machines, duplicates, noise and sync policies", () => {
    let ran = 0;
    for (const { seed, instance: quiet } of cases) {
      const instance = seed % 3 === 0 ? { ...quiet, costSigma: quiet.costTicks.map((_, cell) => (cell % 4) / 5) } : quiet;
      const duplicates = randomDuplicates(instance, seed);
      if (duplicates.length === 0) continue;
      const sync = syncPolicies.all[seed % syncPolicies.all.length]!;
      let trace;
      try {
        trace = simulate({ instance, scheduler: asking(() => duplicates, createPolicy(schedulers.get(seed % 2 === 0 ? "fifo" : "dmda"))), sync: sync.create({}), seed });
      } catch (error) {
        if (error instanceof SimulationError) continue; // Memories that are not connected.
        throw error;
      }
      ran++;
      expect(verifyTrace(trace)).toEqual([]);
      expect(instanceDigest(withoutDuplicates(trace.instance))).toBe(instanceDigest(instance));
      const { ticks } = boundOf(trace.instance, seed);
      if (ticks > trace.makespanTicks) expect.fail(`case ${seed}: the bound ${ticks} is above the makespan ${trace.makespanTicks}`);
    }
    expect(ran).toBeGreaterThan(60);
  });
});

describe("bounds where duplication is allowed", () => {
  it("do not count transfers that duplicates avoid", () => {
    const wide = taskInstance({ costs: Array.from({ length: 4 }, () => [10, 10, 10]), edges: [[0, 1, 100], [0, 2, 100], [0, 3, 100]] });
    expect(lowerBound(wide).ticks).toBe(40);
    expect(lowerBound(wide, { duplication: true }).ticks).toBe(20);
  });

  it("still count those that no duplicate can avoid", () => {
    const apart = taskInstance({ costs: [[10, Infinity], [Infinity, 10]], edges: [[0, 1, 100]] });
    expect(lowerBound(apart, { duplication: true }).ticks).toBe(120);
  });

  it("take the least of as many draws as there may be executions", () => {
    const noisy = { ...fork, costSigma: new Float64Array(fork.costTicks.length).fill(0.3) };
    const once = realizedInstance(noisy, 3);
    const often = realizedInstance(noisy, 3, 2);
    expect(often.costTicks.every((ticks, cell) => ticks <= once.costTicks[cell]!)).toBe(true);
    expect(often.costTicks.some((ticks, cell) => ticks < once.costTicks[cell]!)).toBe(true);
  });
});
