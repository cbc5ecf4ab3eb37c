import { incompleteBeta } from "./incomplete-beta.ts";
import type { Interval } from "./interval.ts";

/**
 * The quantile of values in ascending order, linear between the two that enclose it (type 7, as R, NumPy and
 * spreadsheets have it).
 * @param p in [0, 1]
 * @source R. J. Hyndman, Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50(4), 1996
 * @example
 * quantile([1, 2, 3, 4], 0.5); // 2.5
 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  // Not low + 0 · Infinity, and not a sum that is off by a digit where both are equal.
  return at === below || low === high ? low : low + (at - below) * (high - low);
}

/** Probability that at most `k` of `n` trials succeed, each with probability `p` in (0, 1). */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return 1 - incompleteBeta(p, k + 1, n - k);
}

/**
 * The interval of a quantile between two order statistics: whatever the distribution, it covers the true quantile with
 * at least the stated probability, half of the rest on either side. An end is open where not even the smallest or
 * largest value is far enough out: the upper end of p99 needs 368 values.
 * @param sorted ascending
 * @param confidence default 0.95
 * @source H. A. David, H. N. Nagaraja, "Order Statistics", 3rd ed., Wiley 2003, section 7.1
 */
export function quantileInterval(sorted: ArrayLike<number>, p: number, confidence = 0.95): Interval {
  const n = sorted.length;
  const tail = (1 - confidence) / 2;
  // How many values lie below the true quantile is binomial. The r-th smallest is above it when fewer than r do, and below it when r or more do.
  const above = partition(n, (i) => binomialCdf(i, n, p) <= tail);
  const below = partition(n, (i) => 1 - binomialCdf(i, n, p) > tail);
  return { low: above === 0 ? undefined : sorted[above - 1]!, high: below === n ? undefined : sorted[below]! };
}

/** How many of 0 … n − 1 hold, where those that hold come first. */
function partition(n: number, holds: (i: number) => boolean): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
