/**
 * Kendall's rank correlation τ-b: 1 where two lists of numbers put everything in the same order, −1 where they reverse
 * it, 0 without any relation. Pairs that are equal in one list count as neither. NaN where one list is all equal.
 * @source M. G. Kendall, "The treatment of ties in ranking problems", Biometrika 33(3), 1945, doi:10.1093/biomet/33.3.239
 * @example
 * kendallTau([1, 2, 3, 4], [10, 20, 40, 30]); // 2/3: five pairs agree and one does not
 */
export function kendallTau(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let [agreement, inX, inY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const dx = Math.sign(x[i]! - x[j]!);
      const dy = Math.sign(y[i]! - y[j]!);
      agreement += dx * dy;
      inX += dx * dx;
      inY += dy * dy;
    }
  }
  return agreement / Math.sqrt(inX * inY);
}
