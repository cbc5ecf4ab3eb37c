import { counted, formatCount, formatNs, formatPercent } from "../../base/units.ts";
import type { ThreadTrace } from "../../core/threads/thread-trace.ts";
import { textTable } from "../table-text.ts";
import { tidy } from "../tidy.ts";
import { threadMetrics } from "./thread-metrics.ts";
import type { ThreadMetrics, Utilization } from "./thread-result.ts";

/** What changed between the threads of two runs. Objects and counters are matched by name. */
export interface ThreadDiff {
  readonly before: ThreadSide;
  readonly after: ThreadSide;
  /** What threads waited for, the largest changes first: how long all of them did, together. */
  readonly waits: readonly { readonly object: string; readonly beforeNs: number; readonly afterNs: number; readonly changeNs: number }[];
  /** Counts per second of those counters that both runs have. */
  readonly counters: readonly { readonly name: string; readonly before: number; readonly after: number }[];
}
interface ThreadSide {
  readonly policy: string;
  readonly threads: number;
  readonly switches: number;
  readonly utilization: Utilization;
}

/** True where a group of threads in both has the same name, or runs a program of the same name. */
export function shareGroup(before: ThreadTrace, after: ThreadTrace): boolean {
  return before.groups.some(({ name, program }) => after.groups.some((group) => group.name === name || group.program === program));
}

/** @param top objects told at most */
export function diffThreads(before: ThreadTrace, beforeTickNs: number, after: ThreadTrace, afterTickNs: number, top: number): ThreadDiff {
  const [first, second] = [threadMetrics(before, beforeTickNs), threadMetrics(after, afterTickNs)];
  const waited = ({ objects }: ThreadMetrics): Map<string, number> => new Map(objects.map(({ name, wait }) => [name, wait?.totalNs ?? 0]));
  const [then, now] = [waited(first), waited(second)];
  const names = [...new Set([...then.keys(), ...now.keys()])];
  const waits = names.map((object) => {
    const [beforeNs, afterNs] = [then.get(object) ?? 0, now.get(object) ?? 0];
    return { object, beforeNs, afterNs, changeNs: tidy(afterNs - beforeNs) };
  });
  return {
    before: side(first), after: side(second),
    waits: waits.filter(({ changeNs }) => changeNs !== 0).sort((a, b) => Math.abs(b.changeNs) - Math.abs(a.changeNs)).slice(0, top),
    counters: first.counters.flatMap(({ name, perSecond }) => {
      const other = second.counters.find((counter) => counter.name === name);
      return other === undefined ? [] : [{ name, before: perSecond, after: other.perSecond }];
    }),
  };
}

function side({ policy, counts, utilization }: ThreadMetrics): ThreadSide {
  return { policy, threads: counts.threads, switches: counts.switches, utilization };
}

/** {@link ThreadDiff} for people. */
export function threadDiffLines({ before, after, waits, counters }: ThreadDiff): string[] {
  const right = (header: string) => ({ header, align: "right" as const });
  const parts = (Object.keys(before.utilization) as (keyof Utilization)[]).filter((part) => before.utilization[part] >= 5e-4 || after.utilization[part] >= 5e-4);
  const change = (ns: number): string => `${ns > 0 ? "+" : "−"}${formatNs(Math.abs(ns))}`;
  return [
    `threads   ${counted(before.threads, "thread", formatCount)} (${before.policy}) → ${counted(after.threads, "thread", formatCount)} (${after.policy}), switches ${formatCount(before.switches)} → ${formatCount(after.switches)}`,
    ...counters.map(({ name, before: then, after: now }) => `counted   ${name} ${formatCount(then)}/s → ${formatCount(now)}/s`),
    "", ...textTable([{ header: "time of the cores" }, right("before"), right("after")], parts.map((part) => [part, formatPercent(before.utilization[part]), formatPercent(after.utilization[part])])),
    ...(waits.length === 0 ? [] : ["", ...textTable([{ header: "waited for", maxWidth: 40 }, right("before"), right("after"), right("change")], waits.map(({ object, beforeNs, afterNs, changeNs }) => [object, formatNs(beforeNs), formatNs(afterNs), change(changeNs)]))]),
  ];
}
