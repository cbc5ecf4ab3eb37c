import { USE_COUNT } from "../../core/threads/core-table.ts";
import type { DurationColumns } from "../../core/threads/duration-columns.ts";
import { Use } from "../../core/threads/thread-table.ts";
import type { ThreadTrace } from "../../core/threads/thread-trace.ts";
import { nanoseconds } from "../nanoseconds.ts";
import { tidy } from "../tidy.ts";
import { findingMetrics } from "./thread-findings.ts";
import { heapMetrics } from "./heap-metrics.ts";
import { ThreadNames } from "./thread-names.ts";
import type { Durations, GroupMetrics, ObjectMetrics, ThreadMetrics, Utilization } from "./thread-result.ts";

/** Objects told one by one. */
const mostObjects = 1000;

/**
 * What the threads of a run did, as plain data.
 * @param tickNs nanoseconds of a tick
 * @example
 * const { utilization, objects } = threadMetrics(trace.threads!, trace.instance.tickNs);
 * for (const { name, wait } of objects) console.log(name, wait?.p99Ns, utilization.spin);
 */
export function threadMetrics(threads: ThreadTrace, tickNs: number): ThreadMetrics {
  const { table, endTicks, counters, spans, rows, waits, holds, wakes, ready } = threads;
  const ns = (ticks: number): number => nanoseconds(ticks, tickNs);
  const endNs = ns(endTicks);
  const cores = threads.cores.names.map((name, core) => ({ name, ...coreUse(threads, [core]) }));
  const objects = usedObjects(threads);
  const heaps = heapMetrics(threads, ns);
  const notKept = { rows: rows.dropped, waits: waits.dropped, criticalSections: holds.dropped, timesWithoutCore: ready.dropped, wakeUps: wakes.dropped };
  return {
    policy: threads.policy, endNs,
    counts: {
      threads: table.length, ended: table.endTicks.reduce((sum, end) => sum + (Number.isNaN(end) ? 0 : 1), 0), switches: total(table.switches), migrations: total(table.migrations),
      preemptions: threads.preemptions, wakeUps: wakes.length + wakes.dropped,
    },
    utilization: coreUse(threads, [...threads.cores.names.keys()]), cores,
    groups: groupMetrics(threads, ns),
    objects: objectMetrics(threads, objects.slice(0, mostObjects), ns), objectCount: objects.length,
    ...(heaps && { heaps }),
    counters: counters.names.map((name, counter) => {
      const count = counters.marks[counter]!;
      return { name, count, perSecond: endNs > 0 ? tidy((count / endNs) * 1e9) : 0, ...(count > 0 && { firstNs: ns(counters.firstTicks[counter]!), lastNs: ns(counters.lastTicks[counter]!) }) };
    }),
    spans: spans.names.map((name, span) => ({ name, ...durations(spans.durations, span, ns) })),
    findings: findingMetrics(threads),
    ...(Object.values(notKept).some((count) => count > 0) && { notKept }),
  };
}

/** What these cores did with their time, together. */
function coreUse({ cores, endTicks }: ThreadTrace, ids: readonly number[]): Utilization {
  const whole = ids.length * endTicks;
  const share = (of: (core: number) => number): number => (whole > 0 ? Math.round((ids.reduce((sum, core) => sum + of(core), 0) / whole) * 1e9) / 1e9 : 0);
  const use = (kind: Use) => (core: number): number => cores.useTicks[core * USE_COUNT + kind]!;
  const stalled = share((core) => cores.stalledTicks[core]!);
  const busy = { compute: tidy(share(use(Use.compute)) - stalled), stalled, sync: share(use(Use.sync)), spin: share(use(Use.spin)), switch: share(use(Use.switching)) };
  // What is left, so that rounding does not show.
  return { ...busy, idle: Math.max(0, tidy(1 - Object.values(busy).reduce((sum, part) => sum + part, 0))) };
}

