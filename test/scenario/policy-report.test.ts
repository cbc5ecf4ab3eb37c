import { describe, expect, it } from "vitest";
import { defineScheduler } from "../../src/plugin.ts";
import { policyReport } from "../../src/scenario/policy-report.ts";
import { formatResult } from "../../src/trace/text.ts";
import { analyzeRun } from "../../src/scenario/analyze-run.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";

const says = (report: unknown) => ({ dispatch: () => {}, report: () => report as never });

describe("policyReport", () => {
  it("hands on what a policy says, and nothing where it says nothing", () => {
    expect(policyReport("mine", says({ evaluations: 12, chosen: "heft", done: true }))).toEqual({ evaluations: 12, chosen: "heft", done: true });
    expect(policyReport("mine", says(undefined))).toBeUndefined();
    expect(policyReport("mine", { dispatch: () => {} })).toBeUndefined();
  });

  it.for([[null, "null"], [7, "number"], [[], "an array"], [{ a: NaN }, '"a" of its report is NaN'], [{ a: { b: 1 } }, '"a" of its report is object'], [{ a: undefined }, "undefined"]] as const)("refuses %j", ([report, message]) => {
    expect(() => policyReport("mine", says(report))).toThrow(message);
  });

  it("names the policy whose hook fails", () => {
    expect(() => policyReport("mine", { dispatch: () => {}, report: () => { throw new Error("oops"); } })).toThrow(/scheduler "mine": failed in "report": .*oops/);
  });

  it("appears in the result and its text, asked after the run", async () => {
    let ended = 0;
    const definition = defineScheduler({
      name: "talks", summary: "says what it did",
      create: () => ({ prepare: (view, out) => { for (const op of view.topo) out.place(op, 0); }, dispatch: () => {}, completed: () => void ended++, report: () => ({ endedOps: ended, planMakespanNs: 5000, bestOf: "heft", sure: false }) }),
    });
    const scenario = await resolveScenario(await loadScenario("two.yaml", { readFile: async () => Buffer.from("workload: {graph: {ops: {a: 3us, b: 2us}, edges: [a -> b]}}\nmachine: {processors: 1}\n") }));
    const metrics = analyzeRun(scenario, runScenario(scenario, { scheduler: { definition, options: {} } }));
    expect(metrics.schedulerReport).toEqual({ endedOps: 2, planMakespanNs: 5000, bestOf: "heft", sure: false });
    expect(formatResult(metrics)).toContain("ended ops 2, plan makespan 5.00 µs, best of heft, sure no");
  });
});
