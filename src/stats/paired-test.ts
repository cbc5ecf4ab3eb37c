import { mean, standardDeviation } from "./mean.ts";
import { studentTwoSided } from "./student-t.ts";

/**
 * The two-sided p value of the paired t test: how likely a mean difference at least as large is, if there were none.
 * Differences that are all the same are no luck: p is 1 where they are 0, else 0. One pair tells nothing: 1.
 * @source Student, "The probable error of a mean", Biometrika 6(1), 1908
 * @example
 * pairedTest([10, 11, 12], [12, 13, 15]); // 0.02…
 */
export function pairedTest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  const differences = Float64Array.from({ length: n }, (_, i) => a[i]! - b[i]!);
  if (differences.every((difference) => difference === differences[0])) return n < 2 || differences[0] === 0 ? 1 : 0;
  return studentTwoSided(mean(differences) / (standardDeviation(differences) / Math.sqrt(n)), n - 1);
}

/**
 * Holm's adjustment of several p values: rejecting those below α keeps the probability of even one false rejection
 * below α, whatever depends on what.
 * @returns the adjusted values, in the order given, at most 1.
 * @source S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6(2), 1979
 * @example
 * holmAdjust([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.06]
 */
export function holmAdjust(pValues: ArrayLike<number>): number[] {
  const m = pValues.length;
  const order = Array.from({ length: m }, (_, i) => i).sort((i, j) => pValues[i]! - pValues[j]! || i - j);
  const adjusted = new Array<number>(m).fill(0);
  let most = 0;
  for (const [position, i] of order.entries()) {
    most = Math.max(most, Math.min(1, (m - position) * pValues[i]!));
    adjusted[i] = most;
  }
  return adjusted;
}
