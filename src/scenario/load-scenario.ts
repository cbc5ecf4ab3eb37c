import { InputError, type Issue } from "../base/errors.ts";
import { openScenario } from "./open-scenario.ts";
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
 * Reads a scenario file, what it includes, and the overrides, and checks the result. What else the scenario names is
 * read by `resolveScenario`; only where something is wrong is it looked up here already, to tell all at once.
 * @throws {InputError} with every problem found, each at its file, line and column.
 * @example
 * const scenario = await loadScenario("scenarios/quickstart.yaml", { overrides: [{ path: "seed", value: 3 }] });
 */
export async function loadScenario(file: string, options: LoadOptions = {}): Promise<Scenario> {
  const source = await readSources(file, options.readFile, (merged) => formIssues(merged, file));
  return openScenario(applyOverrides(source, options.overrides ?? []) as SourceMap, file, options.readFile);
}

/** What is wrong with the form of a scenario that lacks some of its files: what is missing may be in these. */
function formIssues(source: SourceMap, file: string): readonly Issue[] {
  try {
    new Scenario(source, file);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.issues.filter(({ code }) => code !== "missing-key");
  }
}
