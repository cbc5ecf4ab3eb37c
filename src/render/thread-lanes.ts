import { counted, formatPercent } from "../base/units.ts";
import { USE_COUNT } from "../core/threads/core-table.ts";
import type { ThreadTrace } from "../core/threads/thread-trace.ts";
import type { ThreadNames } from "../trace/threads/thread-names.ts";
import type { LaneInit, LanePlan } from "./lane-plan.ts";
import { cleanText } from "./text.ts";

/** Threads with a lane of their own at most; of more, the threads of each group share one. */
const maxThreadLanes = 24;
const maxGroupLanes = 12;
/** Objects shown at most: those waited for longest. */
const maxObjects = 6;

/** Heights in pixels. */
const threadHeight = 12;
const summaryHeight = 36;
const holdHeight = 14;
const areaHeight = 16;

/** Lanes of an object: its critical sections, where it is a lock, and how many wait for it. */
export interface ObjectLanes {
  readonly object: number;
  /** -1 = it is no lock. */
  readonly holds: number;
  readonly waiting: number;
}

/** Where the threads of a run are drawn. */
export interface ThreadLanes {
  readonly laneOfCore: Int32Array;
  /** -1 = not shown. */
  readonly laneOfThread: Int32Array;
  readonly objects: readonly ObjectLanes[];
  /** Cores that share a summary lane; and objects that were waited for and are not shown. */
  readonly summarisedCores: number;
  readonly hiddenObjects: number;
}

/** Adds lanes of cores, of threads, and of what threads waited for. */
export function addThreadLanes(plan: LanePlan, threads: ThreadTrace, names: ThreadNames, lastTick: number, maxLanes: number): ThreadLanes {
  const cores = addCores(plan, threads, maxLanes);
  const laneOfThread = addThreads(plan, threads);
  return { ...cores, laneOfThread, ...addObjects(plan, threads, names, lastTick) };
}

function addCores(plan: LanePlan, { cores, endTicks }: ThreadTrace, maxLanes: number): Pick<ThreadLanes, "laneOfCore" | "summarisedCores"> {
  const count = cores.names.length;
  const busy = cores.names.map((_, core) => {
    let ticks = 0;
    for (let use = 0; use < USE_COUNT; use++) ticks += cores.useTicks[core * USE_COUNT + use]!;
    return endTicks > 0 ? Math.min(1, ticks / endTicks) : 0;
  });
  const shown = count <= maxLanes ? count : maxLanes - 1;
  const height = Math.max(12, Math.min(26, Math.floor(300 / shown)));
  const laneOfCore = new Int32Array(count);
  if (plan.groups.length > 0) plan.heading("Threads on cores");
  // Cores that are called alike are one group: core[0], core[1] …
  const families: { name: string; cores: number[] }[] = [];
  for (let core = 0; core < shown; core++) {
    const name = cores.names[core]!.replace(/\[\d+\]$|\.\d+$|\d+$/, "");
    const last = families.at(-1);
    if (last?.name === name) last.cores.push(core);
    else families.push({ name, cores: [core] });
  }
  for (const { name, cores: members } of families) {
    const share = members.reduce((sum, core) => sum + busy[core]!, 0) / members.length;
    const lanes: LaneInit[] = members.map((core) => ({ height, label: members.length > 1 ? cores.names[core]!.slice(name.length).replace(/^[[.]|\]$/g, "") : "", share: busy[core]!, kind: "slot", capacity: 1 }));
    const first = plan.group({ kind: "cores", name: cleanText(members.length > 1 ? `${name}s` : cores.names[members[0]!]!), detail: members.length > 1 && name !== "core" ? counted(members.length, "core") : "", share, tooltip: `${counted(members.length, "core")}, ${cleanText(name)}: busy ${formatPercent(share)}` }, lanes, 14);
    members.forEach((core, i) => { laneOfCore[core] = first + i; });
  }
  if (shown < count) {
    const rest = busy.slice(shown);
    const share = rest.reduce((sum, each) => sum + each, 0) / rest.length;
    const lane = plan.group({ kind: "cores", name: `${rest.length} more cores`, detail: "", share, tooltip: `${rest.length} more cores: busy ${formatPercent(share)}` }, [{ height: 30, label: "", share, kind: "summary", capacity: rest.length }], 30);
    laneOfCore.fill(lane, shown);
  }
  return { laneOfCore, summarisedCores: count - shown };
}

