import type { ThreadTrace } from "../../core/threads/thread-trace.ts";
import { nanoseconds } from "../nanoseconds.ts";
import { tidy } from "../tidy.ts";
import { ThreadNames } from "../threads/thread-names.ts";

/** Objects of which the story tells, and critical sections of each. */
const mostWaits = 5;
const mostSections = 3;

/** What became of the time of threads. Times in nanoseconds; shares are of all threads' lives together, in [0, 1]. */
export interface ThreadStory {
  /** Sum of all lives, from the first moment to the end. */
  readonly lifeNs: number;
  /** On cores, spinning included; able to run, and without a core; asleep. These add up to 1. */
  readonly onCores: number;
  readonly withoutCore: number;
  readonly asleep: number;
  /** In line for a lock, a barrier, a queue …, whether spinning, going to sleep, asleep or on the way back to a core. */
  readonly inLine: number;
  /** What they stood in line for, the most first. */
  readonly waits: readonly WaitStory[];
}

/** What threads stood in line for. */
export interface WaitStory {
  readonly name: string;
  readonly kind: string;
  readonly design?: string;
  /** Of all waits for it, those that went on at the end included. */
  readonly ns: number;
  readonly share: number;
  readonly count: number;
  readonly longestNs: number;
  /** Of a lock: share of the run's time in which it was held. Near 1, it decides how long the run takes. */
  readonly heldShare?: number;
  /** Of a lock: its longest critical sections. */
  readonly sections?: readonly { readonly thread: string; readonly startNs: number; readonly ns: number }[];
}

/**
 * What threads did with their lives, and what they waited for most.
 * @param tickNs nanoseconds of a tick
 */
export function threadStory(threads: ThreadTrace, tickNs: number): ThreadStory {
  const { table, waits, holds, objects, endTicks } = threads;
  const ns = (ticks: number): number => nanoseconds(ticks, tickNs);
  let life = 0;
  let ran = 0;
  let ready = 0;
  for (let thread = 0; thread < table.length; thread++) {
    const [born, end] = [table.bornTicks[thread]!, table.endTicks[thread]!];
    if (!Number.isNaN(born)) life += (Number.isNaN(end) ? endTicks : end) - born;
    ran += table.ranTicks[thread]!;
    ready += table.readyTicks[thread]!;
  }
  const share = (ticks: number): number => (life > 0 ? tidy(Math.max(0, Math.min(1, ticks / life))) : 0);
  const names = new ThreadNames(threads);
  const waited = Float64Array.from(objects.waits.sum);
  const count = Float64Array.from(objects.waits.count);
  const longest = objects.waits.largest.map((ticks, object) => (objects.waits.count[object]! > 0 ? ticks : 0));
  for (let i = 0; i < waits.length; i++) {
    if (!Number.isNaN(waits.end[i]!)) continue;
    const length = endTicks - waits.start[i]!;
    const object = waits.object[i]!;
    waited[object]! += length;
    count[object]!++;
    longest[object] = Math.max(longest[object]!, length);
  }
  const most = [...waited.keys()].filter((object) => waited[object]! > 0).sort((a, b) => waited[b]! - waited[a]! || a - b).slice(0, mostWaits);
  const sections = longestSections(holds, new Set(most));
  return {
    lifeNs: ns(life), onCores: share(ran), withoutCore: share(ready), asleep: share(life - ran - ready), inLine: share(waited.reduce((sum, ticks) => sum + ticks, 0)),
    waits: most.map((object): WaitStory => {
      const { kind, design } = objects.groups[names.objectGroup(object)]!;
      const held = objects.holds.sum[object]!;
      return {
        name: names.object(object), kind, ...(design !== "" && { design }), ns: ns(waited[object]!), share: share(waited[object]!), count: count[object]!, longestNs: ns(longest[object]!),
        ...(kind === "mutex" && objects.holds.count[object]! > 0 && {
          heldShare: endTicks > 0 ? tidy(Math.min(1, held / endTicks)) : 0,
          sections: (sections.get(object) ?? []).map((i) => ({ thread: names.thread(holds.thread[i]!), startNs: ns(holds.start[i]!), ns: ns(holds.end[i]! - holds.start[i]!) })),
        }),
      };
    }),
  };
}

/** By object, its longest critical sections, the longest first. */
function longestSections({ length, object, start, end }: ThreadTrace["holds"], wanted: ReadonlySet<number>): Map<number, number[]> {
  const found = new Map<number, number[]>();
  const size = (i: number): number => end[i]! - start[i]!;
  for (let i = 0; i < length; i++) {
    if (Number.isNaN(end[i]!) || !wanted.has(object[i]!)) continue;
    const list = found.get(object[i]!) ?? [];
    const at = list.findIndex((other) => size(other) < size(i));
    if (at < 0 && list.length === mostSections) continue;
    list.splice(at < 0 ? list.length : at, 0, i);
    if (list.length > mostSections) list.pop();
    found.set(object[i]!, list);
  }
  return found;
}
