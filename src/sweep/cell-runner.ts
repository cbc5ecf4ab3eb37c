import { areaBound, areaWeights } from "../bounds/area-bound.ts";
import { criticalPathBound } from "../bounds/critical-path-bound.ts";
import { realizedInstance } from "../bounds/realized-costs.ts";
import type { Information } from "../core/information.ts";
import type { Instance } from "../core/instance.ts";
import type { DispatchCost } from "../core/scheduler-host.ts";
import { simulate } from "../core/simulate.ts";
import { RowKind, type Trace } from "../core/trace.ts";
import { changedInstance } from "../core/vary-instance.ts";
import type { SchedulerDefinition, SyncDefinition } from "../plugin.ts";
import { boundOf } from "../scenario/analyze-run.ts";
import { freshScheduler, freshSync, mayDuplicate } from "../scenario/fresh-policy.ts";
import type { ChosenPolicy } from "../scenario/load-policy.ts";
import { varyInstance, type Variation } from "./instance-variation.ts";
import { watchRandom } from "./watch-random.ts";

/** What all runs of a comparison have in common. */
export interface CellSetting {
  readonly instance: Instance;
  /** `undefined`: the instance as it is. */
  readonly variations: readonly (Variation | undefined)[];
  readonly schedulers: readonly (ChosenPolicy<SchedulerDefinition> | undefined)[];
  readonly sync: ChosenPolicy<SyncDefinition>;
  readonly firstSeed: number;
  /** `[seed · jobs + job]` in ticks, where arrivals are drawn. */
  readonly arrivalTicks?: Float64Array;
  /** What schedulers know, and what deciding takes: see `SimulationSpec`. */
  readonly information?: Information;
  readonly dispatch?: DispatchCost;
  /** For whoever watches this thread: see `SimulationSpec.progress`. */
  readonly progress?: Int32Array;
}

/** What is kept of a run. */
export interface CellResult {
  readonly makespanTicks: number;
  /** Share of all slots' time in which they ran operators. */
  readonly utilization: number;
}

/** Runs single cells of a comparison: a scheduler with a seed under a variation. The same cell gives the same result in every thread, in any order. */
export class CellRunner {
  readonly #setting: CellSetting;
  #weights: Float64Array | undefined;
  /** Some scheduler may run operators several times. */
  #duplication: boolean | undefined;
  #varied: { readonly variation: number; readonly instance: Instance };

  constructor(setting: CellSetting) {
    this.#setting = setting;
    this.#varied = { variation: -1, instance: setting.instance };
  }

  /**
   * @param watched told whether the scheduler drew random numbers
   * @throws {SimulationError} when the run fails.
   */
  run(variation: number, scheduler: number, seed: number, watched?: (drew: boolean) => void): CellResult {
    const { schedulers, sync, firstSeed, information, dispatch, progress } = this.#setting;
    const chosen = schedulers[scheduler]!;
    const policy = freshScheduler(chosen);
    const drew = watched === undefined ? undefined : watchRandom(policy);
    const trace = simulate({
      instance: this.#instance(variation, seed), scheduler: policy, schedulerName: chosen.definition.name, sync: freshSync(sync), syncName: sync.definition.name,
      seed: firstSeed + seed, ...(information && { information }), ...(dispatch && { dispatch }), ...(progress && { progress }),
    });
    if (drew !== undefined) watched!(drew());
    return { makespanTicks: trace.makespanTicks, utilization: utilizationOf(trace) };
  }

  /**
   * The lower bound of the makespan with this seed, in ticks.
   * @param quick only what is cheap enough for every seed of many: dependencies, and work
   */
  bound(seed: number, quick: boolean): number {
    const instance = this.#instance(0, seed);
    const actual = this.#setting.firstSeed + seed;
    this.#duplication ??= this.#setting.schedulers.some((chosen) => chosen !== undefined && mayDuplicate(chosen));
    if (!quick) return boundOf(instance, actual, this.#duplication).ticks;
    const realized = realizedInstance(instance, actual, this.#duplication ? instance.deviceCount : 1);
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

function utilizationOf({ instance, rows, makespanTicks }: Trace): number {
  let busy = 0;
  let slots = 0;
  for (let row = 0; row < rows.length; row++) if (rows.kind[row] === RowKind.run) busy += rows.end[row]! - rows.start[row]!;
  for (const count of instance.slots) slots += count;
  return makespanTicks > 0 ? busy / (slots * makespanTicks) : 0;
}
