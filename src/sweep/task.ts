import { HeddleError } from "../base/errors.ts";
import type { CellRunner } from "./cell-runner.ts";

/** A piece of a comparison: the seeds `from` … `to − 1` of one scheduler under one variation, or of the lower bound. Plain data. */
export interface SweepTask {
  /** -1 = the lower bound. */
  readonly scheduler: number;
  readonly variation: number;
  readonly from: number;
  readonly to: number;
  /** Find out whether the scheduler draws random numbers. */
  readonly watch?: boolean;
  /** Of the bound: see `CellRunner.bound`. */
  readonly quickBound?: boolean;
}

/** What a task gave, by seed from its `from` on; up to the first failure. Plain data. */
export interface TaskResult {
  /** Of the bound: the bound. */
  readonly makespanTicks: Float64Array;
  readonly utilization: Float64Array;
  /** Answers `watch`. */
  readonly drew?: boolean;
  readonly failure?: TaskFailure;
}

/** Why a scheduler has no result. */
export interface TaskFailure {
  /** Index of the seed with which it failed. */
  readonly seed: number;
  readonly code: string;
  readonly message: string;
}

/**
 * Runs a task.
 * @param onSeed told before each seed
 * @throws what is no failure of the simulation: a bug.
 */
export function runTask(runner: CellRunner, { scheduler, variation, from, to, watch, quickBound }: SweepTask, onSeed: (seed: number) => void = () => undefined): TaskResult {
  const makespanTicks = new Float64Array(to - from);
  const utilization = new Float64Array(to - from);
  let drew: boolean | undefined;
  for (let seed = from; seed < to; seed++) {
    onSeed(seed);
    if (scheduler < 0) {
      makespanTicks[seed - from] = runner.bound(seed, quickBound === true);
      continue;
    }
    try {
      const result = runner.run(variation, scheduler, seed, watch === true ? (answer) => (drew = answer) : undefined);
      makespanTicks[seed - from] = result.makespanTicks;
      utilization[seed - from] = result.utilization;
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      const { code, message } = error.issues[0]!;
      return { makespanTicks, utilization, failure: { seed, code, message } };
    }
  }
  return { makespanTicks, utilization, ...(drew !== undefined && { drew }) };
}
