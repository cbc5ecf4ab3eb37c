import { InputError, SimulationError } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { USE_COUNT } from "../core/threads/core-table.ts";
import type { DurationColumns } from "../core/threads/duration-columns.ts";
import type { ThreadSpec } from "../core/threads/thread-spec.ts";
import { Use } from "../core/threads/thread-table.ts";
import type { ThreadTrace } from "../core/threads/thread-trace.ts";
import { namesOf, threadObjectiveParts, type DurationStatistic, type ThreadObjective } from "../trace/objective.ts";

/**
 * What the programs of a run measured of themselves, in nanoseconds: a duration, or the time for each mark of a counter.
 * @throws {SimulationError} where they never came there.
 */
export function threadMeasureNs(threads: ThreadTrace, by: ThreadObjective, tickNs: number): number {
  const { what, name, statistic } = threadObjectiveParts(by)!;
  const { counters, spans, groups, responses, endTicks } = threads;
  const ticks = what === "counter" ? endTicks / counters.marks[counters.names.indexOf(name)]!
    : what === "span" ? durationOf(spans.durations, spans.names.indexOf(name), statistic)
    : durationOf(responses, groups.findIndex((group) => group.name === name), statistic);
  if (!Number.isFinite(ticks)) throw new SimulationError({ code: "nothing-measured", message: `there is no ${namesOf(by).label}: no thread came ${what === "counter" ? "to that mark" : "to its end"}` });
  return ticks * tickNs;
}

function durationOf({ count, sum, p50, p90, p99, largest }: DurationColumns, at: number, statistic: DurationStatistic): number {
  if (!(count[at]! > 0)) return NaN;
  return statistic === "mean" ? sum[at]! / count[at]! : { p50, p90, p99, max: largest }[statistic][at]!;
}

/** @throws {InputError} when the programs measure nothing of that name. */
export function checkThreadObjective(by: ThreadObjective, spec: ThreadSpec | undefined): void {
  const parts = threadObjectiveParts(by);
  if (parts === undefined) throw new InputError({ code: "unknown-objective", message: `"${by}" is nothing to rank by`, hint: "span:NAME or response:GROUP, with :mean, :p50, :p90, :p99 or :max after it; or counter:NAME" });
  if (spec === undefined) throw new InputError({ code: "no-threads", message: `"${by}" is what thread programs measure, and the scenario has no threads`, hint: "rank by makespan" });
  const { what, name } = parts;
  const known = what === "span" ? spec.spans : what === "counter" ? spec.counters : spec.groups.filter(({ periodTicks }) => periodTicks < Infinity).map((group) => group.name);
  if (known.includes(name)) return;
  const missing = { span: "measure nothing that is called", counter: "have no mark", response: "have no periodic threads" }[what];
  throw new InputError({ code: `unknown-${what}`, message: `the programs ${missing} "${name}"`, hint: known.length > 0 ? suggestion(name, known) : "rank by makespan" });
}

/** Share of the time of all cores in which threads worked: neither waited, spun, synchronized nor switched. */
export function coreUtilization({ cores, endTicks }: ThreadTrace): number {
  let busy = 0;
  for (let core = 0; core < cores.names.length; core++) busy += cores.useTicks[core * USE_COUNT + Use.compute]!;
  return endTicks > 0 ? busy / (cores.names.length * endTicks) : 0;
}
