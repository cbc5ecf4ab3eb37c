import { lowerBound, type LowerBound } from "../bounds/lower-bound.ts";
import { realizedInstance } from "../bounds/realized-costs.ts";
import { withoutDuplicates } from "../core/duplicate-ops.ts";
import type { Instance } from "../core/instance.ts";
import type { Trace } from "../core/trace.ts";
import { computeMetrics, type Metrics } from "../trace/metrics.ts";
import { withProof } from "./proven-bound.ts";
import type { ResolvedScenario } from "./resolve-scenario.ts";
import { asOneCore, type SharedCores } from "./spread-operators.ts";
import { uselessDevices } from "./useless-devices.ts";

/** By instance, and what else a bound depends on: a run, its picture and the comparison beside it ask for the same one. */
const known = new WeakMap<Instance, Map<string, LowerBound>>();

/** What runs a bound is for; everything is optional. */
export interface BoundedRuns {
  /** True: those too that run operators several times. Default: as the instance has them. */
  readonly duplication?: boolean;
  /** The cores on which threads share operators: `trace.threads.cores`. Default: every operator runs whole, in one slot. */
  readonly cores?: SharedCores | undefined;
}

/**
 * The bound that no schedule of a scenario can beat: under noise, from the times that operators really take with this seed.
 * Worked out once an instance.
 * @example
 * const gap = trace.makespanTicks / boundOf(trace.instance, trace.seed, { cores: trace.threads?.cores }).ticks - 1;
 */
export function boundOf(instance: Instance, seed: number, { duplication = instance.duplicateOf !== undefined, cores }: BoundedRuns = {}): LowerBound {
  const noisy = instance.costSigma.some((sigma) => sigma > 0);
  const key = `${noisy ? seed : ""}/${duplication}/${cores?.device}/${cores?.speed}`;
  const bounds = known.get(instance) ?? new Map<string, LowerBound>();
  let bound = bounds.get(key);
  if (bound === undefined) {
    const workload = withoutDuplicates(cores === undefined ? instance : asOneCore(instance, cores));
    bound = lowerBound(noisy ? realizedInstance(workload, seed, duplication ? workload.deviceCount : 1) : workload, { duplication, timeSharing: cores !== undefined && cores.device >= 0 });
    known.set(instance, bounds.set(key, bound));
  }
  return bound;
}

/**
 * The metrics of a run, with the bound, the energy and the warnings that only the scenario knows.
 * @param bound computed before, to be shared by several runs
 * @example
 * const metrics = analyzeRun(scenario, runScenario(scenario));
 */
export function analyzeRun(scenario: ResolvedScenario, trace: Trace, bound: LowerBound = boundOf(trace.instance, trace.seed, { cores: trace.threads?.cores })): Metrics {
  const metrics = computeMetrics(trace, { lowerBound: withProof(bound, trace), devices: scenario.machine.devices, phases: scenario.phases, warnings: [...scenario.warnings, ...uselessDevices(scenario, trace.instance)] });
  if (scenario.threads?.device === undefined) return metrics;
  // Nobody expected an operator to have one core to itself all the time.
  const { estimates: _, ...rest } = metrics;
  return { ...rest, warnings: metrics.warnings.filter(({ code }) => code !== "wrong-estimates") };
}
