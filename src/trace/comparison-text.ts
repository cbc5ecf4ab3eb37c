import { formatNs, formatPercent } from "../base/units.ts";
import type { Metrics } from "./metrics.ts";
import { textTable } from "./table-text.ts";

/** One scheduler in a comparison; its result, or why there is none. */
export interface ComparisonRow {
  /** The scheduler's name, and where several rows share it the options that differ: "heft", "dmda beta=2". */
  readonly name: string;
  readonly metrics?: Pick<Metrics, "makespanNs" | "gap" | "utilization" | "jobs" | "speedup">;
  /** Replaces the figures of a run that failed. */
  readonly failure?: string;
}

/**
 * Ranks schedulers by makespan. Equal makespans share a rank and stay in the order given; those that failed come last,
 * without one.
 */
export function rankRows(rows: readonly ComparisonRow[]): readonly (ComparisonRow & { readonly rank?: number; readonly vsBest?: number })[] {
  const ran = rows.filter((row) => row.metrics !== undefined).sort((a, b) => a.metrics!.makespanNs - b.metrics!.makespanNs);
  const best = ran[0]?.metrics?.makespanNs ?? 0;
  const ranked = ran.map((row) => ({
    ...row,
    rank: ran.findIndex((other) => other.metrics!.makespanNs === row.metrics!.makespanNs) + 1,
    vsBest: best > 0 ? row.metrics!.makespanNs / best : 1,
  }));
  return [...ranked, ...rows.filter((row) => row.metrics === undefined)];
}

/**
 * The ranked comparison as an aligned table: rank, scheduler, makespan, how many times the best, gap to the lower
 * bound, utilisation; and where jobs arrive over time, which the makespan says little about, their latency.
 * @example
 * console.log(formatComparison([{ name: "fifo", metrics: a }, { name: "heft", metrics: b }]));
 */
export function formatComparison(rows: readonly ComparisonRow[]): string {
  // Without a speed-up jobs arrived over time.
  const showsLatency = rows.some(({ metrics }) => metrics?.jobs !== undefined && metrics.speedup === undefined);
  const latency = showsLatency ? ["latency p50", "p99"].map((header) => ({ header, align: "right" as const })) : [];
  const columns = [
    { header: "rank", align: "right" as const }, { header: "scheduler", maxWidth: 30 }, { header: "makespan", align: "right" as const },
    { header: "vs best", align: "right" as const }, ...latency, { header: "gap to bound", align: "right" as const }, { header: "utilisation", align: "right" as const },
  ];
  const cells = rankRows(rows).map(({ rank, name, metrics, vsBest }) =>
    metrics === undefined
      ? ["–", name, "failed", "", ...latency.map(() => ""), "", ""]
      : [String(rank), name, formatNs(metrics.makespanNs), `${vsBest!.toFixed(vsBest! < 10 ? 3 : 1)}×`, ...(showsLatency ? [metrics.jobs?.latencyNs.p50, metrics.jobs?.latencyNs.p99].map((ns) => (ns === undefined ? "–" : formatNs(ns))) : []), metrics.gap === undefined ? "–" : formatPercent(metrics.gap), formatPercent(metrics.utilization)],
  );
  const failures = rows.filter((row) => row.metrics === undefined && row.failure !== undefined).map((row) => `${row.name}: ${row.failure}`);
  return `${[...textTable(columns, cells), ...(failures.length > 0 ? ["", ...failures] : [])].join("\n")}\n`;
}
