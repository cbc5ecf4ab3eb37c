import type { Interval } from "./interval.ts";
import { studentQuantile } from "./student-t.ts";

/** The arithmetic mean, summed in order; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  // About the first value, so that the sum of many large and close ones loses nothing, and equal ones are exact.
  const origin = values[0] ?? NaN;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! - origin;
  return origin + sum / values.length;
}

/** The sample standard deviation (n − 1); NaN below two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  if (values.length < 2) return NaN;
  const center = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - center) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}

/**
 * The t interval of the mean; open at both ends below two values.
 * @param confidence default 0.95
 * @source Student, "The probable error of a mean", Biometrika 6(1), 1908
 * @example
 * meanInterval([9.8, 10.0, 10.2]); // { low: 9.50…, high: 10.49… }
 */
export function meanInterval(values: ArrayLike<number>, confidence = 0.95): Interval {
  const n = values.length;
  if (n < 2) return { low: undefined, high: undefined };
  const center = mean(values);
  const half = (studentQuantile((1 + confidence) / 2, n - 1) * standardDeviation(values)) / Math.sqrt(n);
  return { low: center - half, high: center + half };
}
