import type { Estimated } from "../stats/comparison.ts";
import type { Comparison } from "./comparison.ts";

/**
 * A comparison as plain data for JSON, `schemaVersion` 1: keys may be added within a version. Times end in `Ns`.
 * @example
 * JSON.stringify(comparisonData(await compareOverSeeds(scenario, { seeds: 100 })));
 */
export function comparisonData(comparison: Comparison): Readonly<Record<string, unknown>> {
  const { name, firstSeed, seedCount, random, baseline, lowerBoundNs, schedulers, failures, pairs, sensitivity, warnings } = comparison;
  const ranked = schedulers.map(({ name, rank, mean, vsBest, gap, utilization, standardDeviation, p50, p90, p99, min, max, win, regret, makespansNs }) => ({
    rank, name, makespanNs: tidy(mean.value), vsBest: tidy(vsBest), ...(gap !== undefined && { gap: tidy(gap) }), utilization: tidy(utilization),
    ...(seedCount > 1 && {
      ...(mean.interval && { lowNs: tidy(mean.interval.low), highNs: tidy(mean.interval.high) }), standardDeviationNs: tidy(standardDeviation),
      p50: estimateData(p50), p90: estimateData(p90), p99: estimateData(p99), minNs: min, maxNs: max,
      win: { wins: win.wins, ties: win.ties, losses: win.losses, probability: tidy(win.probability), low: tidy(win.interval.low), high: tidy(win.interval.high) },
      regret: { mean: tidy(regret.mean.value), ...(regret.mean.interval && { low: tidy(regret.mean.interval.low), high: tidy(regret.mean.interval.high) }), max: tidy(regret.max) },
      makespansNs: [...makespansNs],
    }),
  }));
  return {
    schemaVersion: 1, name, seed: firstSeed, seeds: seedCount, random, baseline, ...(lowerBoundNs !== undefined && { lowerBoundNs: tidy(lowerBoundNs) }),
    schedulers: [...ranked, ...failures.map(({ name, seed, code, message }) => ({ name, failure: message, code, seed }))],
    ...(seedCount > 1 && { pairs: pairs.map(({ differenceNs, p, ...pair }) => ({ ...pair, differenceNs: tidy(differenceNs), p: tidy(p) })) }),
    ...(sensitivity && { sensitivity: sensitivity.map(({ assumption, effects }) => ({
      assumption, effects: effects.map((effect) => ({ ...effect, makespanNs: tidy(effect.makespanNs), formerNs: tidy(effect.formerNs), formerChange: tidy(effect.formerChange), margin: tidy(effect.margin) })),
    })) }),
    warnings,
  };
}

function estimateData({ value, interval }: Estimated): Readonly<Record<string, number | undefined>> {
  return { ns: tidy(value), ...(interval && { lowNs: tidy(interval.low), highNs: tidy(interval.high) }) };
}

/** Twelve digits: what is beyond them is rounding. */
function tidy<T extends number | undefined>(value: T): T {
  return (value === undefined ? value : Number(value.toPrecision(12))) as T;
}
