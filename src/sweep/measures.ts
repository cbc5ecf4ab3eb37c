import type { Trace } from "../core/trace.ts";
import { RowKind } from "../core/trace.ts";
import { deviceTimes, energyJoules } from "../trace/device-times.ts";
import { jobLatency } from "../trace/job-latency.ts";
import { nanoseconds } from "../trace/nanoseconds.ts";
import type { ObjectiveNames, ThreadObjective } from "../trace/objective.ts";
import { coreUtilization, threadMeasureNs } from "./thread-measure.ts";

/** What is kept of a run: a value for each objective, and the share of all slots' time in which they ran operators; of threads alone, that of all cores' time in which they worked. */
export type Measure = ObjectiveNames["key"] | "utilization";

const measures: readonly Measure[] = ["makespanNs", "latencyMeanNs", "latencyP50Ns", "latencyP99Ns", "energyJoules", "measuredNs", "utilization"];

/** A run's values; NaN for what does not exist: latencies of one job, energy where it was not asked for. */
export type Measures = Readonly<Record<Measure, number>>;

/** Those of several runs, in columns. */
export type MeasureColumns = Readonly<Record<Measure, Float64Array>>;

/** A device's power figures, where it has some. */
export type DevicePower = { readonly idleWatts: number; readonly busyWatts: number } | undefined;

/**
 * @param powers by device, where the energy is wanted: it takes another walk through the trace
 * @param by what of the threads is wanted
 * @throws {SimulationError} where the threads did not measure that.
 */
export function measure(trace: Trace, powers?: readonly DevicePower[], by?: ThreadObjective): Measures {
  const { instance, rows, makespanTicks } = trace;
  let busy = 0;
  let slots = 0;
  for (let row = 0; row < rows.length; row++) if (rows.kind[row] === RowKind.run) busy += rows.end[row]! - rows.start[row]!;
  for (const [device, count] of instance.slots.entries()) if (device !== instance.carrierDevice) slots += count;
  const makespanNs = nanoseconds(makespanTicks, instance.tickNs);
  const latency = instance.jobCount > 1 ? jobLatency(trace).latencyNs : undefined;
  return {
    makespanNs, latencyMeanNs: latency?.mean ?? NaN, latencyP50Ns: latency?.p50 ?? NaN, latencyP99Ns: latency?.p99 ?? NaN,
    energyJoules: powers === undefined ? NaN : deviceTimes(trace).reduce((sum, time, d) => sum + (energyJoules(time, powers[d], makespanNs, instance.tickNs) ?? 0), 0),
    measuredNs: by === undefined ? NaN : threadMeasureNs(trace.threads!, by, instance.tickNs),
    utilization: busy === 0 && trace.threads !== undefined ? coreUtilization(trace.threads) : makespanTicks > 0 ? busy / (slots * makespanTicks) : 0,
  };
}

/** Columns for so many runs, all 0. */
export function measureColumns(runs: number): MeasureColumns {
  return Object.fromEntries(measures.map((name) => [name, new Float64Array(runs)])) as Record<Measure, Float64Array>;
}

export function setMeasures(columns: MeasureColumns, at: number, values: Measures): void {
  for (const name of measures) columns[name][at] = values[name];
}

export function copyMeasures(columns: MeasureColumns, at: number, from: MeasureColumns): void {
  for (const name of measures) columns[name].set(from[name], at);
}

/** All runs were like the first. */
export function repeatFirst(columns: MeasureColumns): void {
  for (const name of measures) columns[name].fill(columns[name][0]!);
}
