import { kendallTau } from "../stats/kendall-tau.ts";
import { quantile } from "../stats/quantile.ts";
import type { RuntimeSetting } from "../predict/runtime-setting.ts";

/** One model under one setting: as predicted and as it ran. */
export interface ValidatedRun {
  readonly model: string;
  readonly setting: RuntimeSetting;
  readonly measuredNs: number;
  /** Relative difference between two measurements of the same: see `MeasuredRuns.apart`. */
  readonly apart: number;
  readonly predictedNs: number;
  readonly lowNs: number;
  readonly highNs: number;
}

/** How well the settings of a model are told apart. */
export interface ModelVerdict {
  readonly model: string;
  /** Of predicted and measured times over the settings; NaN with one setting. */
  readonly tau: number;
  /** The setting with the shortest prediction. */
  readonly chosen: RuntimeSetting;
  /** The one that was really fastest. */
  readonly best: RuntimeSetting;
  /** By how much the chosen one is slower than the best, relative; 0 = the best was found. */
  readonly regret: number;
}

/** How well predictions hold. */
export interface Verdict {
  /** Of |predicted − measured| / measured over all runs. */
  readonly mean: number;
  readonly median: number;
  readonly p90: number;
  /** Mean of (predicted − measured) / measured: above 0 = predictions are too long. */
  readonly bias: number;
  /** Share of runs that lie in their predicted interval. */
  readonly covered: number;
  /** Median relative difference between two measurements of the same. */
  readonly apart: number;
  /** Over all runs of all models; NaN with one. */
  readonly tau: number;
  readonly models: readonly ModelVerdict[];
}

/** The relative error of a prediction: above 0 = too long. */
export function errorOf({ predictedNs, measuredNs }: Pick<ValidatedRun, "predictedNs" | "measuredNs">): number {
  return (predictedNs - measuredNs) / measuredNs;
}

/** Sums up errors, ranks and regrets; at least one run. */
export function judge(runs: readonly ValidatedRun[]): Verdict {
  const errors = runs.map(errorOf);
  const sizes = Float64Array.from(errors, Math.abs).sort();
  const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const models = [...new Set(runs.map(({ model }) => model))];
  return {
    mean: mean(sizes), median: quantile(sizes, 0.5), p90: quantile(sizes, 0.9), bias: mean(errors),
    covered: runs.filter(({ measuredNs, lowNs, highNs }) => measuredNs >= lowNs && measuredNs <= highNs).length / runs.length,
    apart: quantile(Float64Array.from(runs, ({ apart }) => apart).sort(), 0.5),
    tau: rankAgreement(runs), models: models.map((model) => judgeModel(model, runs.filter((run) => run.model === model))),
  };
}

/** The median error that predictions would have on a machine whose every operator takes `ratio` times as long. */
export function medianErrorAt(ratio: number, runs: readonly ValidatedRun[]): number {
  return judge(runs.map((run) => ({ ...run, predictedNs: ratio * run.predictedNs }))).median;
}

function judgeModel(model: string, runs: readonly ValidatedRun[]): ModelVerdict {
  const least = (of: (run: ValidatedRun) => number): ValidatedRun => runs.reduce((best, run) => (of(run) < of(best) ? run : best));
  const chosen = least(({ predictedNs }) => predictedNs);
  const best = least(({ measuredNs }) => measuredNs);
  return { model, tau: rankAgreement(runs), chosen: chosen.setting, best: best.setting, regret: chosen.measuredNs / best.measuredNs - 1 };
}

function rankAgreement(runs: readonly ValidatedRun[]): number {
  return kendallTau(runs.map(({ predictedNs }) => predictedNs), runs.map(({ measuredNs }) => measuredNs));
}
