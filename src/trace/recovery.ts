import { counted, formatNs } from "../base/units.ts";
import type { Trace } from "../core/trace.ts";
import { nanoseconds } from "./nanoseconds.ts";
import type { RecoveryMetrics } from "./result.ts";

/** Jobs over which the median is taken that must be back, where as many ended. */
const mostInWindow = 5;
/** How far from a level still counts as there. */
const band = 0.1;

/** How the latency of jobs went on after something happened. Times in ticks. */
export interface Recovery {
  /** Median latency of up to 50 jobs that ended before. */
  readonly latencyBefore: number;
  /** Median latency that it came to: of the later half of the jobs that ended until the next event. */
  readonly latencyAfter: number;
  /**
   * From when on the latency was at most 10 % above what it was before, after the event: 0 = it always was; undefined =
   * not before the next event or the end of the run.
   */
  readonly recoveredAfter: number | undefined;
  /** The same for its being within 10 % of `latencyAfter`: how long the run took to settle, on whatever level. */
  readonly settledAfter: number | undefined;
  /** How many jobs `latencyBefore` is of, and how many ended after: with few of them, one slow job decides. */
  readonly jobsBefore: number;
  readonly jobsAfter: number;
}

/** Jobs in the order in which they ended; columns by place. In ticks. */
export interface EndedJobs {
  readonly end: Float64Array;
  readonly latency: Float64Array;
}

/** The jobs of a run that ended, sorted once for all changes that are looked at. O(jobs log jobs). */
export function endedJobs({ jobs: { arrivalTicks, endTicks } }: Pick<Trace, "jobs">): EndedJobs {
  const byEnd = Array.from(endTicks.keys()).filter((job) => !Number.isNaN(endTicks[job]!)).sort((a, b) => endTicks[a]! - endTicks[b]! || a - b);
  return { end: Float64Array.from(byEnd, (job) => endTicks[job]!), latency: Float64Array.from(byEnd, (job) => endTicks[job]! - arrivalTicks[job]!) };
}

/** How many of them ended until then. */
function endedBy({ end }: EndedJobs, ticks: number): number {
  let [low, high] = [0, end.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (end[middle]! <= ticks) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * What happened to the latency of jobs after `at`, looking no further back than `previous` and no further on than
 * `next` (ticks). Latency is that of five jobs together, their median, in the order in which they ended, so that a single
 * slow one decides nothing; of all jobs where fewer than five ended after. It is back when it stays back. Undefined where
 * no job ended before, or none after.
 */
export function recovery(jobs: EndedJobs, at: number, previous: number, next: number): Recovery | undefined {
  const first = endedBy(jobs, at);
  const before = jobs.latency.subarray(Math.max(endedBy(jobs, previous), first - 50), first);
  const after = jobs.latency.subarray(first, endedBy(jobs, next));
  if (before.length === 0 || after.length === 0) return undefined;
  const windowJobs = Math.min(mostInWindow, after.length);
  const windows = Array.from({ length: after.length - windowJobs + 1 }, (_, i) => median(after.subarray(i, i + windowJobs)));
  const latencyBefore = median(before);
  const latencyAfter = median(after.subarray(Math.floor(after.length / 2)));
  const stays = (isBack: (ticks: number) => boolean): number | undefined => {
    const lastOff = windows.findLastIndex((ticks) => !isBack(ticks));
    if (lastOff < 0) return 0;
    return lastOff === windows.length - 1 ? undefined : jobs.end[first + lastOff + 1]! - at;
  };
  return {
    latencyBefore, latencyAfter, jobsBefore: before.length, jobsAfter: after.length,
    recoveredAfter: stays((ticks) => ticks <= (1 + band) * latencyBefore),
    settledAfter: stays((ticks) => Math.abs(ticks - latencyAfter) <= band * latencyAfter),
  };
}

/** The same in the shape of results: from the change before `at` to the next one. @param changes ticks of all changes, in any order */
export function recoveryMetrics(jobs: EndedJobs, at: number, changes: readonly number[], tickNs: number): RecoveryMetrics | undefined {
  const previous = changes.reduce((latest, ticks) => (ticks < at && ticks > latest ? ticks : latest), 0);
  const next = changes.reduce((soonest, ticks) => (ticks > at && ticks < soonest ? ticks : soonest), Infinity);
  const went = recovery(jobs, at, previous, next);
  if (went === undefined) return undefined;
  const ns = (ticks: number): number => nanoseconds(ticks, tickNs);
  return {
    latencyBeforeNs: ns(went.latencyBefore), latencyAfterNs: ns(went.latencyAfter), recovered: went.recoveredAfter !== undefined,
    ...(went.recoveredAfter !== undefined && { recoveredAfterNs: ns(went.recoveredAfter) }), ...(went.settledAfter !== undefined && { settledAfterNs: ns(went.settledAfter) }),
    jobsBefore: went.jobsBefore, jobsAfter: went.jobsAfter,
  };
}

/** Of fewer jobs before or after a change the text says how many they were. */
const enoughJobs = 5;

/** "latency 1 ms → 2 ms, not back, steady after 3 ms". */
export function recoveryText({ latencyBeforeNs, latencyAfterNs, recoveredAfterNs, settledAfterNs, jobsBefore, jobsAfter }: RecoveryMetrics): string {
  const evidence = Math.min(jobsBefore, jobsAfter) < enoughJobs ? ` (of ${counted(jobsBefore, "job")} before and ${jobsAfter} after)` : "";
  const change = `latency ${formatNs(latencyBeforeNs)} → ${formatNs(latencyAfterNs)}${evidence}`;
  const steady = settledAfterNs === undefined ? "" : settledAfterNs === 0 ? ", steady at once" : `, steady after ${formatNs(settledAfterNs)}`;
  if (recoveredAfterNs === undefined) return `${change}, not back${steady}`;
  if (recoveredAfterNs > 0) return `${change}, back after ${formatNs(recoveredAfterNs)}`;
  return latencyAfterNs < (1 - band) * latencyBeforeNs ? `${change}${steady}` : `${change}, never worse by more than 10 %`;
}

function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
