import { applyOverrides, type Override } from "./overrides.ts";
import type { ReadFile } from "./read-file.ts";
import { readSources } from "./read-sources.ts";
import { Scenario } from "./scenario.ts";
import type { SourceMap } from "./source-tree.ts";

/** How to load a scenario; everything is optional. */
export interface LoadOptions {
  /** Laid over the scenario, in order. */
  readonly overrides?: readonly Override[];
  /** Default: from disk. */
  readonly readFile?: ReadFile;
}

/**
 * Reads a scenario file, what it includes, and the overrides, and checks the result. Nothing else that the scenario
 * names is read: that is `resolveScenario`.
 * @throws {InputError} with every problem found, each at its file, line and column.
 * @example
 * const scenario = await loadScenario("scenarios/quickstart.yaml", { overrides: [{ path: "seed", value: 3 }] });
 */
export async function loadScenario(file: string, options: LoadOptions = {}): Promise<Scenario> {
  const source = await readSources(file, options.readFile);
  return new Scenario(applyOverrides(source, options.overrides ?? []) as SourceMap, file);
}
