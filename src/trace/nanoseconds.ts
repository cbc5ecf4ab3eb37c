/**
 * True nanoseconds of a number of ticks, without dust: 3 ticks of 0.1 ns are 0.3 ns and not 0.30000000000000004.
 * @example
 * nanoseconds(3, 0.1); // 0.3
 */
export function nanoseconds(ticks: number, tickNs: number): number {
  if (Number.isInteger(tickNs)) return ticks * tickNs;
  // A product with a rounded fraction is off in the last digit; a quotient by its exact inverse is not.
  const inverse = Math.round(1 / tickNs);
  if (inverse > 1 && Math.abs(1 / tickNs - inverse) < 1e-9 * inverse) return ticks / inverse;
  return Number((ticks * tickNs).toPrecision(15));
}
