import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { analyzeRun } from "../../src/scenario/analyze-run.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { formatResult } from "../../src/trace/text.ts";
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
});