function addThreads(plan: LanePlan, { groups, table, endTicks }: ThreadTrace): Int32Array {
  const laneOfThread = new Int32Array(table.length).fill(-1);
  const members = groups.map((): number[] => []);
  for (let thread = 0; thread < table.length; thread++) members[table.group[thread]!]!.push(thread);
  const used = [...groups.keys()].filter((group) => members[group]!.length > 0);
  plan.heading("Threads");
  const own = table.length <= maxThreadLanes;
  for (const group of own ? used : used.slice(0, maxGroupLanes)) {
    const ids = members[group]!;
    const shares = ids.map((thread) => (endTicks > 0 ? Math.min(1, table.ranTicks[thread]! / endTicks) : 0));
    const share = shares.reduce((sum, each) => sum + each, 0) / ids.length;
    const name = cleanText(groups[group]!.name);
    const lanes: LaneInit[] = own
      ? ids.map((thread, i) => ({ height: threadHeight, label: ids.length > 1 ? String(table.number[thread]) : "", share: shares[i]!, kind: "slot", capacity: 1 }))
      : [{ height: summaryHeight, label: "", share, kind: "summary", capacity: ids.length }];
    const first = plan.group({ kind: "threads", name, detail: ids.length > 1 ? `${ids.length} threads` : "", share, tooltip: `${name}: on cores ${formatPercent(share)} of the time` }, lanes, 14);
    ids.forEach((thread, i) => { laneOfThread[thread] = own ? first + i : first; });
  }
  return laneOfThread;
}

function addObjects(plan: LanePlan, threads: ThreadTrace, names: ThreadNames, lastTick: number): Pick<ThreadLanes, "objects" | "hiddenObjects"> {
  const { objects: { groups, waits: waited }, waits } = threads;
  const ticks = waited.sum.slice();
  for (let i = waits.length - 1; i >= 0 && Number.isNaN(waits.end[i]!); i--) ticks[waits.object[i]!]! += lastTick - waits.start[i]!;
  const wanted = [...ticks.keys()].filter((object) => ticks[object]! > 0).sort((a, b) => ticks[b]! - ticks[a]! || a - b);
  const shown = wanted.slice(0, maxObjects);
  if (shown.length === 0) return { objects: [], hiddenObjects: 0 };
  plan.heading("Waited for");
  const objects = shown.map((object): ObjectLanes => {
    const { kind } = groups[names.objectGroup(object)]!;
    const isLock = kind === "mutex" || kind === "rw-lock";
    const share = heldShare(threads, object);
    const peak = mostAtOnce(threads.waits, object, lastTick);
    const name = cleanText(names.object(object));
    const lanes: LaneInit[] = [
      ...(isLock ? [{ height: holdHeight, label: "held", share, kind: kind === "mutex" ? ("slot" as const) : ("summary" as const), capacity: kind === "mutex" ? 1 : Math.max(1, mostAtOnce(threads.holds, object, lastTick)) }] : []),
      { height: areaHeight, label: `≤ ${peak} wait`, share: 0, kind: "area", capacity: Math.max(1, peak) },
    ];
    const first = plan.group({ kind: "object", name, detail: "", share, tooltip: `${name}, ${kind}: up to ${peak} waited at one time` }, lanes, 14);
    return { object, holds: isLock ? first : -1, waiting: first + lanes.length - 1 };
  });
  return { objects, hiddenObjects: wanted.length - shown.length };
}

/** Share of the time in which the lock was held; of a shared one, by how many on average, but no more than 1. */
function heldShare({ objects, holds, endTicks }: ThreadTrace, object: number): number {
  let ticks = objects.holds.sum[object]!;
  for (let i = holds.length - 1; i >= 0 && Number.isNaN(holds.end[i]!); i--) if (holds.object[i] === object) ticks += endTicks - holds.start[i]!;
  return endTicks > 0 ? Math.min(1, ticks / endTicks) : 0;
}

function mostAtOnce(log: ThreadTrace["waits"], object: number, lastTick: number): number {
  return steps(log, object, lastTick).reduce((most, [, level]) => Math.max(most, level), 0);
}

/** How many of the intervals of an object there are at one time: times and levels, each from then on. */
export function steps(log: ThreadTrace["waits"], object: number, lastTick: number): [ticks: number, level: number][] {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let i = 0; i < log.length; i++) {
    if (log.object[i] !== object) continue;
    starts.push(log.start[i]!);
    ends.push(Number.isNaN(log.end[i]!) ? lastTick : log.end[i]!);
  }
  const begin = Float64Array.from(starts).sort();
  const end = Float64Array.from(ends).sort();
  const result: [number, number][] = [];
  for (let b = 0, e = 0; b < begin.length || e < end.length; ) {
    const now = b < begin.length && begin[b]! < end[e]! ? begin[b]! : end[e]!;
    while (e < end.length && end[e]! === now) e++;
    while (b < begin.length && begin[b]! === now) b++;
    result.push([now, b - e]);
  }
  return result;
}
