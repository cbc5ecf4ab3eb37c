import { InputError } from "../base/errors.ts";
import { formatWhole } from "../base/units.ts";
import { randomSource } from "../base/random.ts";
import type { Workload } from "../graph/workload.ts";
import { processorMachine } from "../machine/processors.ts";
import { mostDurations, processorNames } from "../graph/import/uniform-tasks.ts";
import { familyRegistry } from "../graph/generate/families.ts";
import { weighTasks, type Variation } from "../graph/generate/weigh.ts";

/** A generated workload: a family, the options of its shape, and how it is weighed. */
export interface GenerateSpec {
  /** A name of {@link families}. */
  readonly family: string;
  /** Mean duration of a task in ns; default 10,000. */
  readonly time?: number | undefined;
  /** Mean transfer time over mean duration; default 1. */
  readonly ccr?: number | undefined;
  /** See `WeighOptions`; default 1. */
  readonly heterogeneity?: number | undefined;
  /** See `WeighOptions`; default false. */
  readonly consistent?: boolean | undefined;
  /** Default: the family's. */
  readonly vary?: Variation | undefined;
  /** Default: the scenario's. */
  readonly seed?: number | undefined;
  readonly [option: string]: unknown;
}

const weights = ["time", "ccr", "heterogeneity", "consistent", "vary"] as const;

/**
 * Makes a task graph of the literature: on `processors` it brings its durations and their machine; without, a family
 * of kernels is left to the cost models, with its flops and bytes.
 * @param options.seed used where the spec has none
 * @throws {InputError} where a family needs processors, or is too large; paths are relative to the spec.
 * @example
 * generateWorkload({ family: "fft", points: 16, ccr: 0.5 }, { processors: 4, seed: 1 }).graph.opCount; // 95
 */
export function generateWorkload(spec: GenerateSpec, { processors, seed }: { readonly processors: number | undefined; readonly seed: number }): Workload {
  const family = familyRegistry.get(spec.family);
  const source = (name: string) => randomSource(spec.seed ?? seed, `generate/${name}`);
  const shape = family.options.parse(Object.fromEntries(Object.keys(family.options.shape).filter((key) => spec[key] !== undefined).map((key) => [key, spec[key]])));
  const graph = family.build(shape, source("shape"));
  if (processors === undefined) {
    if (!family.kernels) throw new InputError({ code: "missing-processors", message: `the durations of ${family.name} are drawn for each processor, but it is not said how many there are`, hint: "write machine: {processors: 4}, or --processors 4" });
    const given = weights.filter((key) => spec[key] !== undefined);
    if (given.length > 0) {
      throw new InputError(given.map((key) => ({ code: "conflicting-keys", message: `on a machine the cost models say how long ${family.name} takes, so "${key}" has no meaning`, path: [key], hint: "remove it, or write machine: {processors: 4}" })));
    }
    return { graph, warnings: [] };
  }
  const names = processorNames(processors);
  if (graph.opCount * processors > mostDurations) throw new InputError({ code: "too-large", message: `${formatWhole(graph.opCount)} tasks on ${formatWhole(processors)} processors are more than ${formatWhole(mostDurations)} durations`, hint: "use fewer processors" });
  const weighed = weighTasks(graph, {
    devices: processors, vary: spec.vary ?? family.vary, random: { means: source("means"), devices: source("devices"), bytes: source("bytes") },
    ...(spec.time !== undefined && { meanNs: spec.time }), ...(spec.ccr !== undefined && { ccr: spec.ccr }),
    ...(spec.heterogeneity !== undefined && { heterogeneity: spec.heterogeneity }), ...(spec.consistent !== undefined && { consistent: spec.consistent }),
  });
  return { ...weighed, machine: processorMachine(names), tickNs: 1, warnings: [] };
}
