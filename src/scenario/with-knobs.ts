import { without } from "./merge.ts";
import { applyOverrides, type Override } from "./overrides.ts";
import type { ReadFile } from "./read-file.ts";
import type { ResolvedScenario } from "./resolve-scenario.ts";
import { resolveThreads } from "./resolve-threads.ts";
import type { Scenario } from "./scenario.ts";
import { fromPlain, type Position, type SourceMap } from "./source-tree.ts";
import { withRuntime } from "./with-runtime.ts";

/**
 * A resolved scenario whose runtime has other knobs; graph, machine and costs are shared with it, and so may be its
 * compiled instance.
 * @param knobs those that are not given stay as the scenario has them; `at`: where the value was written, for messages
 * @throws {InputError} for wrong knobs.
 */
export async function withKnobs(scenario: Scenario, resolved: ResolvedScenario, knobs: readonly { readonly knob: string; readonly value: unknown; readonly at: Position }[], readFile?: ReadFile): Promise<ResolvedScenario> {
  const overrides = knobs.map(({ knob, value, at }): Override => ({ path: ["runtime", knob], source: fromPlain(value, at), from: at.file }));
  const changed = scenario.under((source) => applyOverrides(source, overrides) as SourceMap);
  const { graph, machine, arrivalsNs, jobOf, tickNs, threads } = resolved;
  const instances = arrivalsNs.length;
  const under = await withRuntime(changed, { machine, operators: jobOf ? graph.opCount : graph.opCount * instances, instances, readFile });
  const { resolved: other } = await resolveThreads(under.scenario, tickNs, machine, { ...(readFile && { readFile }) });
  return { ...resolved, threads: { ...other, runtime: under.setting, ...(threads?.device !== undefined && { device: threads.device }) } };
}

/** The scenario on another runtime, with its default knobs; schedulers, which the runtime's threads take the place of, are left out. */
export function onRuntime(scenario: Scenario, use: string): Scenario {
  return scenario.under((source) => applyOverrides(["scheduler", "compare", "sync"].reduce(without, source), [{ path: "runtime", value: { use }, from: "--runtime" }]) as SourceMap);
}
