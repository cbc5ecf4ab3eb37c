import { counted, formatNs, formatPercent } from "../base/units.ts";
import type { Trace } from "../core/trace.ts";
import { nanoseconds } from "./nanoseconds.ts";
import type { HostMetrics } from "./result.ts";
import { tidy } from "./tidy.ts";

/** How busy the host thread was with deciding; undefined where that takes no time. */
export function hostMetrics({ host, instance, makespanTicks, dispatchCount }: Trace): HostMetrics | undefined {
  if (host === undefined) return undefined;
  let ticks = 0;
  for (let i = 0; i < host.length; i++) ticks += Math.max(0, Math.min(host.endTicks[i]!, makespanTicks) - host.startTicks[i]!);
  const placed = host.placed.subarray(0, host.length).reduce((sum, count) => sum + count, 0);
  return { busyNs: nanoseconds(ticks, instance.tickNs), utilization: makespanTicks > 0 ? tidy(ticks / makespanTicks) : 0, placed, calls: dispatchCount };
}

/** "asked 45 times; deciding for 1.2 ms, 34.0 % of the time" */
export function hostLine({ busyNs, utilization, calls }: HostMetrics): string {
  return `the scheduler was asked ${counted(calls, "time")}${busyNs > 0 ? `; deciding took ${formatNs(busyNs)}, ${formatPercent(utilization)} of the makespan` : ""}`;
}
