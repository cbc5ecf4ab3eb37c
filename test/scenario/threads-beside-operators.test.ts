import { expect, it } from "vitest";
import { analyzeRun } from "../../src/scenario/analyze-run.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { formatResult } from "../../src/trace/text.ts";
import { resolved } from "../runtimes/run-runtime.ts";

const metricsOf = async (more: object) => {
  const scenario = await resolved({ machine: "workstation", ...more });
  return analyzeRun(scenario, runScenario(scenario));
};
const operators = { workload: { graph: { ops: { a: "1ms" } } } };
const threads = (work: string): object => ({ programs: { w: [{ compute: work }] }, threads: { w: 1 }, threadCosts: "none" });

it("the result of threads beside operators says when the operators ended", async () => {
  const longer = await metricsOf({ ...operators, ...threads("5ms") });
  expect(longer).toMatchObject({ makespanNs: 5e6, operatorsEndNs: 1e6 });
  expect(formatResult(longer)).toContain("\nmakespan     5.00 ms\n             of operators and threads; the operators ended at 1.00 ms\n");
  expect(await metricsOf({ ...operators, ...threads("1us") })).toMatchObject({ makespanNs: 1e6, operatorsEndNs: 1e6 });
});

it("others end with their operators, or have none", async () => {
  expect(await metricsOf(operators)).not.toHaveProperty("operatorsEndNs");
  expect(await metricsOf({ ...operators, runtime: "static-pool" })).not.toHaveProperty("operatorsEndNs");
  expect(await metricsOf(threads("5ms"))).not.toHaveProperty("operatorsEndNs");
});
