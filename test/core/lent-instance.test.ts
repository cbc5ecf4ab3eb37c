import { describe, expect, it } from "vitest";
import { SimulationError } from "../../src/base/errors.ts";
import type { Instance } from "../../src/core/instance.ts";
import { withLentInstance } from "../../src/core/lent-instance.ts";
import { defineScheduler, type Scheduler, type PlanningView } from "../../src/plugin.ts";
import { compareSchedulers } from "../../src/scenario/compare-schedulers.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { compileScenario, runScenario } from "../../src/scenario/run-scenario.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { schedulerChecks } from "../../src/testing/checks.ts";
import { memoryFiles } from "../scenario/memory-files.ts";

const readFile = memoryFiles({ "a.yaml": "workload: {graph: {ops: {a: 1ms, b: 1ms, c: 2ms}, edges: [a -> b, a -> c]}}\nmachine: {processors: 2}\n" });
const scenario = await resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile });

/** Places everything on the first processor, and writes where it should only read. */
const scribbles = (write: (view: PlanningView) => void) => ({
  options: {},
  definition: defineScheduler({
    name: "scribbles", summary: "writes into the view",
    create: (): Scheduler => ({
      prepare: write,
      dispatch: (view, out) => {
        for (let op = view.ready.first(); op >= 0; op = view.ready.first()) out.place(op, 0);
      },
    }),
  }),
});

function failure(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof SimulationError) return error.issues[0]!.message;
    throw error;
  }
  return "nothing was thrown";
}

describe("a policy that overwrites what its view shows", () => {
  it.each<[string, (view: PlanningView) => void]>([
    // The first would be a deadlock that blames nobody.
    ["view.succ", (view) => void (view.succ.node as Uint32Array).fill(0)],
    ["view.topo, view.tensors.bytes", (view) => [(view.topo as Uint32Array).reverse(), (view.tensors.bytes as Float64Array).fill(7)]],
    ["view.estimates", (view) => void view.estimates.fill(1)],
    ["view.deviceMemory", (view) => void (view.deviceMemory as Uint32Array).fill(9)],
  ])("%s is named", (what, write) => {
    expect(failure(() => runScenario(scenario, { scheduler: scribbles(write) }))).toBe(`scheduler "scribbles" overwrote ${what}, which the engine goes by too`);
  });

  it("changes nothing for those who run beside it", () => {
    const heft = { definition: schedulers.get("heft"), options: {} };
    const rows = compareSchedulers(scenario, { schedulers: [heft, scribbles((view) => void (view.pred.start as Uint32Array).fill(0)), heft] });
    expect(rows[1]!.failure).toContain("overwrote view.pred");
    expect(rows[2]!.metrics).toEqual(rows[0]!.metrics);
  });

  it("does not pass the checks for plug-ins", () => {
    const { definition } = scribbles((view) => void (view.tensors.home as Int32Array).fill(3));
    expect(() => schedulerChecks(definition).find(({ name }) => name === "runs with noise")!.run()).toThrow(/scheduler "scribbles" overwrote view\.tensors\.home/);
  });

  it("is one that writes: others run as they are, built-in ones on the instance itself", () => {
    expect(runScenario(scenario, { scheduler: scribbles(() => undefined) }).makespanTicks).toBe(4e6);
    const instance = compileScenario(scenario);
    expect(withLentInstance(instance, [], (lent) => lent)).toBe(instance);
    const lent: Instance = withLentInstance(instance, ["x"], (one) => one);
    expect([lent.succ === instance.succ, lent.digest]).toEqual([false, instance.digest]);
  });
});
