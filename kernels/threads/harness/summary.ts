import { quantile, quantileInterval } from "../../../src/stats/quantile.ts";
import { quietShare } from "./load.ts";

/** What many samples in several rounds come to. */
export interface Summary {
  /** Median of the rounds' medians. */
  readonly value: number;
  /** 95 % interval of it between two rounds' medians; the least and greatest where there are fewer than six rounds. */
  readonly low: number;
  readonly high: number;
  /** How far single samples lie apart: the distance of their quartiles, as a share of their median. */
  readonly spread: number;
  readonly rounds: number;
  readonly samples: number;
}

/** Fewer rounds than these are not enough. */
const enoughRounds = 5;

/** The median of values in any order. */
export function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}

/** Summary of the samples, by round; rounds must not be empty, and there must be one. */
export function summarize(rounds: readonly (readonly number[])[]): Summary {
  const medians = Float64Array.from(rounds, median).sort();
  const all = Float64Array.from(rounds.flat()).sort();
  const { low = medians[0]!, high = medians.at(-1)! } = quantileInterval(medians, 0.5);
  const middle = quantile(all, 0.5);
  return { value: quantile(medians, 0.5), low, high, spread: (quantile(all, 0.75) - quantile(all, 0.25)) / middle, rounds: rounds.length, samples: all.length };
}

/** The runs in which the machine was quiet: those with little load of others, else the quieter half, else (nothing is known of the load) all. */
export function quietRuns<Run extends { readonly others: number | undefined }>(runs: readonly Run[]): readonly Run[] {
  const known = runs.filter(({ others }) => others !== undefined);
  if (known.length === 0) return runs;
  const quiet = known.filter(({ others }) => others! <= quietShare);
  if (quiet.length >= Math.min(enoughRounds, known.length)) return quiet;
  return [...known].sort((a, b) => a.others! - b.others!).slice(0, Math.max(Math.ceil(known.length / 2), Math.min(enoughRounds, known.length)));
}
