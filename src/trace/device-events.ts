import type { Warning } from "../base/errors.ts";
import { counted, formatCount, formatNs, formatPercent } from "../base/units.ts";
import { RowKind, slotStarts, type Trace } from "../core/trace.ts";
import { nanoseconds } from "./nanoseconds.ts";
import { recovery } from "./recovery.ts";
import type { EventMetrics } from "./result.ts";
import { tidy } from "./tidy.ts";

/** What happened to devices during a run, and what came of it; undefined where nothing did. O(rows + events · jobs log jobs). */
export function deviceEvents(trace: Trace): EventMetrics[] | undefined {
  const { instance, rows } = trace;
  const { changeTicks, changeDevice, changeSpeed, deviceCount, tickNs } = instance;
  if (changeTicks === undefined || changeDevice === undefined || changeSpeed === undefined) return undefined;
  const ns = (ticks: number): number => nanoseconds(ticks, tickNs);
  const tracks = slotStarts(instance);
  const aborted = [...rows.kind.keys()].filter((row) => rows.kind[row] === RowKind.aborted);
  const end = trace.complete ? trace.makespanTicks : Infinity;
  const speed = new Float64Array(deviceCount).fill(1);
  return Array.from(changeTicks.keys()).flatMap((i): EventMetrics[] => {
    const at = changeTicks[i]!;
    const device = changeDevice[i]!;
    const before = speed[device]!;
    const after = (speed[device] = changeSpeed[i]!);
    if (at > end || before === after) return [];
    const own = aborted.filter((row) => rows.end[row] === at && rows.track[row]! >= tracks[device]! && rows.track[row]! < tracks[device + 1]!);
    const others = changeTicks.filter((ticks) => ticks !== at);
    const went = at === 0 ? undefined : recovery(trace, at, others.findLast((ticks) => ticks < at) ?? 0, others.find((ticks) => ticks > at) ?? Infinity);
    return [{
      atNs: ns(at), device: instance.deviceNames[device]!, what: after === 0 ? "lost" : before === 0 ? "joined" : after < before ? "slowed" : "sped-up", speed: tidy(after),
      ...(own.length > 0 && { abortedTasks: own.length, abortedNs: ns(own.reduce((sum, row) => sum + rows.end[row]! - rows.start[row]!, 0)) }),
      ...(went && {
        recovery: {
          latencyBeforeNs: ns(went.latencyBefore), latencyAfterNs: ns(went.latencyAfter), recovered: went.recoveredAfter !== undefined,
          ...(went.recoveredAfter !== undefined && { recoveredAfterNs: ns(went.recoveredAfter) }), ...(went.settledAfter !== undefined && { settledAfterNs: ns(went.settledAfter) }),
          jobsBefore: went.jobsBefore, jobsAfter: went.jobsAfter,
        },
      }),
    }];
  });
}

/** Of fewer jobs before or after an event the text says how many they were. */
const enoughJobs = 5;
/** Most events that the text names. */
const mostNamed = 12;

/** A line for each event: "5 ms: gpu0 lost, 2 operators aborted; latency 1 ms → 2 ms, not back within 10 %". */
export function eventLines(events: readonly EventMetrics[]): string[] {
  const lines = events.slice(0, mostNamed).map(({ atNs, device, what, speed, abortedTasks, abortedNs, recovery: went }) => {
    const now = speed === 1 || speed === 0 ? "" : ` to ${formatPercent(speed)}`;
    const lost = abortedTasks === undefined ? "" : `, ${formatCount(abortedTasks)} ${abortedTasks === 1 ? "operator" : "operators"} aborted (${formatNs(abortedNs!)})`;
    return `${formatNs(atNs)}: ${device} ${what === "sped-up" ? "sped up" : what}${now}${lost}${went === undefined ? "" : `; ${recoveryText(went)}`}`;
  });
  return events.length > mostNamed ? [...lines, `… and ${events.length - mostNamed} more`] : lines;
}

function recoveryText({ latencyBeforeNs, latencyAfterNs, recoveredAfterNs, settledAfterNs, jobsBefore, jobsAfter }: NonNullable<EventMetrics["recovery"]>): string {
  const evidence = Math.min(jobsBefore, jobsAfter) < enoughJobs ? ` (of ${counted(jobsBefore, "job")} before and ${jobsAfter} after)` : "";
  const change = `latency ${formatNs(latencyBeforeNs)} → ${formatNs(latencyAfterNs)}${evidence}`;
  if (recoveredAfterNs === 0) return `${change}, never worse by more than 10 %`;
  if (recoveredAfterNs !== undefined) return `${change}, back after ${formatNs(recoveredAfterNs)}`;
  return `${change}, not back${settledAfterNs === undefined ? "" : settledAfterNs === 0 ? ", steady at once" : `, steady after ${formatNs(settledAfterNs)}`}`;
}

/** That the engine had to place operators instead of the scheduler. */
export function redirectionWarnings({ redirectedCount = 0, scheduler }: Trace): Warning[] {
  if (redirectedCount === 0) return [];
  return [{ code: "redirected", message: `${formatCount(redirectedCount)} ${redirectedCount === 1 ? "operator that" : "operators that"} ${scheduler} had placed on a device that was lost went where ${redirectedCount === 1 ? "it" : "each"} should end first instead; ${scheduler} does not plan again` }];
}
