import type { Warning } from "../base/errors.ts";
import { formatCount, formatNs, formatPercent } from "../base/units.ts";
import type { Trace } from "../core/trace.ts";
import { nanoseconds } from "./nanoseconds.ts";
import type { DeadlineMetrics, LateItem, Tardiness } from "./result.ts";
import { tidy } from "./tidy.ts";

/** Most late jobs, and late operators, that a result names. */
const mostNamed = 100;

/** What became of the deadlines of a run; undefined where there were none. Counts what has ended. O(ops). */
export function deadlineMetrics(trace: Trace): DeadlineMetrics | undefined {
  const { instance, ops, jobs } = trace;
  const { jobDeadlineTicks, opDeadlineTicks } = instance;
  const ofJobs = jobDeadlineTicks && tardiness(trace, jobs.endTicks, (job) => jobs.arrivalTicks[job]! + jobDeadlineTicks[job]!, (job) => String(job));
  const ofTasks = opDeadlineTicks && tardiness(trace, ops.endTicks, (op) => ownDeadline(trace, op), (op) => instance.opNames.at(op));
  if (ofJobs === undefined && ofTasks === undefined) return undefined;
  return { ...(ofJobs && { jobs: ofJobs }), ...(ofTasks && { tasks: ofTasks }) };
}

/** The deadline that `op` has of its own, in ticks from the start of the run; Infinity = none, NaN = its job has not arrived. */
export function ownDeadline({ instance, jobs }: Trace, op: number): number {
  const after = instance.opDeadlineTicks?.[op] ?? Infinity;
  return after === Infinity ? Infinity : jobs.arrivalTicks[instance.jobOf[op]!]! + after;
}

function tardiness({ instance }: Trace, ends: Float64Array, deadlineOf: (id: number) => number, nameOf: (id: number) => string): Tardiness {
  const ns = (ticks: number): number => nanoseconds(ticks, instance.tickNs);
  const late: { id: number; by: number }[] = [];
  let count = 0;
  let total = 0;
  for (let id = 0; id < ends.length; id++) {
    const deadline = deadlineOf(id);
    if (!(deadline < Infinity) || Number.isNaN(ends[id]!)) continue;
    count++;
    const by = ends[id]! - deadline;
    if (by <= 0) continue;
    total += by;
    late.push({ id, by });
  }
  late.sort((a, b) => b.by - a.by || a.id - b.id);
  return {
    count, misses: late.length, missRatio: count > 0 ? tidy(late.length / count) : 0,
    tardinessNs: { total: ns(total), mean: count > 0 ? tidy(ns(total) / count) : 0, max: ns(late[0]?.by ?? 0) },
    late: late.slice(0, mostNamed).map(({ id, by }): LateItem => ({ name: nameOf(id), deadlineNs: ns(deadlineOf(id)), endNs: ns(ends[id]!), tardinessNs: ns(by) })),
  };
}

/** One warning for the jobs that were late, and one for the operators. */
export function deadlineWarnings(metrics: DeadlineMetrics | undefined): Warning[] {
  return kinds(metrics).filter(({ each }) => each.misses > 0).map(({ what, each }) => {
    const by = formatNs(each.tardinessNs.max);
    const worst = each.late[0]!.name;
    return {
      code: "deadline-missed",
      message: each.misses === 1 ? `${what} "${worst}" ended ${by} after its deadline` : `${each.misses} of ${each.count} ${what}s with a deadline ended after it, by up to ${by} (${what} ${worst})`,
    };
  });
}

/** "3 of 20 jobs missed (15 %), late by 1.2 ms at most, 90 us on average over all": a line for the jobs and one for the operators, where they have deadlines. */
export function deadlineLines(metrics: DeadlineMetrics): string[] {
  return kinds(metrics).map(({ what, each: { count, misses, missRatio, tardinessNs } }) => {
    const all = count === 1 ? `1 ${what}` : `${formatCount(count)} ${what}s`;
    if (misses === 0) return `${all} in time`;
    const average = count === 1 ? "" : `, ${formatNs(tardinessNs.mean)} on average over all`;
    return `${formatCount(misses)} of ${all} missed (${formatPercent(missRatio)}), late by ${formatNs(tardinessNs.max)} at most${average}`;
  });
}

function kinds(metrics: DeadlineMetrics | undefined): { what: string; each: Tardiness }[] {
  return [{ what: "job", each: metrics?.jobs }, { what: "operator", each: metrics?.tasks }].filter((kind) => kind.each !== undefined) as { what: string; each: Tardiness }[];
}
