/** The largest total, in ticks, that keeps sums of times exact with room to spare. */
const mostTicks = 2 ** 51;
/** Fractions finer than these have no exact tick. */
const mostDecimals = 16;
const mostHalvings = 50;

/**
 * The largest tick, in ns, of which every given time is a whole multiple: 1, or 10^-k (decimal fractions) or 2^-k
 * (binary ones), whichever is larger. A time is the decimal number it was written as: 0.1 is one tick of 0.1. Where a
 * tick that fine would make the sum of all times too large to be exact, the finest that does not; times are then rounded.
 * Values that are not finite are passed over.
 * @example
 * tickForTasks([14, 16, 9]);  // 1
 * tickForTasks([2.5, 1.25]);  // 0.25
 * tickForTasks([0.1, 3]);     // 0.1
 */
export function tickForTasks(...columns: readonly ArrayLike<number>[]): number {
  return chooseTick(...columns).tickNs;
}

/** {@link tickForTasks}, and whether every time is a whole number of those ticks. */
export function chooseTick(...columns: readonly ArrayLike<number>[]): { tickNs: number; exact: boolean } {
  let decimals = 0;
  let halvings = 0;
  let total = 0;
  for (const values of columns) {
    const sum = sumOfWhole(values);
    if (!Number.isNaN(sum)) {
      total += sum;
      continue;
    }
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!(value < Infinity)) continue;
      total += value;
      if (Number.isInteger(value)) continue;
      while (decimals < mostDecimals && !isDecimal(value, decimals)) decimals++;
      while (halvings < mostHalvings && !Number.isInteger(value * 2 ** halvings)) halvings++;
    }
  }
  const exact = Math.max(decimals < mostDecimals ? 1 / 10 ** decimals : 0, halvings < mostHalvings ? 1 / 2 ** halvings : 0);
  if (exact > 0 && total <= exact * mostTicks) return { tickNs: exact, exact: true };
  let tickNs = 1;
  while (tickNs > 1e-15 && total <= (tickNs / 10) * mostTicks) tickNs /= 10;
  return { tickNs: Number(tickNs.toPrecision(1)), exact: decimals === 0 };
}

/** The sum of the times, those that are not finite aside, where all are whole numbers, as they mostly are; else NaN. */
function sumOfWhole(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value < Infinity)) continue;
    if (Math.floor(value) !== value) return NaN;
    sum += value;
  }
  return sum;
}

/** True when `value` is the double nearest to some number with that many decimals. */
function isDecimal(value: number, decimals: number): boolean {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale === value;
}
