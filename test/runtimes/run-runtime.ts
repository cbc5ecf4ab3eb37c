import { resolveScenario, type ResolvedScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { Scenario } from "../../src/scenario/scenario.ts";
import { fromPlain, type SourceMap } from "../../src/scenario/source-tree.ts";
import type { Trace } from "../../src/core/trace.ts";

/** A machine of some cores at 1 GHz and nothing else, whose memory is never short. */
export function cores(count: number): object {
  return { devices: { cpu: { kind: "cpu", units: count, peak: { f32: `${count}GFLOP/s` }, memory: { capacity: "64GiB" } } } };
}

/** Two branches of `length` operators between a first and a last one. */
export function twoBranches(each: string, length = 1): object {
  const names = (side: string) => Array.from({ length }, (_, i) => `${side}${i}`);
  return { graph: {
    ops: Object.fromEntries(["first", ...names("a"), ...names("b"), "last"].map((name) => [name, each])),
    edges: ["a", "b"].map((side) => ["first", ...names(side), "last"].join(" -> ")),
  } };
}

/** One operator after the other. */
export function chain(each: string, length: number): object {
  const names = Array.from({ length }, (_, i) => `op${i}`);
  return { graph: { ops: Object.fromEntries(names.map((name) => [name, each])), ...(length > 1 && { edges: [names.join(" -> ")] }) } };
}

export async function resolved(plain: object): Promise<ResolvedScenario> {
  return resolveScenario(new Scenario(fromPlain(plain, { file: "test.yaml" }) as SourceMap, "test.yaml"));
}

export async function traceOf(plain: object): Promise<Trace> {
  const trace = runScenario(await resolved(plain));
  if (trace.threads?.outcome !== undefined) throw new Error(trace.threads.outcome.message);
  return trace;
}

/** Makespan in microseconds. */
export async function micros(plain: object): Promise<number> {
  return (await traceOf(plain)).makespanTicks / 1e3;
}
