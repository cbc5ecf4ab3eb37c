import { formatBytes, formatNs } from "../base/units.ts";
import type { ThreadTrace } from "../core/threads/thread-trace.ts";
import type { Trace } from "../core/trace.ts";
import { ThreadNames } from "../trace/threads/thread-names.ts";
import type { TimeScale } from "./lane-ink.ts";
import type { LanePlan } from "./lane-plan.ts";
import type { AreaMark } from "./marks.ts";
import { cleanText } from "./text.ts";
import { steps, type ThreadLanes } from "./thread-lanes.ts";

const memoryHeight = 40;
/** Memories shown at most: those that filled most. */
const maxMemories = 8;

/** A quantity over time in a lane: levels in order of time, each from its time on, as parts of what fills the lane. */
export interface StepArea {
  readonly lane: number;
  readonly kind: AreaMark["kind"];
  readonly ticks: ArrayLike<number>;
  readonly levels: ArrayLike<number>;
  readonly most: number;
  readonly tooltip: string;
}

/** How many threads wait for each object that has lanes. */
export function waitingAreas(threads: ThreadTrace, { objects }: ThreadLanes, plan: LanePlan, lastTick: number): StepArea[] {
  return objects.map(({ object, waiting }) => {
    const levels = steps(threads.waits, object, lastTick);
    const { capacity, group } = plan.lanes[waiting]!;
    return { lane: waiting, kind: "waiters", ticks: levels.map(([ticks]) => ticks), levels: levels.map(([, level]) => level), most: capacity, tooltip: `threads that wait for ${plan.groups[group]!.name}: up to ${capacity}` };
  });
}

/** A memory or a heap as its allocator filled it. */
interface FilledMemory {
  readonly name: string;
  readonly allocator: string;
  readonly ticks: Float64Array;
  readonly liveBytes: Float64Array;
  readonly reservedBytes: Float64Array;
  readonly peakLiveBytes: number;
  readonly peakTicks: number;
}

function* filledMemories({ memory, instance, threads }: Trace): Iterable<FilledMemory> {
  for (const { memory: id, allocator, ticks, liveBytes, reservedBytes, peak } of memory ?? []) {
    if (peak >= 0) yield { name: instance.memoryNames[id] ?? `memory ${id}`, allocator, ticks, liveBytes, reservedBytes, peakLiveBytes: liveBytes[peak]!, peakTicks: ticks[peak]! };
  }
  if (threads === undefined) return;
  const names = new ThreadNames(threads);
  const { log, ...heaps } = threads.heaps;
  for (let heap = 0, from = 0; heap < heaps.length; heap++) {
    let to = from;
    while (to < log.length && log.heap[to] === heap) to++;
    const object = heaps.object[heap]!;
    if (heaps.peakLiveBytes[heap]! > 0) {
      yield {
        name: names.object(object), allocator: threads.objects.groups[names.objectGroup(object)]!.design, ticks: log.at.subarray(from, to), liveBytes: log.liveBytes.subarray(from, to),
        reservedBytes: log.reservedBytes.subarray(from, to), peakLiveBytes: heaps.peakLiveBytes[heap]!, peakTicks: heaps.peakTicks[heap]!,
      };
    }
    from = to;
  }
}

/** Adds a lane for each memory and heap that an allocator filled: what was reserved, and in front of it what was live. */
export function addMemoryLanes(plan: LanePlan, trace: Trace): StepArea[] {
  const filled = [...filledMemories(trace)].sort((a, b) => b.peakLiveBytes - a.peakLiveBytes).slice(0, maxMemories);
  if (filled.length > 0) plan.heading("Memory over time");
  return filled.flatMap(({ name: given, ticks, liveBytes, reservedBytes, peakLiveBytes, peakTicks, allocator }): StepArea[] => {
    const most = reservedBytes.reduce((high, bytes) => Math.max(high, bytes), peakLiveBytes);
    const name = cleanText(given);
    const tooltip = `${name}${allocator === "" ? "" : `, ${allocator}`}: live up to ${formatBytes(peakLiveBytes)} at ${formatNs(peakTicks * trace.instance.tickNs)}, reserved up to ${formatBytes(most)}`;
    const lane = plan.group({ kind: "memory", name, detail: `≤ ${formatBytes(most)}`, share: 0, tooltip }, [{ height: memoryHeight, label: "", share: 0, kind: "area", capacity: 1 }]);
    return [
      { lane, kind: "reserved", ticks, levels: reservedBytes, most, tooltip },
      { lane, kind: "live", ticks, levels: liveBytes, most, tooltip },
    ];
  });
}

/** The areas in pixels: of each column the highest level in it. */
export function placeAreas(areas: readonly StepArea[], { x0, x1, pxPerTick }: TimeScale): AreaMark[] {
  return areas.map(({ lane, kind, ticks, levels, most, tooltip }) => {
    const share = new Float32Array(Math.max(1, Math.ceil(x1 - x0)));
    const column = (at: number): number => Math.min(share.length - 1, Math.floor(at * pxPerTick));
    for (let i = 0; i < ticks.length; i++) {
      const level = most > 0 ? levels[i]! / most : 0;
      if (level === 0) continue;
      const last = i + 1 < ticks.length ? Math.max(column(ticks[i]!), Math.ceil(ticks[i + 1]! * pxPerTick) - 1) : share.length - 1;
      for (let c = column(ticks[i]!); c <= Math.min(last, share.length - 1); c++) share[c] = Math.max(share[c]!, level);
    }
    return { lane, kind, share, tooltip };
  });
}
