import type { Estimated } from "../stats/comparison.ts";
import { namesOf, type RankedBy } from "../trace/objective.ts";
import type { Comparison } from "./comparison.ts";

/** Of what schedulers are ranked by, in the unit that stands for _ns in their names. */
const columns = [
  "rank", "scheduler", "seeds", "mean_ns", "mean_low_ns", "mean_high_ns", "sd_ns", "p50_ns", "p50_low_ns", "p50_high_ns", "p90_ns", "p90_low_ns", "p90_high_ns", "p99_ns", "p99_low_ns", "p99_high_ns",
  "min_ns", "max_ns", "vs_best", "win_probability", "win_low", "win_high", "regret_mean", "regret_max", "gap", "utilization", "failure",
] as const;

/**
 * A comparison as CSV (RFC 4180): a header and one line a scheduler, best first, those that failed last. Intervals are
 * of 95 %; an empty cell is a figure that does not exist. Where more than the makespan is told, `by` and the means of
 * the others follow.
 * @example
 * io.out(comparisonCsv(await compareOverSeeds(scenario, { seeds: 100 })));
 */
export function comparisonCsv({ schedulers, failures, seedCount, by, baseline }: Comparison): string {
  const others = Object.keys(schedulers[0]?.others ?? {}) as RankedBy[];
  const more = by === "makespan" && others.length === 0 ? [] : ["by", ...others.flatMap((other) => ["", "_low", "_high"].map((end) => columnOf(other, end)))];
  const header = [...columns.map((column) => (namesOf(by).unit === "J" ? column.replace(/_ns$/, "_j") : column)), ...more];
  const rows = schedulers.map((row) => [
    row.rank, row.name, seedCount, ...estimate(row.mean), row.standardDeviation, ...estimate(row.p50), ...estimate(row.p90), ...estimate(row.p99), row.min, row.max, row.vsBest,
    ...(row.name === baseline ? [undefined, undefined, undefined] : [row.win.probability, row.win.interval.low, row.win.interval.high]),
    row.regret.mean.value, row.regret.max, row.gap, row.utilization, undefined, ...(more.length > 0 ? [by, ...others.flatMap((other) => estimate(row.others[other]!))] : []),
  ]);
  const failed = failures.map(({ name, message }) => header.map((column) => (column === "scheduler" ? name : column === "seeds" ? seedCount : column === "failure" ? message : column === "by" ? by : undefined)));
  return [header, ...rows, ...failed].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

/** "latency_p99_low_ns". */
function columnOf(objective: RankedBy, end: string): string {
  return `${objective.replaceAll(/[^A-Za-z0-9]+/g, "_")}${end}_${namesOf(objective).unit.toLowerCase()}`;
}

function estimate({ value, interval }: Estimated): (number | undefined)[] {
  return [value, interval?.low, interval?.high];
}

function cell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(Number(value.toPrecision(12)));
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
