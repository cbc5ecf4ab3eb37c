import { readRuntime, runtimePath, shippedRuntimes } from "./runtime-file.ts";
import type { Knobs } from "./runtime-knobs.ts";

/** A runtime as lists show it. */
export interface ListedRuntime {
  readonly name: string;
  /** The first sentence of its description. */
  readonly summary: string;
  readonly description: string;
  readonly knobs: Knobs;
}

/** All runtimes that come with Heddle, by the name that a scenario gives them. */
export async function runtimeList(): Promise<readonly ListedRuntime[]> {
  return Promise.all(shippedRuntimes.map(async (use) => {
    const { summary, description, knobs } = await readRuntime(use, runtimePath(use), undefined);
    return { name: use, summary: summary.replaceAll(/\s+/g, " "), description, knobs };
  }));
}
