import { exactExp, exactLog } from "../base/math.ts";

/** B₂ₖ / (2k (2k − 1)) of Stirling's series, k = 1 … 8. */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400] as const;
const halfLogTwoPi = 0.9189385332046728;

/**
 * ln Γ(x) for x > 0; absolute error below 1e-14 · max(1, |ln Γ(x)|). Arithmetic and `exactLog` only, so that the last
 * digit is the same on every platform.
 * @source Stirling's series with shifted argument: NIST Digital Library of Mathematical Functions, 5.11.1
 */
export function logGamma(x: number): number {
  let product = 1;
  let at = x;
  // Eight terms are exact to double precision from 10 on.
  for (; at < 10; at++) product *= at;
  let series = 0;
  for (let k = stirling.length - 1; k >= 0; k--) series = stirling[k]! + series / (at * at);
  return (at - 0.5) * exactLog(at) - at + halfLogTwoPi + series / at - exactLog(product);
}

/**
 * The regularized incomplete beta function Iₓ(a, b) for a, b > 0 and x in [0, 1]: the distribution behind Student's t
 * and the binomial. Relative error about 1e-13 for a and b up to some thousands.
 * @source continued fraction: NIST Digital Library of Mathematical Functions, 8.17.22, by the modified Lentz method
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(x > 0)) return 0;
  if (x >= 1) return 1;
  // The fraction converges quickly below the mean of the distribution only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = exactExp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * exactLog(x) + b * exactLog(1 - x));
  return (front * continuedFraction(x, a, b)) / a;
}

function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return value;
}
