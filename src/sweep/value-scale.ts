import { unitSteps, type ObjectiveUnit } from "../trace/objective.ts";

/** One unit and one number of decimals for the values of a table, so that they can be compared at a glance. */
export interface ValueScale {
  readonly unit: string;
  /** The number alone: "1.412". */
  format(value: number): string;
}

/**
 * @param values what is shown, in `unit`; the smallest one above 0 decides in which multiple of it
 * @param halfWidths of their intervals: the smallest one above 0 gets two digits, within three to six digits of the smallest value
 * @example
 * valueScale("ns", [1_411_830, 2_000_000], [12_000]).format(1_411_830); // "1.412", in ms
 */
export function valueScale(unit: ObjectiveUnit, values: readonly number[], halfWidths: readonly number[]): ValueScale {
  const positive = (of: readonly number[]): number => of.reduce((least, value) => (value > 0 && value < least ? value : least), Infinity);
  const smallest = positive(values);
  const steps = unitSteps[unit];
  const [name, size] = steps.find(([, of]) => smallest >= of && smallest < Infinity) ?? steps.find(([, of]) => of === 1)!;
  const digitsBefore = smallest < Infinity ? Math.floor(Math.log10(smallest / size)) + 1 : 1;
  const width = positive(halfWidths) / size;
  const wanted = width < Infinity ? 1 - Math.floor(Math.log10(width)) : 4 - digitsBefore;
  const decimals = Math.max(0, 3 - digitsBefore, Math.min(wanted, 6 - digitsBefore));
  return { unit: name, format: (value) => (value / size).toFixed(decimals) };
}
