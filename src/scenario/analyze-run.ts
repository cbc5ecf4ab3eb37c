import { lowerBound, type LowerBound } from "../bounds/lower-bound.ts";
import { realizedInstance } from "../bounds/realized-costs.ts";
import { withoutDuplicates } from "../core/duplicate-ops.ts";
import type { Instance } from "../core/instance.ts";
import type { Trace } from "../core/trace.ts";
import { computeMetrics, type Metrics } from "../trace/metrics.ts";
import { withProof } from "./proven-bound.ts";
import type { ResolvedScenario } from "./resolve-scenario.ts";
import { boundedInstance } from "./spread-operators.ts";
import { uselessDevices } from "./useless-devices.ts";

/** By instance, and what else a bound depends on: a run, its picture and the comparison beside it ask for the same one. */
const known = new WeakMap<Instance, Map<string, LowerBound>>();

/**
 * The bound that no schedule of a scenario can beat: under noise, from the times that operators really take with this seed.
 * Worked out once an instance.
 * @param duplication True: nor can one that runs operators several times. Default: as the instance has them
 */
export function boundOf(instance: Instance, seed: number, duplication: boolean = instance.duplicateOf !== undefined): LowerBound {
  const noisy = instance.costSigma.some((sigma) => sigma > 0);
  const key = `${noisy ? seed : ""}/${duplication}`;
  const bounds = known.get(instance) ?? new Map<string, LowerBound>();
  let bound = bounds.get(key);
  if (bound === undefined) {
    const workload = withoutDuplicates(boundedInstance(instance));
    bound = lowerBound(noisy ? realizedInstance(workload, seed, duplication ? workload.deviceCount : 1) : workload, { duplication });
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
export function analyzeRun(scenario: ResolvedScenario, trace: Trace, bound: LowerBound = boundOf(trace.instance, trace.seed)): Metrics {
  const metrics = computeMetrics(trace, { lowerBound: withProof(bound, trace), devices: scenario.machine.devices, warnings: [...scenario.warnings, ...uselessDevices(scenario, trace.instance)] });
  if (scenario.threads?.device === undefined) return metrics;
  // Nobody expected an operator to have one core to itself all the time.
  const { estimates: _, ...rest } = metrics;
  return { ...rest, warnings: metrics.warnings.filter(({ code }) => code !== "wrong-estimates") };
}
