import { InputError } from "../base/errors.ts";
import type { Trace } from "../core/trace.ts";
import { criticalPath } from "./critical-path.ts";
import type { PathKind } from "./path-segment.ts";
import { makespanText } from "./makespan-text.ts";
import { nanoseconds } from "./nanoseconds.ts";
import { diffThreads, shareGroup, type ThreadDiff } from "./threads/thread-diff.ts";
import { findingMetrics } from "./threads/thread-findings.ts";
import { tidy } from "./tidy.ts";

/**
 * Why an op took longer or shorter from being ready to its end. `device`: it moved to another device, where it runs
 * for another time. `stretch`: on the same device it ran for another time (contention, noise, other costs).
 * `placement`: the scheduler placed it later or sooner. `data`: its data came later or sooner. `slot`: it waited for its
 * turn for another time.
 */
export type DiffCause = "device" | "stretch" | "placement" | "data" | "slot";

/** One operator in both runs. Times in ns. */
export interface OpChange {
  readonly name: string;
  readonly kind: string;
  readonly deviceBefore: string;
  readonly deviceAfter: string;
  readonly startBeforeNs: number;
  readonly startAfterNs: number;
  readonly endBeforeNs: number;
  readonly endAfterNs: number;
  /** Change of the time from being ready to the end; above 0 = slower. The five parts add up to it. */
  readonly changeNs: number;
  readonly parts: Readonly<Record<DiffCause, number>>;
  /** The part that weighs most in the direction of the change. */
  readonly cause: DiffCause;
}

/** One of the two runs. */
export interface DiffSide {
  readonly scheduler: string;
  readonly sync: string;
  readonly makespanNs: number;
  /** For people, where the run has no makespan: what stopped it before its end, and when. */
  readonly stopped?: string;
}

/** Two runs of a graph, compared. JSON-ready. */
export interface TraceDiff {
  readonly schemaVersion: 1;
  readonly before: DiffSide;
  readonly after: DiffSide;
  /** Absent where one of the runs was stopped before its end. */
  readonly makespanChangeNs?: number;
  /** after / before; absent where before took no time, or one of the runs was stopped before its end. */
  readonly makespanRatio?: number;
  readonly matched: number;
  readonly onlyBefore: number;
  readonly onlyAfter: number;
  /** Operators on another device than before. */
  readonly moved: number;
  /** Where they went, most first. */
  readonly moves: readonly { readonly from: string; readonly to: string; readonly count: number }[];
  /** Sum of each part over all operators, in ns. They overlap in time: they rank causes, and do not add up to the makespan. */
  readonly totals: Readonly<Record<DiffCause, number>>;
  /** What the critical path is made of, in ns: these do add up to the makespans. */
  readonly path: readonly { readonly kind: PathKind; readonly beforeNs: number; readonly afterNs: number }[];
  /** Most slowed down first. */
  readonly slower: readonly OpChange[];
  /** Most sped up first. */
  readonly faster: readonly OpChange[];
  /** Where both runs have threads. */
  readonly threads?: ThreadDiff;
}

const causes = ["device", "stretch", "placement", "data", "slot"] as const;

/**
 * What changed between two runs of the same graph; operators are matched by name (equal names in order).
 * @param top how many operators `slower` and `faster` hold; default 10.
 * @throws {InputError} when the two have neither an operator in common nor a group of threads.
 */
export function diffTraces(before: Trace, after: Trace, top = 10): TraceDiff {
  const matches = matchOps(before, after);
  const bothThreads = before.threads !== undefined && after.threads !== undefined;
  if (matches.length === 0 && !(bothThreads && shareGroup(before.threads, after.threads))) throw nothingInCommon(before, after);
  const totals = { device: 0, stretch: 0, placement: 0, data: 0, slot: 0 };
  const moves = new Map<string, { from: string; to: string; count: number }>();
  const slower = new Top(top);
  const faster = new Top(top);
  let moved = 0;
  const parts = new Float64Array(causes.length);
  for (const [a, b] of matches) {
    const from = deviceOf(before, a);
    const to = deviceOf(after, b);
    if (from !== to) {
      moved++;
      const key = JSON.stringify([from, to]);
      const move = moves.get(key);
      if (move === undefined) moves.set(key, { from, to, count: 1 });
      else move.count++;
    }
    const change = changeParts(before, a, after, b, parts);
    if (Number.isNaN(change)) continue;
    for (const [i, cause] of causes.entries()) totals[cause] += parts[i]!;
    if (change > 0) slower.offer(a, b, change);
    if (change < 0) faster.offer(a, b, -change);
  }
  const [first, second] = [sideOf(before), sideOf(after)];
  const ended = before.complete && after.complete;
  const changes = (list: Top): OpChange[] => list.items.map(({ a, b }) => describe(before, a, after, b));
  return {
    schemaVersion: 1, before: first, after: second, ...(ended && { makespanChangeNs: tidy(second.makespanNs - first.makespanNs) }), ...(ended && first.makespanNs > 0 && { makespanRatio: second.makespanNs / first.makespanNs }),
    matched: matches.length, onlyBefore: before.instance.opCount - matches.length, onlyAfter: after.instance.opCount - matches.length,
    moved, moves: [...moves.values()].sort((a, b) => b.count - a.count),
    totals: { device: tidy(totals.device), stretch: tidy(totals.stretch), placement: tidy(totals.placement), data: tidy(totals.data), slot: tidy(totals.slot) },
    path: pathChange(before, after), slower: changes(slower), faster: changes(faster),
    ...(bothThreads && { threads: diffThreads(before.threads!, before.instance.tickNs, after.threads!, after.instance.tickNs, top) }),
  };
}

