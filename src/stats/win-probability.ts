import { normalQuantile } from "../base/math.ts";
import type { Interval } from "./interval.ts";

/** How often one of two paired samples is the smaller one. */
export interface WinProbability {
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** (wins + ties / 2) / pairs. */
  readonly probability: number;
  /** Wilson's interval of it: a tie varies less than a win and a loss would, so it is never too narrow. */
  readonly interval: Interval;
}

/**
 * The probability that a value of `own` is below its pair in `other`, ties counted half.
 * @param confidence default 0.95
 * @source E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22(158), 1927
 * @example
 * winProbability([1, 2, 3], [2, 2, 2]).probability; // 0.5: a win, a tie, a loss
 */
export function winProbability(own: ArrayLike<number>, other: ArrayLike<number>, confidence = 0.95): WinProbability {
  const n = own.length;
  let wins = 0;
  let ties = 0;
  for (let i = 0; i < n; i++) {
    if (own[i]! < other[i]!) wins++;
    else if (own[i]! === other[i]!) ties++;
  }
  return { wins, ties, losses: n - wins - ties, probability: (wins + ties / 2) / n, interval: wilsonInterval((wins + ties / 2) / n, n, confidence) };
}

/** Wilson's score interval of a share seen in `n` trials. */
export function wilsonInterval(share: number, n: number, confidence = 0.95): Interval {
  const z = normalQuantile((1 + confidence) / 2);
  const center = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  // Exactly 0 and 1 at the ends, where rounding would leave dust.
  return { low: share === 0 ? 0 : Math.max(0, center - half), high: share === 1 ? 1 : Math.min(1, center + half) };
}
