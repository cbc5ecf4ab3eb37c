/**
 * Quantities as people write them ("10us", "16GiB", "900GB/s") and the canonical units inside: ns, bytes, bytes/ns,
 * flop/ns, GHz, W. GB is 10⁹ bytes and GiB is 2³⁰.
 */
export type Dimension = "time" | "bytes" | "bandwidth" | "compute" | "frequency" | "power" | "rate" | "ratio";

const timeNs: Record<string, number> = { fs: 1e-6, ps: 1e-3, ns: 1, us: 1e3, "µs": 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9, d: 86400e9 };
const byteUnits: Record<string, number> = {
  B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15, EB: 1e18, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40, PiB: 2 ** 50, EiB: 2 ** 60,
};

/** Factor of each unit to the canonical one. */
const unitsOf: Readonly<Record<Dimension, Readonly<Record<string, number>>>> = {
  time: timeNs,
  bytes: byteUnits,
  bandwidth: Object.fromEntries([
    ...Object.entries(byteUnits).map(([unit, bytes]) => [`${unit}/s`, bytes / 1e9]),
    ...[["kbit/s", 1e3], ["Mbit/s", 1e6], ["Gbit/s", 1e9], ["Tbit/s", 1e12]].map(([unit, bits]) => [unit, (bits as number) / 8e9]),
  ]),
  compute: Object.fromEntries([["MFLOP/s", 1e-3], ["GFLOP/s", 1], ["TFLOP/s", 1e3], ["PFLOP/s", 1e6], ["MOP/s", 1e-3], ["GOP/s", 1], ["TOP/s", 1e3], ["POP/s", 1e6]]),
  frequency: { Hz: 1e-9, kHz: 1e-6, MHz: 1e-3, GHz: 1 },
  power: { mW: 1e-3, W: 1, kW: 1e3 },
  rate: { "/s": 1e-9, "/ms": 1e-6, "/min": 1 / 60e9, "/h": 1 / 3600e9 },
  ratio: { "%": 0.01, "": 1 },
};

const exampleOf: Readonly<Record<Dimension, string>> = {
  time: "10us", bytes: "16GiB", bandwidth: "900GB/s", compute: "312TFLOP/s", frequency: "1.4GHz", power: "300W", rate: "50/s", ratio: "80%",
};

/** What a quantity of each is called. */
const nounOf: Readonly<Record<Dimension, string>> = {
  time: "time", bytes: "size", bandwidth: "bandwidth", compute: "compute speed", frequency: "frequency", power: "power", rate: "rate", ratio: "ratio",
};

/** The canonical unit of a dimension, as names in the code end: ns, bytes, bytes/ns … `rate` is per ns. */
export const canonicalUnit: Readonly<Record<Dimension, string>> = {
  time: "ns", bytes: "bytes", bandwidth: "bytes/ns", compute: "flop/ns", frequency: "GHz", power: "W", rate: "/ns", ratio: "",
};

/** The longest time that may be given, in ns: whole nanoseconds are exact up to here. */
export const longestNs = Number.MAX_SAFE_INTEGER;

/** The hint for a longer one. */
export function tooLongHint(): string {
  return `times are exact up to ${formatNs(longestNs)}, 2^53 ns`;
}

/** Most bytes that may be given: exact up to here. */
const mostBytes = Number.MAX_SAFE_INTEGER;

/** A parsed quantity, or what is wrong with it: `isBeyond`, more than can be simulated. */
export type Parsed = { readonly ok: true; readonly value: number } | { readonly ok: false; readonly message: string; readonly hint: string; readonly isBeyond?: true };

/**
 * Reads a quantity of the given dimension into its canonical unit. A bare number is an error (but for ratios and 0).
 * @example
 * parseQuantity("10us", "time");       // { ok: true, value: 10000 }
 * parseQuantity(10, "time");           // { ok: false, message: "10 has no unit", hint: "quantities carry their unit: 10us" }
 */
