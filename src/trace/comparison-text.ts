import { formatPercent } from "../base/units.ts";
import { formatIn, isThreadObjective, latencyObjectives, namesOf, usualObjective, type Objective, type RankedBy } from "./objective.ts";
import { textTable } from "./table-text.ts";

/** What is compared of a run: `Metrics`, or a part of it. */
export interface ComparedMetrics {
  readonly makespanNs: number;
  readonly utilization: number;
  readonly gap?: number;
  /** Absent where jobs arrived over time. */
  readonly speedup?: number;
  readonly energyJoules?: number;
  /** What programs measure of themselves, where that is what is compared. */
  readonly measuredNs?: number;
  readonly jobs?: { readonly latencyNs: { readonly mean: number; readonly p50: number; readonly p99: number } };
}

/** One scheduler in a comparison; its result, or why there is none. */
export interface ComparisonRow {
  /** The scheduler's name, and where several rows share it the options that differ: "heft", "dmda beta=2". */
  readonly name: string;
  readonly metrics?: ComparedMetrics;
  /** Replaces the figures of a run that failed. */
  readonly failure?: string;
}

/**
 * Ranks schedulers by an objective. Equal ones share a rank and stay in the order given; those that failed come last,
 * without one.
 * @param by default the makespan, and where jobs arrived over time their mean latency
 */
export function rankRows(rows: readonly ComparisonRow[], by: RankedBy = usualObjective(arrivedOverTime(rows))): readonly (ComparisonRow & { readonly rank?: number; readonly vsBest?: number })[] {
  const value = ({ metrics }: ComparisonRow): number => valueOf(metrics!, by) ?? Infinity;
  const ran = rows.filter((row) => row.metrics !== undefined).sort((a, b) => value(a) - value(b));
  const best = ran.length > 0 ? value(ran[0]!) : 0;
  const ranked = ran.map((row) => ({ ...row, rank: ran.findIndex((other) => value(other) === value(row)) + 1, vsBest: best > 0 ? value(row) / best : 1 }));
  return [...ranked, ...rows.filter((row) => row.metrics === undefined)];
}

/**
 * The ranked comparison as an aligned table: rank, scheduler, what they are ranked by, how many times the best, makespan,
 * gap to its lower bound, utilisation; and where jobs arrived over time, or latencies are ranked by, these.
 * @param by as `rankRows` has it
 * @param noun what is compared, at the head of its column
 * @example
 * console.log(formatComparison([{ name: "fifo", metrics: a }, { name: "heft", metrics: b }]));
 */
export function formatComparison(rows: readonly ComparisonRow[], by: RankedBy = usualObjective(arrivedOverTime(rows)), noun = "scheduler"): string {
  const others = otherObjectives(by, arrivedOverTime(rows));
  const right = (header: string): { header: string; align: "right" } => ({ header, align: "right" });
  const headers = others.map((other) => right(namesOf(other).header));
  const columns = [right("rank"), { header: noun, maxWidth: 30 }, right(namesOf(by).header), right("vs best"), ...headers, right("gap to bound"), right("utilisation")];
  const cells = rankRows(rows, by).map(({ rank, name, metrics, vsBest }) =>
    metrics === undefined
      ? ["–", name, "failed", ...Array<string>(columns.length - 3).fill("")]
      : [
        String(rank), name, textOf(metrics, by), `${vsBest!.toFixed(vsBest! < 10 ? 3 : 1)}×`, ...others.map((other) => textOf(metrics, other)),
        metrics.gap === undefined ? "–" : formatPercent(metrics.gap), formatPercent(metrics.utilization),
      ],
  );
  const failures = rows.filter((row) => row.metrics === undefined && row.failure !== undefined).map((row) => `${row.name}: ${row.failure}`);
  return `${[...textTable(columns, cells), ...(failures.length > 0 ? ["", ...failures] : [])].join("\n")}\n`;
}

/** What is told of schedulers beside what they are ranked by: the makespan, and latencies where they matter. */
export function otherObjectives(by: RankedBy, jobsArriveOverTime: boolean): Objective[] {
  const latencies = jobsArriveOverTime || (latencyObjectives as readonly RankedBy[]).includes(by) ? latencyObjectives : [];
  return [...latencies, "makespan" as const].filter((other) => other !== by);
}

function arrivedOverTime(rows: readonly ComparisonRow[]): boolean {
  return rows.some(({ metrics }) => metrics?.jobs !== undefined && metrics.speedup === undefined);
}

function valueOf({ makespanNs, energyJoules, measuredNs, jobs }: ComparedMetrics, objective: RankedBy): number | undefined {
  if (isThreadObjective(objective)) return measuredNs;
  const latency = jobs?.latencyNs;
  return { "makespan": makespanNs, "latency-mean": latency?.mean, "latency-p50": latency?.p50, "latency-p99": latency?.p99, "energy": energyJoules }[objective];
}

function textOf(metrics: ComparedMetrics, objective: RankedBy): string {
  const value = valueOf(metrics, objective);
  return value === undefined ? "–" : formatIn(namesOf(objective).unit, value);
}
