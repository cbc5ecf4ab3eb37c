import { groupBy } from "../base/csr.ts";
import { counted, formatCount, formatNs } from "../base/units.ts";
import type { Trace } from "../core/trace.ts";
import { latencyOf } from "./job-latency.ts";
import { nanoseconds } from "./nanoseconds.ts";
import { endedJobs, recoveryMetrics, recoveryText } from "./recovery.ts";
import type { PhaseMetrics } from "./result.ts";

/** The phases of a load: which there are, and whose jobs are whose. */
export interface LoadPhases {
  /** When each begins, in order; the first at 0. */
  readonly beginNs: readonly number[];
  /** By job: its phase. */
  readonly ofJob: ArrayLike<number>;
}

/**
 * What the jobs of each phase of a load met with, and how long their latency took to settle after the load had changed.
 * O(jobs log jobs + phases²).
 * @param changes ticks of all that changes during the run, phases and devices
 */
export function phaseMetrics(trace: Trace, { beginNs, ofJob }: LoadPhases, changes: readonly number[]): PhaseMetrics[] {
  const { tickNs } = trace.instance;
  const ended = endedJobs(trace);
  const { start, item } = groupBy(beginNs.length, ofJob);
  return beginNs.map((begin, phase) => {
    const own = item.subarray(start[phase]!, start[phase + 1]!);
    const { completed, latencyNs } = latencyOf(trace, own);
    const recovery = begin === 0 ? undefined : recoveryMetrics(ended, Math.round(begin / tickNs), changes, tickNs);
    return { atNs: nanoseconds(Math.round(begin / tickNs), tickNs), jobs: own.length, completed, ...(completed > 0 && { latencyNs }), ...(recovery && { recovery }) };
  });
}

/** Most phases that the text names. */
const mostNamed = 12;

/** A line for each phase: "20 ms: 40 jobs, latency p50 1 ms, p99 2 ms; 1 ms → 2 ms, not back, steady after 3 ms". */
export function phaseLines(phases: readonly PhaseMetrics[]): string[] {
  const lines = phases.slice(0, mostNamed).map(({ atNs, jobs, completed, latencyNs, recovery }) => {
    const ended = completed === jobs ? counted(jobs, "job", formatCount) : `${formatCount(completed)} of ${counted(jobs, "job", formatCount)}`;
    const latency = latencyNs === undefined ? "" : `, latency p50 ${formatNs(latencyNs.p50)}, p99 ${formatNs(latencyNs.p99)}`;
    return `from ${formatNs(atNs)}: ${ended}${latency}${recovery === undefined ? "" : `; ${recoveryText(recovery)}`}`;
  });
  return phases.length > mostNamed ? [...lines, `… and ${phases.length - mostNamed} more`] : lines;
}
