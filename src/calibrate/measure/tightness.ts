import { quantile, quantileInterval } from "../../stats/quantile.ts";

/** Rounds from which the 95 % interval between their medians is known. */
const enoughRounds = 6;

/**
 * How well the time of a kernel is known: the interval of its median as a share of the median. It is that between the
 * medians of the rounds, from the least to the greatest below six of them, since times of one process lie closer together
 * than those of two; with one round, it is that of its times.
 * @param rounds times by round; none is empty, and there is one
 */
export function tightness(rounds: readonly (readonly number[])[]): number {
  const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();
  const medians = sorted(rounds.map((ns) => quantile(sorted(ns), 0.5)));
  const [values, ends] = rounds.length === 1 ? [sorted(rounds[0]!), true] : [medians, rounds.length >= enoughRounds];
  const { low = values[0]!, high = values.at(-1)! } = ends ? quantileInterval(values, 0.5) : {};
  return (high - low) / quantile(medians, 0.5);
}
