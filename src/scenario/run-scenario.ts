import { InputError } from "../base/errors.ts";
import { compile } from "../core/compile.ts";
import { emptyInstance } from "../core/empty-instance.ts";
import type { Instance } from "../core/instance.ts";
import { withLentInstance } from "../core/lent-instance.ts";
import { simulate } from "../core/simulate.ts";
import type { SimulationSpec } from "../core/simulation-spec.ts";
import type { Trace } from "../core/trace.ts";
import type { ThreadSetting } from "../core/threads/thread-setting.ts";
import { threadMemory } from "../memory/system/index.ts";
import type { SchedulerDefinition } from "../plugin.ts";
import { foreignPolicies } from "./foreign-policies.ts";
import { freshScheduler, freshSync, freshThreadPolicy } from "./fresh-policy.ts";
import type { ChosenPolicy } from "./load-policy.ts";
import { policyReport } from "./policy-report.ts";
import { checkRoom } from "./resolve-memory.ts";
import type { ResolvedScenario } from "./resolve-scenario.ts";
import type { ResolvedThreads } from "./resolve-threads.ts";
import { runWithMemory } from "./run-with-memory.ts";

/** How to run a resolved scenario; everything is optional. */
export interface RunOptions {
  /** Compiled before, to be shared by several runs of the same scenario. */
  readonly instance?: Instance;
  /** Instead of the scenario's own. */
  readonly scheduler?: ChosenPolicy<SchedulerDefinition>;
  readonly seed?: number;
  /** See `SimulationSpec.decisions`. */
  readonly decisions?: boolean;
  /** See `SimulationSpec.progress`. */
  readonly progress?: Int32Array;
  /** See `SimulationSpec.onProgress`. */
  readonly onProgress?: NonNullable<SimulationSpec["onProgress"]>;
}

/** Compiles a resolved scenario: once, however many schedulers then run on it. @throws {InputError} see `compile`. */
export function compileScenario(scenario: ResolvedScenario): Instance {
  if (scenario.threads !== undefined && scenario.graph.opCount === 0) return emptyInstance(scenario.name, scenario.tickNs);
  const { name, graph, machine, costs, tickNs, arrivalsNs, jobOf, deadlineNs, events, weights, noise, machineAt } = scenario;
  try {
    const instance = compile({ name, graph, machine, costs, tickNs, arrivalsNs, ...(deadlineNs !== undefined && { deadlineNs }), ...(events && { events }), ...(jobOf && { jobOf }), weights, noise });
    if (scenario.memory !== undefined) checkRoom(instance, scenario.memory);
    return instance;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.issues.map((issue) => (issue.file === undefined ? { ...issue, ...machineAt } : issue)));
  }
}

/**
 * Runs a resolved scenario to its end.
 * @throws {SimulationError} on a deadlock, a livelock or a policy error, or when a memory is full.
 * @example
 * const scenario = await resolveScenario(await loadScenario("scenarios/quickstart.yaml"));
 * const trace = runScenario(scenario);
 */
export function runScenario(scenario: ResolvedScenario, options: RunOptions = {}): Trace {
  const scheduler = options.scheduler ?? scenario.scheduler;
  const instance = options.instance ?? compileScenario(scenario);
  const once = (of: Instance): Trace => withLentInstance(of, foreignPolicies(scheduler.definition, scenario.sync.definition), (lent) => runOnce(scenario, lent, scheduler, options));
  return scenario.memory === undefined ? once(instance) : runWithMemory(scenario.memory, instance, once);
}

/** Threads as one run takes them, with everything new that a run changes. @throws {SimulationError} where their policy cannot be made. */
export function threadSetting({ spec, policy, device, memory }: ResolvedThreads, tickNs: number): ThreadSetting {
  return { spec, policy: freshThreadPolicy(policy), policyName: policy.definition.name, device, memory: memory && threadMemory(memory, spec, tickNs) };
}

function runOnce(scenario: ResolvedScenario, instance: Instance, scheduler: ChosenPolicy<SchedulerDefinition>, options: RunOptions): Trace {
  // Where threads run the graph, there is nothing for a scheduler to decide.
  const byThreads = scenario.threads?.device !== undefined;
  const policy = byThreads ? { dispatch: () => undefined } : freshScheduler(scheduler);
  const trace = simulate({
    instance,
    scheduler: policy, schedulerName: byThreads ? (scenario.threads.runtime?.use ?? "threads") : scheduler.definition.name,
    sync: freshSync(scenario.sync), freshSync: () => freshSync(scenario.sync), syncName: scenario.sync.definition.name,
    seed: options.seed ?? scenario.seed,
    ...(scenario.threads && { threads: threadSetting(scenario.threads, scenario.tickNs) }),
    ...(scenario.information && { information: scenario.information }), ...(scenario.dispatch && { dispatch: scenario.dispatch }),
    ...(options.decisions && { decisions: true }),
    ...(options.progress && { progress: options.progress }),
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  const report = policyReport(scheduler.definition.name, policy);
  // Not by spreading: that would hash a million operators.
  return report === undefined ? trace : Object.assign(trace, { report });
}
