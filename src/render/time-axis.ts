/** A unit that times are shown in, and the round values along the axis. */
export interface TimeAxis {
  readonly unit: string;
  /** Nanoseconds of one unit. */
  readonly unitNs: number;
  /** Values in the unit, from 0 on: multiples of 1, 2 or 5 times a power of ten, none beyond the span. */
  readonly values: readonly number[];
  readonly texts: readonly string[];
  /** A time of this run in the unit, with enough digits to tell a millionth of the span apart: "12.3405 ms". */
  format(ns: number): string;
}

/** Units from large to small; minutes and hours only from five of them on, since seconds are read more easily. */
const units: readonly (readonly [unit: string, ns: number, from: number])[] = [
  ["h", 3600e9, 5], ["min", 60e9, 5], ["s", 1e9, 1], ["ms", 1e6, 1], ["µs", 1e3, 1], ["ns", 1, 1], ["ps", 1e-3, 0],
];

/**
 * The axis for a span of time from 0.
 * @param spanNs length in ns; 0 and what is not finite give an axis of 1 ns
 * @param maxTicks about how many values have room
 * @example
 * timeAxis(2_500_000, 6).texts;   // ["0", "0.5", "1.0", "1.5", "2.0", "2.5"] in ms
 */
export function timeAxis(spanNs: number, maxTicks: number): TimeAxis {
  const span = spanNs > 0 && spanNs < Infinity ? spanNs : 1;
  const [unit, unitNs] = units.find(([, ns, from]) => span >= ns * from)!;
  const length = span / unitNs;
  const rough = length / Math.max(1, maxTicks);
  let exponent = Math.floor(Math.log10(rough));
  let factor = [1, 2, 5, 10].find((candidate) => candidate * 10 ** exponent >= rough * (1 - 1e-9)) ?? 10;
  if (factor === 10) {
    factor = 1;
    exponent++;
  }
  const decimals = Math.max(0, -exponent);
  const count = Math.floor((length / (factor * 10 ** exponent)) * (1 + 1e-12));
  // toFixed before Number: 3 · 0.1 is no round value, 0.3 is.
  const texts = Array.from({ length: count + 1 }, (_, i) => i === 0 ? "0" : (i * factor * 10 ** exponent).toFixed(decimals));
  const digits = Math.min(9, Math.max(0, 6 - Math.ceil(Math.log10(length) + 1e-9)));
  return {
    unit, unitNs, values: texts.map(Number), texts,
    format: (ns) => `${Number((ns / unitNs).toFixed(digits))} ${unit}`,
  };
}
