import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { analyzeRun } from "../../src/scenario/analyze-run.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { formatResult } from "../../src/trace/text.ts";
import { makeInstance, type InstanceSpec } from "../reference/make-instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { sharedData } from "../shared-data.ts";

async function run(yaml: string) {
  const scenario = await resolveScenario(await loadScenario("exact.yaml", { readFile: async (file) => (file === "exact.yaml" ? Buffer.from(yaml) : readFileSync(file)) }));
  return analyzeRun(scenario, runScenario(scenario));
}

const diamond = "workload: {graph: {ops: {a: 3us, b: 2us, c: 4us, d: 1us}, edges: [a -> b, a -> c, b -> d, c -> d]}}\nmachine: {processors: 2}\n";

describe("exact", () => {
  it.for([["topcuoglu-2002", 73], ["arabnejad-2014", 113]] as const)("proves the optimum of %s: %d", async ([name, optimum], { skip }) => {
    const file = sharedData(`taskgraphs/published/${name}.tasks.json`);
    if (!file) return skip("no shared data");
    const metrics = await run(`workload: {tasks: ${file}}\nscheduler: {use: exact}\n`);
    expect(metrics).toMatchObject({ makespanNs: optimum, lowerBoundNs: optimum, lowerBoundSource: "exact", gap: 0, optimal: { proven: true, gap: 0 }, schedulerReport: { planNs: optimum, provenNs: optimum, planProven: true, planGap: 0 } });
    expect(formatResult(metrics)).toContain("by branch and bound, reached: no schedule is faster");
  });

  it("proves no more than what inputs that move side by side allow", async () => {
    // Weights and the input of a layer on their way at once, each with the latency of the link.
    const metrics = await run(`workload: {model: mlp, weights: host, batch: 64}
machine:
  devices:
    cpu0: {kind: cpu, units: 1, peak: {f32: 1GFLOP/s}, memory: {capacity: 64GiB}}
    gpu0: {kind: gpu, units: 1, peak: {f32: 10TFLOP/s}, memory: {capacity: 64GiB}}
  links: [{between: [cpu0, gpu0], latency: 500us, bandwidth: 32GB/s}]
scheduler: exact
`);
    expect(metrics.schedulerReport!["provenNs"]).toBeLessThanOrEqual(metrics.makespanNs);
  });

  it("says what gap is left when the budget is small", async () => {
    const { schedulerReport } = await run(`workload: {generate: {family: layered, ops: 60, ccr: 1, heterogeneity: 1}}\nmachine: {processors: 3}\nscheduler: {use: exact, nodes: 50}\n`);
    expect(schedulerReport).toMatchObject({ planProven: false, nodes: 50 });
    expect(schedulerReport!["planGap"]).toBeGreaterThan(0);
  });

  it("proves what the noise of a run allows, and no more", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const metrics = await run(`${diamond}scheduler: {use: exact}\nnoise: 40%\nseed: ${seed}\n`);
      expect(metrics.optimal!.proven).toBe(metrics.makespanNs <= metrics.lowerBoundNs!);
      expect(metrics.gap).toBeGreaterThanOrEqual(0);
    }
  });

  it("plans jobs that follow one by one, and refuses what it cannot foresee or is too large", async () => {
    const jobs = (arrivals: string) => run(`workload: {graph: {ops: {a: 3us, b: 2us}, edges: [a -> b]}, instances: 3, arrivals: ${arrivals}}\nmachine: {processors: 2}\nscheduler: {use: exact}\n`);
    expect((await jobs("back-to-back")).makespanNs).toBe(15_000);
    expect((await jobs("{every: 1us}")).makespanNs).toBe(8000);
    await expect(run("workload: {generate: {family: chain, ops: 501}}\nmachine: {processors: 2}\nscheduler: {use: exact}\n")).rejects.toThrow(/exact takes 500 and 32 at most/);
  });

  it("is left out of compare: all, which is for policies that one deploys", async () => {
    const scenario = await resolveScenario(await loadScenario("all.yaml", { readFile: async () => Buffer.from(`${diamond}compare: all\n`) }));
    expect(scenario.compare.map(({ definition }) => definition.name)).not.toContain("exact");
    expect(scenario.compare.length).toBeGreaterThan(20);
  });

  /** Two devices with a memory each; a byte takes a tick. */
  function runOn(spec: Pick<InstanceSpec, "ops" | "tensors" | "costs" | "jobs">, setup = 0) {
    const routes = [{ from: 0, to: 1, ticksPerByte: 1 }, { from: 1, to: 0, ticksPerByte: 1 }];
    const instance = makeInstance({ ...spec, memories: [Infinity, Infinity], devices: [{ memory: 0 }, { memory: 1, setup }], routes });
    const scheduler = createPolicy(schedulers.get("exact"));
    const { makespanTicks } = simulate({ instance, scheduler });
    return { makespanTicks, report: scheduler.report!() };
  }

  it("proves no more than the run shows where several inputs move side by side", () => {
    // Both take 10 ticks to the second device, where alone the operator runs.
    const { makespanTicks, report } = runOn({ ops: [{ inputs: [0, 1] }], tensors: [{ bytes: 10, home: 0 }, { bytes: 10, home: 0 }], costs: [[Infinity, 5]] });
    expect(makespanTicks).toBe(15);
    expect(report).toMatchObject({ planNs: 25, provenNs: 15, planProven: false });
  });

  it("counts inputs from the arrival of their job, at a time or as another one ends", () => {
    const oneInput = { tensors: [{ bytes: 10, home: 0 }], costs: [[20, 5], [Infinity, 30]] };
    const late = runOn({ ...oneInput, ops: [{ inputs: [0] }], costs: [[20, 5]], jobs: [100] });
    expect([late.makespanTicks, late.report["planNs"], late.report["planProven"]]).toEqual([115, 115, true]);
    const following = runOn({ ...oneInput, ops: [{ inputs: [0], job: 1 }, { job: 0 }], jobs: [0, Infinity] });
    expect([following.makespanTicks, following.report["planNs"], following.report["planProven"]]).toEqual([45, 45, true]);
  });

  it("takes heft's plan to begin with though that counts on setups", () => {
    // HEFT leaves the second device idle while it waits for a setup; the search knows of none, and could use that time.
    const costs = [{ ticks: 5, configuration: 0 }, { ticks: 5, configuration: 1 }];
    for (let seed = 0; seed < 30; seed++) {
      const ops = Array.from({ length: 8 }, (_, op) => ({ class: (op * 7 + seed) % 3, inputs: op > 1 ? [(op * 5 + seed) % (op - 1)] : [] }));
      const { report } = runOn({ ops, tensors: ops.map((_, producer) => ({ bytes: (producer * 3 + seed) % 9, producer })), costs: [[Infinity, costs[0]!], [30, costs[1]!], [4, 9]] }, 12);
      expect(report["planNs"]).toBeGreaterThan(0);
    }
  });
});
