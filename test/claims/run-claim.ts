import { join } from "node:path";
import { analyzeRun } from "../../src/scenario/analyze-run.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import type { Metrics } from "../../src/trace/result.ts";

/** Runs a scenario of `scenarios/claims` with some of its values replaced, by path. */
export async function runClaim(name: string, values: Readonly<Record<string, unknown>> = {}): Promise<Metrics> {
  const file = join(import.meta.dirname, `../../scenarios/claims/${name}.yaml`);
  const scenario = await resolveScenario(await loadScenario(file, { overrides: Object.entries(values).map(([path, value]) => ({ path, value })) }));
  return analyzeRun(scenario, runScenario(scenario));
}

/** What share of the time is saved: 0.3 = it takes 30 % less. */
export function cut(before: { readonly makespanNs: number }, after: { readonly makespanNs: number }): number {
  return 1 - after.makespanNs / before.makespanNs;
}
