import { HeddleError } from "../base/errors.ts";
import type { CellRunner } from "./cell-runner.ts";
import { measureColumns, setMeasures, type MeasureColumns } from "./measures.ts";

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
  readonly bound?: { readonly quick: boolean; readonly duplication: boolean };
}

/** What a task gave, by seed from its `from` on; up to the first failure. Plain data. */
export interface TaskResult {
  readonly measures: MeasureColumns;
  /** Of the bound, instead of measures. */
  readonly boundTicks?: Float64Array;
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
export function runTask(runner: CellRunner, { scheduler, variation, from, to, watch, bound }: SweepTask, onSeed: (seed: number) => void = () => undefined): TaskResult {
  const measures = measureColumns(scheduler < 0 ? 0 : to - from);
  const boundTicks = new Float64Array(scheduler < 0 ? to - from : 0);
  let drew: boolean | undefined;
  for (let seed = from; seed < to; seed++) {
    onSeed(seed);
    if (scheduler < 0) {
      boundTicks[seed - from] = runner.bound(seed, bound?.quick === true, bound?.duplication === true);
      continue;
    }
    try {
      setMeasures(measures, seed - from, runner.run(variation, scheduler, seed, watch === true ? (answer) => (drew = answer) : undefined));
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      const { code, message } = error.issues[0]!;
      return { measures, failure: { seed, code, message } };
    }
  }
  return { measures, ...(scheduler < 0 && { boundTicks }), ...(drew !== undefined && { drew }) };
}
