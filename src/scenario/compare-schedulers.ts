import { HeddleError, InputError } from "../base/errors.ts";
import type { Instance } from "../core/instance.ts";
import type { SimulationSpec } from "../core/simulation-spec.ts";
import type { SchedulerDefinition } from "../plugin.ts";
import type { ComparisonRow } from "../trace/comparison-text.ts";
import { threadFailure } from "../trace/threads/thread-findings.ts";
import { analyzeRun, boundOf } from "./analyze-run.ts";
import { mayDuplicate } from "./fresh-policy.ts";
import type { ChosenPolicy } from "./load-policy.ts";
import { policyLabels } from "./policy-labels.ts";
import type { ResolvedScenario } from "./resolve-scenario.ts";
import { compileScenario, runScenario } from "./run-scenario.ts";

/** How to compare. */
export interface CompareOptions {
  /** Default: the scenario's `compare` list. */
  readonly schedulers?: readonly ChosenPolicy<SchedulerDefinition>[];
  /** Compiled before, if it was. */
  readonly instance?: Instance;
  /** Told before each run. */
  readonly onStart?: (name: string, index: number, count: number) => void;
  /** See `SimulationSpec`. */
  readonly progress?: Int32Array;
  readonly onProgress?: NonNullable<SimulationSpec["onProgress"]>;
}

/**
 * Runs several schedulers on the same compiled scenario with the same luck. One that fails gets a row that says why; it
 * does not stop the others.
 * @returns one row a scheduler, in the order given; `rankRows` sorts them.
 * @throws {InputError} where neither the options nor the scenario say which.
 * @example
 * const rows = compareSchedulers(scenario);
 * console.log(formatComparison(rows));
 */
export function compareSchedulers(scenario: ResolvedScenario, options: CompareOptions = {}): ComparisonRow[] {
  const chosen = options.schedulers ?? scenario.compare;
  if (options.schedulers === undefined && chosen.length === 0) throw new InputError({ code: "nothing-to-compare", message: `${scenario.name} does not say which schedulers to compare`, hint: 'compare: all in the scenario, { compare: "all" } for defaultScenario, or the option "schedulers"' });
  const instance = options.instance ?? compileScenario(scenario);
  const names = policyLabels(chosen);
  return chosen.map((scheduler, index) => {
    const name = names[index]!;
    options.onStart?.(name, index, chosen.length);
    try {
      const trace = runScenario(scenario, { instance, scheduler, ...(options.progress && { progress: options.progress }), ...(options.onProgress && { onProgress: options.onProgress }) });
      const failed = threadFailure(trace.threads);
      if (failed !== undefined) throw failed;
      return { name, metrics: analyzeRun(scenario, trace, boundOf(instance, scenario.seed, { duplication: mayDuplicate(scheduler), cores: trace.threads?.cores })) };
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      return { name, failure: error.issues[0]!.message };
    }
  });
}