function groupMetrics({ groups, table, cores, endTicks, responses, misses }: ThreadTrace, ns: (ticks: number) => number): GroupMetrics[] {
  const sums = groups.map(() => ({ threads: 0, ended: 0, ran: 0, ready: 0, life: 0, switches: 0, migrations: 0 }));
  for (let thread = 0; thread < table.length; thread++) {
    const sum = sums[table.group[thread]!]!;
    const born = table.bornTicks[thread]!;
    const end = table.endTicks[thread]!;
    sum.threads++;
    if (!Number.isNaN(end)) sum.ended++;
    if (!Number.isNaN(born)) sum.life += (Number.isNaN(end) ? endTicks : end) - born;
    sum.ran += table.ranTicks[thread]!;
    sum.ready += table.readyTicks[thread]!;
    sum.switches += table.switches[thread]!;
    sum.migrations += table.migrations[thread]!;
  }
  return groups.map(({ name, program, periodTicks }, group) => {
    const { threads, ended, ran, ready, life, switches, migrations } = sums[group]!;
    const whole = cores.names.length * endTicks;
    return {
      name, program, threads, ended, ranNs: ns(ran), share: whole > 0 ? Math.round((ran / whole) * 1e9) / 1e9 : 0, readyNs: ns(ready), blockedNs: ns(Math.max(0, life - ran - ready)), switches, migrations,
      ...(periodTicks < Infinity && { responses: durations(responses, group, ns), deadlineMisses: misses[group]! }),
    };
  });
}

/** Those that anybody got or waited for, the longest waited for first. */
function usedObjects({ objects, waits }: ThreadTrace): number[] {
  const { taken, waits: { count, sum } } = objects;
  const open = new Set<number>();
  for (let i = waits.length - 1; i >= 0 && Number.isNaN(waits.end[i]!); i--) open.add(waits.object[i]!);
  const used = [...taken.keys()].filter((object) => taken[object]! > 0 || count[object]! > 0 || open.has(object));
  return used.sort((a, b) => sum[b]! - sum[a]! || Number(open.has(b)) - Number(open.has(a)) || taken[b]! - taken[a]! || a - b);
}

function objectMetrics(threads: ThreadTrace, ids: readonly number[], ns: (ticks: number) => number): ObjectMetrics[] {
  const { objects, waits } = threads;
  const names = new ThreadNames(threads);
  const waiting = new Map<number, number>();
  for (let i = waits.length - 1; i >= 0 && Number.isNaN(waits.end[i]!); i--) waiting.set(waits.object[i]!, (waiting.get(waits.object[i]!) ?? 0) + 1);
  return ids.map((object) => {
    const { kind, design } = objects.groups[names.objectGroup(object)]!;
    const acquisitions = objects.taken[object]!;
    const contended = objects.contended[object]!;
    const longest = objects.longestWaiter[object]!;
    const some = (columns: DurationColumns): Durations | undefined => (columns.count[object]! > 0 ? durations(columns, object, ns) : undefined);
    const [wait, hold, stay] = [some(objects.waits), some(objects.holds), some(objects.stays)];
    return {
      name: names.object(object), kind, ...(design !== "" && { design }), acquisitions, contended, contendedShare: acquisitions > 0 ? Math.round(Math.min(1, contended / acquisitions) * 1e9) / 1e9 : 0,
      ...(wait && { wait }), ...(hold && { hold }), ...(stay && { stay }), handOffs: objects.handOffs[object]!,
      ...(longest >= 0 && wait && { longestWaiter: { thread: names.thread(longest), ns: wait.maxNs } }),
      ...(waiting.has(object) && { waiting: waiting.get(object)! }),
    };
  });
}

function durations({ count, sum, smallest, largest, p50, p90, p99 }: DurationColumns, at: number, ns: (ticks: number) => number): Durations {
  return {
    count: count[at]!, totalNs: ns(sum[at]!), meanNs: count[at]! > 0 ? tidy(ns(sum[at]!) / count[at]!) : 0, p50Ns: ns(p50[at]!), p90Ns: ns(p90[at]!), p99Ns: ns(p99[at]!),
    minNs: ns(smallest[at]!), maxNs: ns(largest[at]!),
  };
}

function total(column: Uint32Array): number {
  return column.reduce((sum, value) => sum + value, 0);
}
