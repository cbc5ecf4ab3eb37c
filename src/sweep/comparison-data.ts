import type { Estimated } from "../stats/comparison.ts";
import { namesOf, type ObjectiveUnit, type RankedBy } from "../trace/objective.ts";
import type { ComparedScheduler, Comparison } from "./comparison.ts";

/**
 * A comparison as plain data for JSON, `schemaVersion` 1: keys may be added within a version. Times end in `Ns`.
 * @example
 * JSON.stringify(comparisonData(await compareOverSeeds(scenario, { seeds: 100 })));
 */
export function comparisonData(comparison: Comparison): Readonly<Record<string, unknown>> {
  const { name, firstSeed, seedCount, random, by, baseline, lowerBoundNs, lowerBoundOnceNs, schedulers, failures, pairs, sensitivity, warnings, compares } = comparison;
  const { key, unit } = namesOf(by);
  const inUnit = unit === "ns" ? "Ns" : "Joules";
  const ranked = schedulers.map(({ name, rank, mean, vsBest, gap, utilization, standardDeviation, p50, p90, p99, min, max, win, regret, makespansNs, samples, others }) => ({
    rank, name, [key]: tidy(mean.value), vsBest: tidy(vsBest), ...(gap !== undefined && { gap: tidy(gap) }), utilization: tidy(utilization), ...otherMeans(others, seedCount),
    ...(seedCount > 1 && {
      ...(mean.interval && { [`low${inUnit}`]: tidy(mean.interval.low), [`high${inUnit}`]: tidy(mean.interval.high) }), [`standardDeviation${inUnit}`]: tidy(standardDeviation),
      p50: estimateData(p50, unit), p90: estimateData(p90, unit), p99: estimateData(p99, unit), [`min${inUnit}`]: min, [`max${inUnit}`]: max,
      win: { wins: win.wins, ties: win.ties, losses: win.losses, probability: tidy(win.probability), low: tidy(win.interval.low), high: tidy(win.interval.high) },
      regret: { mean: tidy(regret.mean.value), ...(regret.mean.interval && { low: tidy(regret.mean.interval.low), high: tidy(regret.mean.interval.high) }), max: tidy(regret.max) },
      makespansNs: [...makespansNs], ...(by !== "makespan" && { [`samples${inUnit}`]: [...samples].map(tidy) }),
    }),
  }));
  return {
    schemaVersion: 1, name, ...(compares !== "schedulers" && { compares }), seed: firstSeed, seeds: seedCount, random, by, baseline, ...(lowerBoundNs !== undefined && { lowerBoundNs: tidy(lowerBoundNs) }), ...(lowerBoundOnceNs !== undefined && { lowerBoundOnceNs: tidy(lowerBoundOnceNs) }),
    schedulers: [...ranked, ...failures.map(({ name, seed, code, message }) => ({ name, failure: message, code, seed }))],
    ...(seedCount > 1 && { pairs: pairs.map(({ difference, p, ...pair }) => ({ ...pair, [`difference${inUnit}`]: tidy(difference), p: tidy(p) })) }),
    ...(sensitivity && { sensitivity: sensitivity.map(({ assumption, effects }) => ({
      assumption, effects: effects.map(({ value, former, formerChange, margin, ...effect }) => ({
        ...effect, ...(value !== undefined && { [key]: tidy(value) }), ...(former !== undefined && { [`former${inUnit}`]: tidy(former), formerChange: tidy(formerChange), margin: tidy(margin) }),
      })),
    })) }),
    warnings,
  };
}

/** Means of what schedulers are not ranked by, under the names of their objectives, and with several seeds their intervals. */
function otherMeans(others: ComparedScheduler["others"], seedCount: number): Readonly<Record<string, unknown>> {
  const told = (Object.entries(others) as [RankedBy, Estimated][]).map(([objective, estimate]) => ({ ...namesOf(objective), ...estimate }));
  const intervals = told.flatMap(({ key, interval }) => (interval === undefined ? [] : [[key, { low: tidy(interval.low), high: tidy(interval.high) }] as const]));
  return { ...Object.fromEntries(told.map(({ key, value }) => [key, tidy(value)])), ...(seedCount > 1 && intervals.length > 0 && { intervals: Object.fromEntries(intervals) }) };
}

function estimateData({ value, interval }: Estimated, unit: ObjectiveUnit): Readonly<Record<string, number | undefined>> {
  const [own, low, high] = unit === "ns" ? ["ns", "lowNs", "highNs"] as const : ["joules", "lowJoules", "highJoules"] as const;
  return { [own]: tidy(value), ...(interval && { [low]: tidy(interval.low), [high]: tidy(interval.high) }) };
}

/** Twelve digits: what is beyond them is rounding. */
function tidy<T extends number | undefined>(value: T): T {
  return (value === undefined ? value : Number(value.toPrecision(12))) as T;
}
