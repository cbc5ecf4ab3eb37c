/**
 * The largest whole number that divides every value of the columns; 0 and Infinity count for nothing. 1 where some value
 * is no whole number, and where all are 0.
 * @example
 * commonUnit([[6, 0, Infinity], [15]]); // 3
 */
export function commonUnit(columns: Iterable<ArrayLike<number>>): number {
  let unit = 0;
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) {
      const value = column[i]!;
      if (value === Infinity) continue;
      if (!Number.isInteger(value)) return 1;
      unit = divisor(value, unit);
      if (unit === 1) return 1;
    }
  }
  return unit || 1;
}

/** The greatest common divisor of two whole numbers from 0. */
function divisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
