import { normalQuantile } from "../base/math.ts";
import { incompleteBeta } from "./incomplete-beta.ts";

/**
 * Probability that Student's t with `degrees` degrees of freedom is further from 0 than |t|, to both sides.
 * @param degrees above 0; Infinity is not supported
 */
export function studentTwoSided(t: number, degrees: number): number {
  if (t === 0) return 1;
  if (!Number.isFinite(t)) return 0;
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/**
 * Quantile of Student's t distribution; relative error below 1e-10.
 * @param p in (0, 1)
 * @param degrees degrees of freedom, above 0
 * @example
 * studentQuantile(0.975, 99); // 1.984…: half the width of a 95 % interval of 100 values, in standard errors
 */
export function studentQuantile(p: number, degrees: number): number {
  if (p === 0.5) return 0;
  if (p < 0.5) return -studentQuantile(1 - p, degrees);
  const tail = 2 * (1 - p);
  // The t quantile lies above the normal one: from there outwards until it is passed, then bisection.
  let low = Math.max(0, normalQuantile(p) * 0.999);
  let high = Math.max(1, low);
  while (studentTwoSided(high, degrees) > tail) {
    low = high;
    high *= 2;
  }
  while (high - low > 1e-12 * high) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (studentTwoSided(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