function sideOf({ scheduler, sync, complete, makespanTicks, threads, instance: { tickNs } }: Trace): DiffSide {
  const makespanNs = nanoseconds(makespanTicks, tickNs);
  const end = { makespanNs, complete, ...(threads && { threads: { findings: findingMetrics(threads), endNs: nanoseconds(threads.endTicks, tickNs) } }) };
  return { scheduler, sync, makespanNs, ...(!complete && { stopped: makespanText(end) }) };
}

function nothingInCommon(before: Trace, after: Trace): InputError {
  const runs = [before, after];
  const names = [...(runs.some(({ instance }) => instance.opCount > 0) ? ["operator name"] : []), ...(runs.some(({ threads }) => threads !== undefined) ? ["group of threads"] : [])];
  return new InputError({ code: "nothing-in-common", message: `the runs of "${before.instance.name}" and "${after.instance.name}" have no ${names.join(" and no ")} in common`, hint: "compare two runs of the same workload, or of the same programs" });
}

/** Pairs of ids with the same name; of equal names the n-th with the n-th. */
function matchOps(before: Trace, after: Trace): [number, number][] {
  const byName = new Map<string, number[]>();
  for (let op = after.instance.opCount - 1; op >= 0; op--) {
    const name = after.instance.opNames.at(op);
    const ids = byName.get(name);
    if (ids === undefined) byName.set(name, [op]);
    else ids.push(op);
  }
  const matches: [number, number][] = [];
  for (let op = 0; op < before.instance.opCount; op++) {
    const other = byName.get(before.instance.opNames.at(op))?.pop();
    if (other !== undefined) matches.push([op, other]);
  }
  return matches;
}

const nowhere = "nowhere";

function deviceOf({ instance, ops }: Trace, op: number): string {
  return ops.device[op]! >= 0 ? instance.deviceNames[ops.device[op]!]! : nowhere;
}

/** The stations of an op from ready to end, each no earlier than the one before, as durations in ns: placement, data, slot, run. */
function stations({ instance, ops }: Trace, op: number): [number, number, number, number] {
  const ready = ops.readyTicks[op]!;
  const placed = Math.max(ready, ops.placedTicks[op]!);
  const data = Math.max(placed, ops.dataTicks[op]!);
  const start = ops.startTicks[op]!;
  const { tickNs } = instance;
  return [(placed - ready) * tickNs, (data - placed) * tickNs, (start - data) * tickNs, (ops.endTicks[op]! - start) * tickNs];
}

/** Fills `parts` in the order of `causes` and returns their sum; NaN where the op did not end in both. */
function changeParts(before: Trace, a: number, after: Trace, b: number, parts: Float64Array): number {
  const [placementA, dataA, slotA, runA] = stations(before, a);
  const [placementB, dataB, slotB, runB] = stations(after, b);
  const moved = deviceOf(before, a) !== deviceOf(after, b);
  parts[0] = moved ? runB - runA : 0;
  parts[1] = moved ? 0 : runB - runA;
  parts[2] = placementB - placementA;
  parts[3] = dataB - dataA;
  parts[4] = slotB - slotA;
  return parts[0] + parts[1] + parts[2] + parts[3] + parts[4];
}

function describe(before: Trace, a: number, after: Trace, b: number): OpChange {
  const values = new Float64Array(causes.length);
  const change = changeParts(before, a, after, b, values);
  const sign = change < 0 ? -1 : 1;
  const cause = causes.reduce((best, candidate, i) => (sign * values[i]! > sign * values[causes.indexOf(best)]! ? candidate : best));
  const time = ({ instance }: Trace, ticks: number): number => nanoseconds(ticks, instance.tickNs);
  return {
    name: before.instance.opNames.at(a), kind: before.instance.classKinds[before.instance.classOf[a]!]!, deviceBefore: deviceOf(before, a), deviceAfter: deviceOf(after, b),
    startBeforeNs: time(before, before.ops.startTicks[a]!), startAfterNs: time(after, after.ops.startTicks[b]!),
    endBeforeNs: time(before, before.ops.endTicks[a]!), endAfterNs: time(after, after.ops.endTicks[b]!),
    changeNs: tidy(change), parts: { device: tidy(values[0]!), stretch: tidy(values[1]!), placement: tidy(values[2]!), data: tidy(values[3]!), slot: tidy(values[4]!) }, cause,
  };
}

function pathChange(before: Trace, after: Trace): TraceDiff["path"] {
  const sums = new Map<PathKind, [number, number]>();
  for (const [i, trace] of [before, after].entries()) {
    for (const { kind, startTicks, endTicks } of criticalPath(trace)) {
      const sum = sums.get(kind) ?? [0, 0];
      sum[i]! += endTicks - startTicks;
      sums.set(kind, sum);
    }
  }
  return [...sums]
    .map(([kind, [a, b]]) => ({ kind, beforeNs: nanoseconds(a, before.instance.tickNs), afterNs: nanoseconds(b, after.instance.tickNs) }))
    .filter(({ beforeNs, afterNs }) => beforeNs > 0 || afterNs > 0)
    .sort((a, b) => Math.max(b.beforeNs, b.afterNs) - Math.max(a.beforeNs, a.afterNs));
}

/** The `size` largest of many, ties in the order offered. */
class Top {
  readonly items: { readonly a: number; readonly b: number; readonly value: number }[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  offer(a: number, b: number, value: number): void {
    if (this.items.length === this.#size && (this.#size === 0 || value <= this.items[this.#size - 1]!.value)) return;
    const at = this.items.findIndex((item) => item.value < value);
    this.items.splice(at < 0 ? this.items.length : at, 0, { a, b, value });
    if (this.items.length > this.#size) this.items.pop();
  }
}
