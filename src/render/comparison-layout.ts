import { InputError } from "../base/errors.ts";
import { formatNs } from "../base/units.ts";
import { formatIn, namesOf, unitSteps, type ObjectiveUnit } from "../trace/objective.ts";
import type { ComparisonLayout, ComparisonPlotOptions, ComparisonRowMark, PlottedComparison, PlottedScheduler } from "./comparison-marks.ts";
import { cleanText, fitMiddle, fitText, textWidth } from "./text.ts";
import { valueAxis, type ValueAxis } from "./value-axis.ts";

const margin = 16;
const rowHeight = 24;
const nameSize = 12;
const textSize = 11;

/**
 * Places a comparison's rows, axis and legend: one row a scheduler, best first, in pixels.
 * @throws {InputError} when the width is out of range
 */
export function layoutComparison(comparison: PlottedComparison, options: ComparisonPlotOptions = {}): ComparisonLayout {
  const { width = 800 } = options;
  if (!(width >= 360 && width <= 8000)) throw new InputError({ code: "out-of-range", message: `a comparison's width is ${width}`, hint: "choose 360 … 8000" });
  const { schedulers, failures, by = "makespan", baseline, seedCount } = comparison;
  const { unit, label } = namesOf(by);
  const lowerBoundNs = by === "makespan" ? comparison.lowerBoundNs : undefined;
  const nameOf = (name: string): string => `${cleanText(name)}${name === baseline && schedulers.length > 1 && seedCount > 1 ? " (baseline)" : ""}`;
  const format = commonUnit(unit, schedulers.map(({ mean }) => mean.value));
  const values = schedulers.map(({ mean }) => valueText(mean, format));
  const rankWidth = textWidth("=88", textSize) + 8;
  const widestName = [...schedulers, ...failures].reduce((most, { name }) => Math.max(most, textWidth(nameOf(name), nameSize)), 40);
  const nameWidth = Math.min(widestName, width * 0.32);
  const valueWidth = values.reduce((most, text) => Math.max(most, textWidth(text, textSize)), 40);
  const x0 = Math.ceil(margin + rankWidth + nameWidth + 10);
  const x1 = Math.floor(width - margin - valueWidth - 12);

  const bounded = lowerBoundNs !== undefined && lowerBoundNs > 0 ? [lowerBoundNs] : [];
  // Of few values with much luck, Student's interval reaches below 0, where no value can be: the axis does not.
  const ends = schedulers.flatMap(({ mean: { interval } }) => [interval?.low ?? 0, interval?.high ?? 0]).filter((end) => end > 0);
  const shown = [...bounded, ...ends, ...schedulers.flatMap(({ min, max, mean }) => [min, max, mean.value])];
  const axis = valueAxis(unit, shown.length > 0 ? shown : [0, 1], x0, x1, (x1 - x0) / 70);
  const title = cleanText(options.title ?? comparison.name);
  const ranges = schedulers.some(({ min, max }) => max > min);
  const subtitle = [
    ranges ? `${label.startsWith("mean") ? label : `mean ${label}`} over ${seedCount} seeds, the same for all ${comparison.compares ?? "schedulers"}` : label,
    "best first",
  ].join(" · ");
  const legend = ranges ? placeLegend(unit, margin, width - margin) : { entries: [], height: 0 };
  const legendY = 58;
  const y0 = legendY + legend.height + (bounded.length > 0 ? 22 : 6);
  const rows = [
    ...schedulers.map((row, i) => schedulerRow(row, schedulers, axis, unit, values[i]!)),
    ...failures.map(({ name, message }) => ({ name, rank: "–", tooltip: `${cleanText(name)} failed: ${cleanText(message)}`, value: "failed", best: false })),
  ].map((row, i): ComparisonRowMark => ({ ...row, name: fitMiddle(nameOf(row.name), nameSize, nameWidth), y: y0 + (i + 0.5) * rowHeight }));
  const y1 = y0 + rows.length * rowHeight;
  const notes = [...(schedulers.some(({ rank }) => schedulers.filter((other) => other.rank === rank).length > 1) && seedCount > 1 ? ["= shares its rank: the difference from the first of that rank is not significant."] : []), ...(axis.logarithmic ? ["The axis is logarithmic: equal distances are equal ratios."] : [])];
  return {
    width, height: y1 + 44 + notes.length * 15 + 6,
    title: { x: margin, y: 28, text: fitText(title, 16, width - 2 * margin, true) },
    subtitle: { x: margin, y: 46, text: fitText(subtitle, textSize, width - 2 * margin) },
    description: `${title}: ${subtitle}. ${rows.slice(0, 50).map(({ tooltip }) => tooltip.replaceAll("\n", ", ")).join("; ")}.`,
    plot: { x0, y0, x1, y1 }, gutter: { rank: margin + rankWidth - 8, name: margin + rankWidth, value: width - margin },
    axis: { label: axis.unit === undefined ? label : `${label} in ${axis.unit}`, logarithmic: axis.logarithmic, ticks: axis.ticks },
    rows, ...(bounded.length > 0 && { bound: boundMark(lowerBoundNs!, axis, x1, y0) }),
    legend: legend.entries.map((entry) => ({ ...entry, y: entry.y + legendY })),
    footnotes: notes.map((text, i) => ({ x: margin, y: y1 + 50 + i * 15, text })),
  };
}

