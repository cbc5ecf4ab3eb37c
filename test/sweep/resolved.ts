import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario, type ResolvedScenario } from "../../src/scenario/resolve-scenario.ts";
import { memoryFiles } from "../scenario/memory-files.ts";

/** A scenario written in a test. */
export async function resolved(text: string): Promise<ResolvedScenario> {
  const readFile = memoryFiles({ "a.yaml": text });
  return resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile });
}

/** Forty tasks on three unlike processors, with noise. */
export const noisyGraph = "{workload: {generate: {family: layered, ops: 40}}, machine: {processors: 3}, noise: 20%, seed: 5, compare: [heft, fifo, random, met]}";
