import { formatNs } from "../base/units.ts";

/** Where times stand on an axis that need not begin at 0, and its round values. */
export interface ValueAxis {
  /** Unit of the ticks' texts; absent where each text has its own. */
  readonly unit?: string;
  readonly logarithmic: boolean;
  readonly ticks: readonly { readonly x: number; readonly text: string }[];
  x(ns: number): number;
}

const units = [["h", 3600e9], ["min", 60e9], ["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1], ["ps", 1e-3]] as const;

/** From this ratio of the largest to the smallest value on, the axis is logarithmic. */
const logarithmicFrom = 12;

/**
 * The axis that shows all of `valuesNs` between two pixels, linear, or logarithmic where they differ by an order of
 * magnitude.
 * @param valuesNs finite; what is not above 0 makes the axis linear
 * @param maxTicks about how many ticks have room
 */
export function valueAxis(valuesNs: readonly number[], x0: number, x1: number, maxTicks: number): ValueAxis {
  const low = valuesNs.reduce((least, value) => Math.min(least, value), Infinity);
  const high = valuesNs.reduce((most, value) => Math.max(most, value), -Infinity);
  return low > 0 && high / low >= logarithmicFrom ? logarithmicAxis(low, high, x0, x1, maxTicks) : linearAxis(low, high, x0, x1, maxTicks);
}

function linearAxis(low: number, high: number, x0: number, x1: number, maxTicks: number): ValueAxis {
  const padding = high > low ? 0.04 * (high - low) : 0.05 * Math.max(high, 1);
  const from = Math.max(0, low - padding);
  const to = high + padding;
  const [unit, unitNs] = units.find(([, ns]) => to >= ns) ?? units.at(-1)!;
  const x = (ns: number): number => x0 + ((ns - from) / (to - from)) * (x1 - x0);
  const rough = (to - from) / unitNs / Math.max(2, maxTicks);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks: { x: number; text: string }[] = [];
  for (let k = Math.ceil(from / unitNs / step - 1e-9); k * step * unitNs <= to; k++) ticks.push({ x: x(k * step * unitNs), text: (k * step).toFixed(decimals) });
  return { unit, logarithmic: false, ticks, x };
}

function logarithmicAxis(low: number, high: number, x0: number, x1: number, maxTicks: number): ValueAxis {
  const padding = 0.03 * Math.log(high / low);
  const from = Math.log(low) - padding;
  const to = Math.log(high) + padding;
  const x = (ns: number): number => x0 + ((Math.log(Math.max(ns, Number.MIN_VALUE)) - from) / (to - from)) * (x1 - x0);
  const decades = (to - from) / Math.LN10;
  const factors = decades * 3 <= maxTicks ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((decades * factors.length) / maxTicks));
  const ticks: { x: number; text: string }[] = [];
  for (let exponent = Math.floor(from / Math.LN10); exponent <= to / Math.LN10; exponent++) {
    if (factors.length === 1 && exponent % every !== 0) continue;
    for (const factor of factors) {
      const ns = Number(`${factor}e${exponent}`);
      if (Math.log(ns) >= from && Math.log(ns) <= to) ticks.push({ x: x(ns), text: shortNs(ns) });
    }
  }
  return { logarithmic: true, ticks, x };
}

/** "20 ms", not "20.0 ms". */
function shortNs(ns: number): string {
  return formatNs(ns).replace(/\.0+(?= )/, "");
}