function schedulerRow({ name, rank, mean, p50, p90, p99, min, max }: PlottedScheduler, all: readonly PlottedScheduler[], axis: ValueAxis, unit: ObjectiveUnit, value: string): Omit<ComparisonRowMark, "y"> {
  const shared = all.filter((other) => other.rank === rank).length > 1;
  const { interval } = mean;
  const text = (of: number): string => formatIn(unit, of);
  const tooltip = [
    `${cleanText(name)}, rank ${rank}${shared ? ", shared" : ""}`, `mean ${value}${interval === undefined ? "" : " (95 % CI)"}`,
    ...(max > min ? [`p50 ${text(p50.value)}, p90 ${text(p90.value)}, p99 ${text(p99.value)}`, `from ${text(min)} to ${text(max)}`] : []),
  ].join("\n");
  return {
    name, rank: shared ? `=${rank}` : String(rank), tooltip, value, best: rank === 1, mean: axis.x(mean.value),
    ...(interval?.low !== undefined && interval.high !== undefined && { interval: [Math.max(axis.x0, axis.x(interval.low)), axis.x(interval.high)] }),
    ...(max > min && { range: [axis.x(min), axis.x(max)], p90: axis.x(p90.value) }),
  };
}

/** Values in the unit of the smallest one, so that a column of them can be compared; as they come where they differ too much. */
function commonUnit(unit: ObjectiveUnit, values: readonly number[]): (value: number) => string {
  const smallest = Math.min(...values);
  const asTheyCome = (value: number): string => formatIn(unit, value);
  if (!(smallest > 0) || Math.max(...values) >= 1e4 * smallest) return asTheyCome;
  const [, digits, name] = /^([\d.]+) (.+)$/.exec(asTheyCome(smallest))!;
  const size = unitSteps[unit].find(([known]) => known === name)?.[1];
  const decimals = Math.min(3, (digits!.split(".")[1]?.length ?? 0) + 1);
  return size === undefined ? asTheyCome : (value) => `${(value / size).toFixed(decimals)} ${name}`;
}

/** "1.41 ms ± 0.2 %": the relative half width says at a glance how sure it is. */
function valueText({ value, interval }: PlottedScheduler["mean"], format: (of: number) => string): string {
  if (interval?.high === undefined || !(value > 0)) return format(value);
  const share = (100 * (interval.high - value)) / value;
  return `${format(value)} ± ${share >= 10 ? share.toFixed(0) : share >= 0.095 ? share.toFixed(1) : share.toFixed(2)} %`;
}

/** The label stands on the side of the line that has room. */
function boundMark(ns: number, axis: ValueAxis, x1: number, y0: number): NonNullable<ComparisonLayout["bound"]> {
  const x = axis.x(ns);
  const text = `lower bound ${formatNs(ns)}`;
  const length = textWidth(text, textSize);
  return { x, label: { x: Math.min(x, Math.max(margin, x1 - length)), y: y0 - 8, text }, tooltip: `no schedule can be faster than ${formatNs(ns)}` };
}

function placeLegend(unit: ObjectiveUnit, x0: number, x1: number): { entries: ComparisonLayout["legend"]; height: number } {
  const isTime = unit === "ns";
  const wanted = [["mean", "mean, and its 95 % confidence interval"], ["range", isTime ? "fastest to slowest seed" : "smallest to largest seed"], ["p90", `p90: 9 of 10 seeds are ${isTime ? "faster" : "below"}`]] as const;
  const entries: { kind: "mean" | "range" | "p90"; x: number; y: number; label: string }[] = [];
  let x = x0;
  let row = 0;
  for (const [kind, label] of wanted) {
    const length = 28 + textWidth(label, textSize);
    if (x > x0 && x + length > x1) {
      x = x0;
      row++;
    }
    entries.push({ kind, x, y: row * 18 + 9, label });
    x += length + 16;
  }
  return { entries, height: (row + 1) * 18 };
}
