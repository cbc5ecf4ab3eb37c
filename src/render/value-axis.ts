import { formatIn, unitSteps, type ObjectiveUnit } from "../trace/objective.ts";

/** Where values stand on an axis that need not begin at 0, and its round values. */
export interface ValueAxis {
  /** Unit of the ticks' texts; absent where each text has its own. */
  readonly unit?: string;
  readonly logarithmic: boolean;
  /** Its left end. */
  readonly x0: number;
  readonly ticks: readonly { readonly x: number; readonly text: string }[];
  x(value: number): number;
}

/** From this ratio of the largest to the smallest value on, the axis is logarithmic. */
const logarithmicFrom = 12;

/**
 * The axis that shows all of `values` between two pixels, linear, or logarithmic where they differ by an order of
 * magnitude.
 * @param unit of the values
 * @param values finite; what is not above 0 makes the axis linear
 * @param maxTicks about how many ticks have room
 */
export function valueAxis(unit: ObjectiveUnit, values: readonly number[], x0: number, x1: number, maxTicks: number): ValueAxis {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return low > 0 && high / low >= logarithmicFrom ? logarithmicAxis(unit, low, high, x0, x1, maxTicks) : linearAxis(unit, low, high, x0, x1, maxTicks);
}

function linearAxis(of: ObjectiveUnit, low: number, high: number, x0: number, x1: number, maxTicks: number): ValueAxis {
  const padding = high > low ? 0.04 * (high - low) : 0.05 * Math.max(high, 1);
  const from = Math.max(0, low - padding);
  const to = high + padding;
  const [unit, size] = unitSteps[of].find(([, step]) => to >= step) ?? unitSteps[of].at(-1)!;
  const x = (value: number): number => x0 + ((value - from) / (to - from)) * (x1 - x0);
  const rough = (to - from) / size / Math.max(2, maxTicks);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks: { x: number; text: string }[] = [];
  for (let k = Math.ceil(from / size / step - 1e-9); k * step * size <= to; k++) ticks.push({ x: x(k * step * size), text: (k * step).toFixed(decimals) });
  return { unit, logarithmic: false, x0, ticks, x };
}

function logarithmicAxis(unit: ObjectiveUnit, low: number, high: number, x0: number, x1: number, maxTicks: number): ValueAxis {
  const padding = 0.03 * Math.log(high / low);
  const from = Math.log(low) - padding;
  const to = Math.log(high) + padding;
  const x = (value: number): number => x0 + ((Math.log(Math.max(value, Number.MIN_VALUE)) - from) / (to - from)) * (x1 - x0);
  const decades = (to - from) / Math.LN10;
  const factors = decades * 3 <= maxTicks ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((decades * factors.length) / maxTicks));
  const ticks: { x: number; text: string }[] = [];
  for (let exponent = Math.floor(from / Math.LN10); exponent <= to / Math.LN10; exponent++) {
    if (factors.length === 1 && exponent % every !== 0) continue;
    for (const factor of factors) {
      const value = Number(`${factor}e${exponent}`);
      if (Math.log(value) >= from && Math.log(value) <= to) ticks.push({ x: x(value), text: shortText(unit, value) });
    }
  }
  return { logarithmic: true, x0, ticks, x };
}

/** "20 ms", not "20.0 ms". */
function shortText(unit: ObjectiveUnit, value: number): string {
  return formatIn(unit, value).replace(/\.0+(?= )/, "");
}
