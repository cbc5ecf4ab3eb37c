import type { Trace } from "../core/trace.ts";
import type { JobMetrics } from "./result.ts";
import { nanoseconds } from "./nanoseconds.ts";
import { tidy } from "./tidy.ts";

/** How long the jobs of a run took, from arrival to end; those that did not end are left out. */
export function jobLatency(trace: Pick<Trace, "jobs" | "instance">): Pick<JobMetrics, "completed" | "latencyNs"> {
  return latencyOf(trace, trace.jobs.endTicks.keys());
}

/** The same of some of the jobs. */
export function latencyOf({ jobs, instance }: Pick<Trace, "jobs" | "instance">, which: Iterable<number>): Pick<JobMetrics, "completed" | "latencyNs"> {
  const { arrivalTicks, endTicks } = jobs;
  const latencies = Float64Array.from(which, (job) => endTicks[job]! - arrivalTicks[job]!).filter((ticks) => !Number.isNaN(ticks)).sort();
  const completed = latencies.length;
  const ns = (ticks: number): number => nanoseconds(ticks, instance.tickNs);
  const percentile = (p: number): number => (completed > 0 ? ns(latencies[Math.max(0, Math.ceil(p * completed) - 1)]!) : 0);
  const mean = completed > 0 ? ns(latencies.reduce((a, b) => a + b, 0)) / completed : 0;
  return { completed, latencyNs: { mean: tidy(mean), p50: percentile(0.5), p90: percentile(0.9), p99: percentile(0.99), max: percentile(1) } };
}
