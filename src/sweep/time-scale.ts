const units = [["h", 3600e9], ["min", 60e9], ["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1], ["ps", 1e-3]] as const;

/** One unit and one number of decimals for the times of a table, so that they can be compared at a glance. */
export interface TimeScale {
  readonly unit: string;
  /** The number alone: "1.412". */
  format(ns: number): string;
}

/**
 * @param timesNs what is shown; the smallest one decides the unit
 * @param halfWidthsNs of their intervals: the smallest one above 0 gets two digits, within six digits of the smallest time
 * @example
 * timeScale([1_411_830, 2_000_000], [12_000]).format(1_411_830); // "1.412", in ms
 */
export function timeScale(timesNs: readonly number[], halfWidthsNs: readonly number[]): TimeScale {
  const positive = (values: readonly number[]): number => values.reduce((least, value) => (value > 0 && value < least ? value : least), Infinity);
  const smallest = positive(timesNs);
  const [unit, unitNs] = units.find(([, ns]) => smallest >= ns && smallest < Infinity) ?? units[5]!;
  const digitsBefore = smallest < Infinity ? Math.floor(Math.log10(smallest / unitNs)) + 1 : 1;
  const width = positive(halfWidthsNs) / unitNs;
  const wanted = width < Infinity ? 1 - Math.floor(Math.log10(width)) : 4 - digitsBefore;
  const decimals = Math.max(0, Math.min(wanted, 6 - digitsBefore));
  return { unit, format: (ns) => (ns / unitNs).toFixed(decimals) };
}
