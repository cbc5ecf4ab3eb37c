/**
 * Sums, differences and quotients of true values without the dust of their operands: 12 significant digits.
 * @example
 * tidy(0.1 + 0.2); // 0.3
 */
export function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
