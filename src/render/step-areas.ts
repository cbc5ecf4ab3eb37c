import { formatBytes, formatNs } from "../base/units.ts";
import type { ThreadTrace } from "../core/threads/thread-trace.ts";
import type { Trace } from "../core/trace.ts";
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

/** Adds a lane for each memory that an allocator filled: what was reserved, and in front of it what was live. */
export function addMemoryLanes(plan: LanePlan, { memory, instance }: Trace): StepArea[] {
  const filled = (memory ?? []).filter(({ peak }) => peak >= 0).sort((a, b) => b.liveBytes[b.peak]! - a.liveBytes[a.peak]! || a.memory - b.memory).slice(0, maxMemories);
  if (filled.length > 0) plan.heading("Memory over time");
  return filled.flatMap(({ memory: id, ticks, liveBytes, reservedBytes, peak, allocator }): StepArea[] => {
    const most = Math.max(liveBytes[peak]!, reservedBytes.reduce((high, bytes) => Math.max(high, bytes), 0));
    const name = cleanText(instance.memoryNames[id] ?? `memory ${id}`);
    const tooltip = `${name}, ${allocator}: live up to ${formatBytes(liveBytes[peak]!)} at ${formatNs(ticks[peak]! * instance.tickNs)}, reserved up to ${formatBytes(most)}`;
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
