import { areaBound, areaWeights } from "../bounds/area-bound.ts";
import { atBestSpeeds } from "../bounds/best-speeds.ts";
import { criticalPathBound } from "../bounds/critical-path-bound.ts";
import { realizedInstance } from "../bounds/realized-costs.ts";
import type { Information } from "../core/information.ts";
import type { Instance } from "../core/instance.ts";
import { withLentInstance } from "../core/lent-instance.ts";
import type { DispatchCost } from "../core/scheduler-host.ts";
import { simulate } from "../core/simulate.ts";
import { changedInstance } from "../core/vary-instance.ts";
import type { Trace } from "../core/trace.ts";
import type { SchedulerDefinition, SyncDefinition, ThreadPolicyDefinition } from "../plugin.ts";
import { boundOf } from "../scenario/analyze-run.ts";
import { foreignPolicies } from "../scenario/foreign-policies.ts";
import { freshScheduler, freshSync } from "../scenario/fresh-policy.ts";
import type { ChosenPolicy } from "../scenario/load-policy.ts";
import type { MemoryPlan } from "../scenario/resolve-memory.ts";
import type { ResolvedThreads } from "../scenario/resolve-threads.ts";
import { threadSetting } from "../scenario/run-scenario.ts";
import { runWithMemory } from "../scenario/run-with-memory.ts";
import { asOneCore, sharedCores } from "../scenario/spread-operators.ts";
import type { ThreadObjective } from "../trace/objective.ts";
import { threadFailure } from "../trace/threads/thread-findings.ts";
import { varyInstance, type Variation } from "./instance-variation.ts";
import { measure, type DevicePower, type Measures } from "./measures.ts";
import { watchRandom } from "./watch-random.ts";

/** What a comparison is of. */
export type Compared = SchedulerDefinition | ThreadPolicyDefinition;

/** What all runs of a comparison have in common. */
export interface CellSetting {
  readonly instance: Instance;
  /** `undefined`: the instance as it is. */
  readonly variations: readonly (Variation | undefined)[];
  /** What is compared: schedulers, or the thread policies with which the threads run. */
  readonly schedulers: readonly (ChosenPolicy<Compared> | undefined)[];
  /** Of every run, where thread policies are compared. */
  readonly scheduler?: ChosenPolicy<SchedulerDefinition>;
  /** Threads of every run. */
  readonly threads?: ResolvedThreads;
  /** What threads measure of themselves and are ranked by. */
  readonly by?: ThreadObjective;
  readonly sync: ChosenPolicy<SyncDefinition>;
  readonly firstSeed: number;
  /** `[seed · jobs + job]` in ticks, where arrivals are drawn. */
  readonly arrivalTicks?: Float64Array;
  /** What schedulers know, and what deciding takes: see `SimulationSpec`. */
  readonly information?: Information;
  readonly dispatch?: DispatchCost;
  /** Allocators, and what happens when a memory is full: see `ResolvedScenario.memory`. */
  readonly memory?: MemoryPlan;
  /** By device, where the energy is to be measured. */
  readonly powers?: readonly DevicePower[];
  /** For whoever watches this thread: see `SimulationSpec.progress`. */
  readonly progress?: Int32Array;
}

/** Runs single cells of a comparison: a scheduler with a seed under a variation. The same cell gives the same result in every thread, in any order. */
export class CellRunner {
  readonly #setting: CellSetting;
  #weights: Float64Array | undefined;
  #varied: { readonly variation: number; readonly instance: Instance };

  constructor(setting: CellSetting) {
    this.#setting = setting;
    this.#varied = { variation: -1, instance: setting.instance };
  }

  /**
   * @param watched told whether the scheduler drew random numbers
   * @throws {SimulationError} when the run fails.
   */
  run(variation: number, scheduler: number, seed: number, watched?: (drew: boolean) => void): Measures {
    const { schedulers, sync, firstSeed, information, dispatch, memory, powers, progress, by } = this.#setting;
    const compared = schedulers[scheduler]!;
    const chosen = this.#setting.scheduler ?? (compared as ChosenPolicy<SchedulerDefinition>);
    const threads = this.#threads(compared);
    let drew: (() => boolean) | undefined;
    const once = (shared: Instance): Trace => withLentInstance(shared, foreignPolicies(chosen.definition, sync.definition), (instance) => {
      const policy = threads?.device === undefined ? freshScheduler(chosen) : { dispatch: () => undefined };
      drew = watched === undefined ? undefined : watchRandom(policy);
      return simulate({
        instance, scheduler: policy, schedulerName: chosen.definition.name, sync: freshSync(sync), syncName: sync.definition.name,
        seed: firstSeed + seed, ...(threads && { threads: threadSetting(threads, instance.tickNs) }), ...(information && { information }), ...(dispatch && { dispatch }), ...(progress && { progress }),
      });
    });
    const instance = this.#instance(variation, seed);
    const trace = memory === undefined ? once(instance) : runWithMemory(memory, instance, once);
    watched?.(drew!());
    const failed = threadFailure(trace.threads);
    if (failed !== undefined) throw failed;
    return measure(trace, powers, by);
  }

  /** The threads, with the policy that is compared where thread policies are. */
  #threads(compared: ChosenPolicy<Compared>): ResolvedThreads | undefined {
    const { threads, scheduler } = this.#setting;
    return threads === undefined || scheduler === undefined ? threads : { ...threads, policy: compared as ChosenPolicy<ThreadPolicyDefinition> };
  }

  /**
   * The lower bound of the makespan with this seed, in ticks.
   * @param quick only what is cheap enough for every seed of many: dependencies, and work
   * @param duplication it holds for schedules that run operators several times, too
   */
  bound(seed: number, quick: boolean, duplication: boolean): number {
    const { threads, firstSeed } = this.#setting;
    const instance = this.#instance(0, seed);
    const cores = threads && sharedCores(threads);
    if (!quick) return boundOf(instance, firstSeed + seed, { duplication, cores }).ticks;
    const fastest = atBestSpeeds(cores === undefined ? instance : asOneCore(instance, cores));
    const realized = realizedInstance(fastest, firstSeed + seed, duplication ? instance.deviceCount : 1);
    // Sound with any weights: those of the expected times save a search for each seed.
    this.#weights ??= areaWeights(this.#setting.instance);
    return Math.ceil(Math.max(criticalPathBound(realized), areaBound(realized, undefined, this.#weights)) * (1 - 1e-10) - 1e-9);
  }

  #instance(variation: number, seed: number): Instance {
    const { instance, variations, arrivalTicks } = this.#setting;
    if (variation !== this.#varied.variation) {
      const change = variations[variation];
      this.#varied = { variation, instance: change === undefined ? instance : varyInstance(instance, change) };
    }
    const varied = this.#varied.instance;
    return arrivalTicks === undefined ? varied : changedInstance(varied, { jobArrivalTicks: arrivalTicks.slice(seed * instance.jobCount, (seed + 1) * instance.jobCount) });
  }
}
