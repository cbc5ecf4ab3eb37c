import { exactLog } from "../../base/math.ts";
import type { ErrorFigures } from "../../cost/profile/profile.ts";

/** Standard deviations of a normal distribution that its median absolute deviation is: 1 / Φ⁻¹(3/4). */
const normalMad = 1.4826;

/** The lower median: a value that was measured, not one between two. `NaN` of nothing. */
export function lowerMedian(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[(sorted.length - 1) >> 1] ?? NaN;
}

/** Standard deviation estimated from the median absolute deviation: half of the values may be absurd. */
export function robustSpread(values: ArrayLike<number>): number {
  const middle = lowerMedian(values);
  return normalMad * lowerMedian(Float64Array.from(values, (value) => Math.abs(value - middle)));
}

/** Root of the mean square about 0, of values cut at five robust standard deviations. */
export function winsorizedSpread(values: ArrayLike<number>): number {
  const most = 5 * normalMad * lowerMedian(Float64Array.from(values, Math.abs));
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.min(most, Math.abs(values[i]!)) ** 2;
  return values.length === 0 ? 0 : Math.sqrt(sum / values.length);
}

/** Mean, median and ninth decile of |predicted − measured| / measured. */
export function errorFigures(predicted: ArrayLike<number>, measured: ArrayLike<number>): ErrorFigures {
  const errors = Float64Array.from(measured, (ns, i) => Math.abs(predicted[i]! - ns) / ns).sort();
  const at = (p: number): number => errors[Math.min(errors.length - 1, Math.floor(p * errors.length))] ?? 0;
  return { mean: errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length), median: at(0.5), p90: at(0.9) };
}

/** Logarithms of measured ÷ predicted. */
export function logRatios(measured: ArrayLike<number>, predicted: ArrayLike<number>): Float64Array {
  return Float64Array.from(measured, (ns, i) => exactLog(ns / predicted[i]!));
}

/** To six significant digits, as profiles have them. */
export function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
