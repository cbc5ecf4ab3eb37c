import { Use } from "../../core/threads/thread-table.ts";
import type { ThreadTrace } from "../../core/threads/thread-trace.ts";
import type { ChromeEvent } from "../chrome-trace.ts";
import { ThreadNames } from "./thread-names.ts";

/** Of longer runs only the longest spans of each sort are shown. */
const mostSpans = 100_000;
/** More wake-ups get no arrows: viewers would drown in them. */
const mostArrows = 5000;

const uses: Readonly<Record<number, string>> = { [Use.compute]: "compute", [Use.sync]: "synchronize", [Use.spin]: "spin", [Use.switching]: "switch" };

/**
 * Threads for Perfetto and chrome://tracing: a process of cores with the threads on them, one of threads with what each
 * did and waited for, one of locks with who held them, and arrows for wake-ups where they are few.
 * @param firstPid process number of the cores; threads and locks take the two after it
 * @param us microseconds of a number of ticks
 */
export function* threadEvents(threads: ThreadTrace, firstPid: number, us: (ticks: number) => number): Iterable<ChromeEvent> {
  const names = new ThreadNames(threads);
  const { rows, waits, holds, wakes, cores, table, endTicks } = threads;
  const [corePid, threadPid, lockPid] = [firstPid, firstPid + 1, firstPid + 2];
  const span = (pid: number, track: number, name: string, cat: string, start: number, end: number): ChromeEvent => ({ name, cat, ph: "X", pid, tid: track + 1, ts: us(start), dur: us(end - start) });

  yield* processNamed(corePid, "cores", cores.names);
  yield* processNamed(threadPid, "threads", Array.from({ length: table.length }, (_, thread) => names.thread(thread)));
  for (const row of longest(rows, endTicks)) {
    const use = uses[rows.use[row]!]!;
    const thread = rows.thread[row]!;
    const name = names.thread(thread);
    yield span(corePid, rows.core[row]!, rows.use[row] === Use.compute ? name : `${name}: ${use}`, use, rows.start[row]!, rows.end[row]!);
    yield span(threadPid, thread, use, use, rows.start[row]!, rows.end[row]!);
  }
  for (const wait of longest(waits, endTicks)) {
    // Who spins is on its core meanwhile, which is shown.
    if (waits.kind[wait] === 1) yield span(threadPid, waits.thread[wait]!, `wait for ${names.object(waits.object[wait]!)}`, "wait", waits.start[wait]!, endOf(waits.end[wait]!, endTicks));
  }
  const locks = [...new Set(holds.object)].sort((a, b) => a - b);
  const trackOf = new Map(locks.map((object, i) => [object, i]));
  if (locks.length > 0) yield* processNamed(lockPid, "locks", locks.map((object) => names.object(object)));
  for (const hold of longest(holds, endTicks)) yield span(lockPid, trackOf.get(holds.object[hold]!)!, names.thread(holds.thread[hold]!), "critical section", holds.start[hold]!, endOf(holds.end[hold]!, endTicks));

  if (wakes.length + wakes.dropped > mostArrows) return;
  for (let i = 0; i < wakes.length; i++) {
    if (wakes.by[i]! < 0) continue;
    const arrow = { name: "wake-up", cat: "wake-up", id: i + 1, ts: us(wakes.at[i]!) };
    yield { ...arrow, ph: "s", pid: threadPid, tid: wakes.by[i]! + 1 };
    yield { ...arrow, ph: "f", bp: "e", pid: threadPid, tid: wakes.thread[i]! + 1 };
  }
}

function* processNamed(pid: number, name: string, tracks: readonly string[]): Iterable<ChromeEvent> {
  yield { name: "process_name", ph: "M", pid, tid: 0, args: { name } };
  yield { name: "process_sort_index", ph: "M", pid, tid: 0, args: { sort_index: pid } };
  for (const [i, track] of tracks.entries()) yield { name: "thread_name", ph: "M", pid, tid: i + 1, args: { name: track } };
}

/** All of them, or the longest where there are too many, in their order. */
function* longest({ length, start, end }: { readonly length: number; readonly start: Float64Array; readonly end: Float64Array }, endTicks: number): Iterable<number> {
  const lengths = Float64Array.from({ length }, (_, i) => endOf(end[i]!, endTicks) - start[i]!);
  const shortest = length > mostSpans ? lengths.slice().sort()[length - mostSpans]! : 0;
  for (let i = 0, left = mostSpans; i < length && left > 0; i++) {
    if (lengths[i]! < shortest) continue;
    left--;
    yield i;
  }
}

/** What goes on ends with the run. */
function endOf(end: number, endTicks: number): number {
  return Number.isNaN(end) ? endTicks : end;
}
