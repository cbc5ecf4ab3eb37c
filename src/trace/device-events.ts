import type { Warning } from "../base/errors.ts";
import { formatCount, formatNs, formatPercent } from "../base/units.ts";
import { RowKind, slotStarts, type Trace } from "../core/trace.ts";
import { nanoseconds } from "./nanoseconds.ts";
import { endedJobs, recoveryMetrics, recoveryText } from "./recovery.ts";
import type { EventMetrics } from "./result.ts";
import { tidy } from "./tidy.ts";

/**
 * What happened to devices during a run, and what came of it; undefined where nothing did. O(rows + events² + jobs log jobs).
 * @param changes ticks of all that changes during the run, devices and the load
 */
export function deviceEvents(trace: Trace, changes: readonly number[]): EventMetrics[] | undefined {
  const { instance, rows } = trace;
  const { changeTicks, changeDevice, changeSpeed, deviceCount, tickNs } = instance;
  if (changeTicks === undefined || changeDevice === undefined || changeSpeed === undefined) return undefined;
  const ns = (ticks: number): number => nanoseconds(ticks, tickNs);
  const tracks = slotStarts(instance);
  const aborted = [...rows.kind.keys()].filter((row) => rows.kind[row] === RowKind.aborted);
  const jobs = endedJobs(trace);
  const end = trace.complete ? trace.makespanTicks : Infinity;
  const speed = new Float64Array(deviceCount).fill(1);
  return Array.from(changeTicks.keys()).flatMap((i): EventMetrics[] => {
    const at = changeTicks[i]!;
    const device = changeDevice[i]!;
    const before = speed[device]!;
    const after = (speed[device] = changeSpeed[i]!);
    if (at > end || before === after) return [];
    const own = aborted.filter((row) => rows.end[row] === at && rows.track[row]! >= tracks[device]! && rows.track[row]! < tracks[device + 1]!);
    const went = at === 0 ? undefined : recoveryMetrics(jobs, at, changes, tickNs);
    return [{
      atNs: ns(at), device: instance.deviceNames[device]!, what: after === 0 ? "lost" : before === 0 ? "joined" : after < before ? "slowed" : "sped-up", speed: tidy(after),
      ...(own.length > 0 && { abortedTasks: own.length, abortedNs: ns(own.reduce((sum, row) => sum + rows.end[row]! - rows.start[row]!, 0)) }),
      ...(went && { recovery: went }),
    }];
  });
}

/** Most events that the text names. */
const mostNamed = 12;

/** A line for each event: "5 ms: gpu0 lost, 2 operators aborted; latency 1 ms → 2 ms, not back within 10 %". */
export function eventLines(events: readonly EventMetrics[]): string[] {
  const lines = events.slice(0, mostNamed).map(({ atNs, device, what, speed, abortedTasks, abortedNs, recovery: went }) => {
    const now = speed === 1 || speed === 0 ? "" : ` ${what === "joined" ? "at" : "to"} ${formatPercent(speed)}`;
    const lost = abortedTasks === undefined ? "" : `, ${formatCount(abortedTasks)} ${abortedTasks === 1 ? "operator" : "operators"} aborted (${formatNs(abortedNs!)})`;
    return `${formatNs(atNs)}: ${device} ${what === "sped-up" ? "sped up" : what}${now}${lost}${went === undefined ? "" : `; ${recoveryText(went)}`}`;
  });
  return events.length > mostNamed ? [...lines, `… and ${events.length - mostNamed} more`] : lines;
}

/** That the engine had to place operators instead of the scheduler. */
export function redirectionWarnings({ redirectedCount = 0, scheduler }: Trace): Warning[] {
  if (redirectedCount === 0) return [];
  return [{ code: "redirected", message: `${formatCount(redirectedCount)} ${redirectedCount === 1 ? "operator that" : "operators that"} ${scheduler} had placed on a device that was lost went where ${redirectedCount === 1 ? "it" : "each"} should end first instead; ${scheduler} does not plan again` }];
}
