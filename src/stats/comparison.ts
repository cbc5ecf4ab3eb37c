import type { Interval } from "./interval.ts";
import { mean, meanInterval, standardDeviation } from "./mean.ts";
import { holmAdjust, pairedTest } from "./paired-test.ts";
import { quantile, quantileInterval } from "./quantile.ts";
import { winProbability, type WinProbability } from "./win-probability.ts";

/** Paired samples to compare: `values[k]` of all was made under the same circumstances k. Smaller is better. */
export interface Samples {
  /** One row a competitor, all of the same length of at least 1. */
  readonly values: readonly Float64Array[];
  /** Row that win probabilities are against. */
  readonly baseline: number;
  /** False: nothing in the samples is luck, so that every difference is a real one. Default true. */
  readonly random?: boolean;
}

/** A figure and its 95 % confidence interval; no interval where there is no luck, or one sample alone. */
export interface Estimated {
  readonly value: number;
  readonly interval?: Interval;
}

/** What is known of one competitor. */
export interface SampleStatistics {
  /** Place by the mean, shared with the first of its rank where the difference from that one is not significant. */
  readonly rank: number;
  /** All its values are equal. */
  readonly constant: boolean;
  readonly mean: Estimated;
  /** n − 1 in the denominator; 0 for one value. */
  readonly standardDeviation: number;
  readonly p50: Estimated;
  readonly p90: Estimated;
  readonly p99: Estimated;
  readonly min: number;
  readonly max: number;
  /** Against the baseline; of the baseline itself all ties. */
  readonly win: WinProbability;
  /** How much worse than the best of the same circumstances, as a share of the best: mean and worst. */
  readonly regret: { readonly mean: Estimated; readonly max: number };
}

/** Two competitors, by row; `a` has the smaller mean (at equal means the smaller row). */
export interface PairedDifference {
  readonly a: number;
  readonly b: number;
  /** Mean of b − a. */
  readonly difference: number;
  /** Of the paired t test, adjusted by Holm's method over all pairs. */
  readonly p: number;
  /** p < 0.05, or a difference where nothing is luck. */
  readonly significant: boolean;
}

/** Statistics by row, and all pairs by (a, b). */
export interface SampleComparison {
  readonly statistics: readonly SampleStatistics[];
  readonly pairs: readonly PairedDifference[];
}

/** Differences with a smaller adjusted p are significant. */
export const significanceLevel = 0.05;

/**
 * Compares competitors that met the same circumstances. Means have t intervals, quantiles intervals between order
 * statistics, win probabilities Wilson's. A competitor ranks behind those that are significantly better: paired t test
 * of the differences, p values adjusted for all pairs by Holm's method. Of a single sample nothing can be tested: every
 * difference counts.
 * @example
 * const { statistics } = compareSamples({ values: [Float64Array.of(10, 11, 12), Float64Array.of(12, 13, 15)], baseline: 0 });
 * statistics.map(({ rank }) => rank); // [1, 2]
 */
export function compareSamples({ values, baseline, random = true }: Samples): SampleComparison {
  const count = values[0]?.length ?? 0;
  const means = values.map((row) => mean(row));
  const pairs = comparePairs(values, means, random && count > 1);
  const ranks = ranksOf(means, pairs);
  const best = Float64Array.from({ length: count }, (_, k) => values.reduce((least, row) => Math.min(least, row[k]!), Infinity));
  const statistics = values.map((row, i): SampleStatistics => {
    const sorted = row.slice().sort();
    const constant = sorted[0] === sorted[count - 1];
    const estimated = (value: number, interval: () => Interval): Estimated => (constant ? { value } : { value, interval: interval() });
    const at = (p: number): Estimated => estimated(quantile(sorted, p), () => quantileInterval(sorted, p));
    const regrets = row.map((value, k) => (best[k]! > 0 ? value / best[k]! - 1 : 0));
    const sameRegret = regrets.every((regret) => regret === regrets[0]);
    return {
      rank: ranks[i]!,
      constant,
      mean: estimated(means[i]!, () => meanInterval(row)), standardDeviation: constant ? 0 : standardDeviation(row),
      p50: at(0.5), p90: at(0.9), p99: at(0.99), min: sorted[0]!, max: sorted[count - 1]!,
      win: winProbability(row, values[baseline]!),
      regret: { mean: sameRegret ? { value: regrets[0]! } : { value: mean(regrets), interval: atLeastZero(meanInterval(regrets)) }, max: regrets.reduce((most, regret) => Math.max(most, regret), 0) },
    };
  });
  return { statistics, pairs };
}

/** The part of an interval that a figure can be in that is never below 0. */
function atLeastZero({ low, high }: Interval): Interval {
  return { low: low === undefined ? undefined : Math.max(0, low), high };
}

/** A rank begins with each that is significantly worse than the first of the rank before, in the order of the means. */
function ranksOf(means: readonly number[], pairs: readonly PairedDifference[]): number[] {
  const parted = new Set(pairs.filter(({ significant }) => significant).map(({ a, b }) => `${a}/${b}`));
  const ranks = new Array<number>(means.length).fill(1);
  let first = -1;
  [...means.keys()].sort((i, j) => means[i]! - means[j]! || i - j).forEach((i, place) => {
    if (first < 0 || parted.has(`${first}/${i}`)) {
      first = i;
      ranks[i] = place + 1;
    } else ranks[i] = ranks[first]!;
  });
  return ranks;
}

function comparePairs(values: readonly Float64Array[], means: readonly number[], tested: boolean): PairedDifference[] {
  const pairs: { a: number; b: number; difference: number; p: number }[] = [];
  for (let i = 0; i < values.length; i++) {
    for (let j = i + 1; j < values.length; j++) {
      const [a, b] = means[i]! <= means[j]! ? [i, j] : [j, i];
      const difference = means[b]! - means[a]!;
      pairs.push({ a, b, difference, p: tested ? pairedTest(values[a]!, values[b]!) : difference > 0 ? 0 : 1 });
    }
  }
  const adjusted = holmAdjust(pairs.map(({ p }) => p));
  return pairs.map((pair, k) => ({ ...pair, p: adjusted[k]!, significant: adjusted[k]! < significanceLevel && pair.difference > 0 })).sort((x, y) => x.a - y.a || x.b - y.b);
}