export function parseQuantity(input: string | number, dimension: Dimension): Parsed {
  const units = unitsOf[dimension];
  const example = exampleOf[dimension];
  const noun = nounOf[dimension];
  const fail = (message: string, hint = `for example ${example}`): Parsed => ({ ok: false, message, hint });
  if (typeof input === "number") {
    if (input === 0 || dimension === "ratio") return Number.isFinite(input) && input >= 0 ? { ok: true, value: input } : fail(`${input} is not a valid ${noun}`);
    return fail(`${input} has no unit`, `quantities carry their unit: ${example}`);
  }
  const match = /^\s*([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S*)\s*$/.exec(input.slice(0, 100));
  if (!match) return fail(`"${input.slice(0, 60)}" is not a ${noun}`);
  const value = Number(match[1]!.replaceAll("_", ""));
  const unit = match[2]!;
  const factor = units[unit];
  if (factor === undefined) {
    if (unit === "") return value === 0 ? { ok: true, value: 0 } : fail(`"${input}" has no unit`, `quantities carry their unit: ${example}`);
    const sameLetters = Object.keys(units).find((known) => known.toLowerCase() === unit.toLowerCase());
    const elsewhere = (Object.keys(unitsOf) as Dimension[]).find((other) => other !== dimension && unit in unitsOf[other]);
    if (sameLetters) return fail(`"${unit}" is not a unit of ${noun}`, `did you mean ${value}${sameLetters}?`);
    if (elsewhere) return fail(`"${input}" is a ${nounOf[elsewhere]}, not a ${noun}`);
    return fail(`"${unit}" is not a unit of ${noun}`, `one of: ${Object.keys(units).join(", ")}`);
  }
  if (value < 0) return fail(`"${input}" is negative`);
  // A product with a rounded factor below 1 is off in the last digit (1ps · 0.001); a quotient by its exact inverse is not.
  const inverse = Math.round(1 / factor);
  const scaled = factor < 1 && Math.abs(1 / factor - inverse) < 1e-6 * inverse ? value / inverse : value * factor;
  if (dimension === "time" && scaled > longestNs) return { ok: false, message: `"${input}" is too long`, hint: tooLongHint(), isBeyond: true };
  if (dimension === "bytes" && scaled > mostBytes) return { ok: false, message: `"${input}" is too large`, hint: `sizes are exact up to ${formatBytes(mostBytes)}, 2^53 bytes`, isBeyond: true };
  return Number.isFinite(scaled) ? { ok: true, value: scaled } : fail(`"${input}" is too large`);
}

/** Pattern of the strings that {@link parseQuantity} takes, for JSON Schema. */
export function quantityPattern(dimension: Dimension): string {
  const units = Object.keys(unitsOf[dimension]).filter((unit) => unit !== "").map((unit) => unit.replace("/", "\\/")).join("|");
  const bare = dimension === "ratio" ? "?" : "";
  const number = "\\+?([0-9][0-9_]*\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?";
  return `^\\s*${number}\\s*(${units})${bare}\\s*$|^\\s*0+\\s*$`;
}

const timeSteps: readonly (readonly [string, number])[] = [["fs", 1e-6], ["ps", 1e-3], ["ns", 1], ["µs", 1e3], ["ms", 1e6], ["s", 1e9], ["min", 60e9], ["h", 3600e9], ["d", 86400e9]];

/** A duration for people, with 3 significant digits: `12.3 ms`. */
export function formatNs(ns: number): string {
  return formatSteps(ns, timeSteps);
}

const byteSteps: readonly (readonly [string, number])[] = [["B", 1], ["KiB", 2 ** 10], ["MiB", 2 ** 20], ["GiB", 2 ** 30], ["TiB", 2 ** 40], ["PiB", 2 ** 50]];

/** Bytes for people, in powers of 1024: `1.50 GiB`. */
export function formatBytes(bytes: number): string {
  return formatSteps(bytes, byteSteps);
}

const countSteps: readonly (readonly [string, number])[] = [["", 1], ["k", 1e3], ["M", 1e6], ["G", 1e9], ["T", 1e12], ["P", 1e15]];

/** A count for people: `4.09 G`. */
export function formatCount(count: number): string {
  return formatSteps(count, countSteps);
}

/** A whole number for people, exact: `333,333`. */
export function formatWhole(count: number): string {
  return Number.isInteger(count) ? String(count).replace(/\B(?=(\d{3})+$)/g, ",") : String(count);
}

const jouleSteps: readonly (readonly [string, number])[] = [["µJ", 1e-6], ["mJ", 1e-3], ["J", 1], ["kJ", 1e3], ["MJ", 1e6], ["GJ", 1e9]];

/** An energy for people: `7.89 kJ`. */
export function formatJoules(joules: number): string {
  return formatSteps(joules, jouleSteps);
}

/**
 * A count and its noun, which takes an "s" but for one.
 * @example
 * counted(3, "slot"); // "3 slots"
 * counted(2000, "operator", formatCount); // "2.00 k operators"
 */
export function counted(count: number, noun: string, format: (count: number) => string = formatWhole): string {
  return `${format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A share for people: `83.1 %`. */
export function formatPercent(ratio: number): string {
  return Number.isFinite(ratio) ? `${(100 * ratio).toFixed(1)} %` : "–";
}

function formatSteps(value: number, steps: readonly (readonly [string, number])[]): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  if (value === 0) return `0 ${steps.find(([, factor]) => factor === 1)![0]}`.trim();
  const size = Math.abs(value);
  let step = steps[0]!;
  // 999.6 of a unit would print as 1000: it belongs to the next one.
  for (const candidate of steps) if (size >= candidate[1] * 0.9995) step = candidate;
  const scaled = value / step[1];
  const exact = Number.isInteger(value) && step[1] === 1;
  const digits = exact ? String(value) : Math.abs(scaled) >= 1e15 ? scaled.toPrecision(3) : scaled.toFixed(Math.max(0, 2 - Math.max(0, Math.floor(Math.log10(Math.abs(scaled) * 1.0005)))));
  return `${digits} ${step[0]}`.trim();
}
