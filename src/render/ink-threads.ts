import { groupBy, type Csr } from "../base/csr.ts";
import { Use } from "../core/threads/thread-table.ts";
import type { IntervalColumns, ThreadTrace } from "../core/threads/thread-trace.ts";
import { LaneSpans, type LaneInk } from "./lane-ink.ts";
import { Style, type LaneMark } from "./marks.ts";
import type { ThreadLanes } from "./thread-lanes.ts";
import type { ThreadStyles } from "./thread-styles.ts";

/**
 * Draws what cores and threads did, and the critical sections of locks. A thread has its colour while it computes, on
 * its core as in its own lane, and while it holds a lock. Subjects of spans are rows in lanes of cores and threads (of
 * waits: waits, of times without a core: those), and critical sections in lanes of locks. What goes on is drawn to `lastTick`, the end of the picture.
 */
export function inkThreads(ink: LaneInk, threads: ThreadTrace, { laneOfCore, laneOfThread, objects }: ThreadLanes, { styleOf }: ThreadStyles, lanes: readonly LaneMark[], lastTick: number): void {
  const { rows, table, cores } = threads;
  const styles = Uint8Array.from({ length: 4 });
  styles[Use.sync] = Style.sync;
  styles[Use.spin] = Style.spin;
  styles[Use.switching] = Style.switching;
  const styleOfRow = (row: number): number => (rows.use[row] === Use.compute ? styleOf[rows.thread[row]!]! : styles[rows.use[row]!]!);

  const byCore = groupBy(cores.names.length, rows.core);
  for (let core = 0; core < cores.names.length; core++) {
    const lane = laneOfCore[core]!;
    const { kind, capacity } = lanes[lane]!;
    const spans = new LaneSpans();
    for (let i = byCore.start[core]!; i < byCore.start[core + 1]!; i++) {
      const row = byCore.item[i]!;
      if (kind === "summary") ink.fill(lane, styleOfRow(row), rows.start[row]!, rows.end[row]!, 1 / capacity);
      else spans.push(rows.start[row]!, rows.end[row]!, styleOfRow(row), row);
    }
    if (kind !== "summary") ink.lane(lane, spans);
  }

  const byThread = groupBy(table.length, rows.thread, (row) => laneOfThread[rows.thread[row]!]! >= 0);
  const waitsOf = groupBy(table.length, threads.waits.thread, (wait) => laneOfThread[threads.waits.thread[wait]!]! >= 0);
  const readyOf = groupBy(table.length, threads.ready.thread, (time) => laneOfThread[threads.ready.thread[time]!]! >= 0);
  for (let thread = 0; thread < table.length; thread++) {
    const lane = laneOfThread[thread]!;
    if (lane < 0) continue;
    const { kind, capacity } = lanes[lane]!;
    const spans = threadSpans(threads, { rows: part(byThread, thread), waits: part(waitsOf, thread), ready: part(readyOf, thread) }, styleOfRow, lastTick);
    if (kind !== "summary") ink.lane(lane, spans);
    else for (let i = 0; i < spans.start.length; i++) ink.fill(lane, spans.style.get(i), spans.start.get(i), spans.end.get(i), 1 / capacity);
  }
  for (const { object, holds } of objects) if (holds >= 0) inkHolds(ink, threads, object, holds, styleOf, lanes, lastTick);
}

function part({ start, item }: Csr, key: number): Uint32Array {
  return item.subarray(start[key], start[key + 1]);
}

/** What is one thread's, each in order of time. */
interface OwnRecords {
  readonly rows: Uint32Array;
  readonly waits: Uint32Array;
  readonly ready: Uint32Array;
}

/** What a thread did, and in the gaps between: that it had no core, or what it waited for. */
function threadSpans({ rows, waits, ready }: ThreadTrace, mine: OwnRecords, styleOfRow: (row: number) => number, lastTick: number): LaneSpans {
  const spans = new LaneSpans();
  const waited = new Cursor(waits, mine.waits, lastTick);
  const unserved = new Cursor(ready, mine.ready, lastTick);
  const wait = (from: number, to: number): void => waited.each(from, to, (start, end, id) => spans.push(start, end, Style.waiting, id));
  const gap = (from: number, to: number): void => {
    let free = from;
    unserved.each(from, to, (start, end, id) => {
      wait(free, start);
      spans.push(start, end, Style.ready, id);
      free = end;
    });
    wait(free, to);
  };
  let free = 0;
  for (const row of mine.rows) {
    gap(free, rows.start[row]!);
    spans.push(rows.start[row]!, rows.end[row]!, styleOfRow(row), row);
    free = rows.end[row]!;
  }
  gap(free, lastTick);
  return spans;
}

/** Goes through intervals of one thread, which do not overlap, in order of time. */
class Cursor {
  readonly #log: IntervalColumns;
  readonly #ids: Uint32Array;
  readonly #lastTick: number;
  #next = 0;

  constructor(log: IntervalColumns, ids: Uint32Array, lastTick: number) {
    this.#log = log;
    this.#ids = ids;
    this.#lastTick = lastTick;
  }

  /** Tells the parts of the intervals that lie between two times; those times never go back from call to call. */
  each(from: number, to: number, tell: (start: number, end: number, id: number) => void): void {
    for (; this.#next < this.#ids.length; this.#next++) {
      const id = this.#ids[this.#next]!;
      const end = Number.isNaN(this.#log.end[id]!) ? this.#lastTick : this.#log.end[id]!;
      const start = Math.max(from, this.#log.start[id]!);
      if (start < Math.min(to, end)) tell(start, Math.min(to, end), id);
      if (end > to) return;
    }
  }
}

function inkHolds(ink: LaneInk, { holds }: ThreadTrace, object: number, lane: number, styleOf: Uint8Array, lanes: readonly LaneMark[], lastTick: number): void {
  const { kind, capacity } = lanes[lane]!;
  const spans = new LaneSpans();
  for (let i = 0; i < holds.length; i++) {
    if (holds.object[i] !== object) continue;
    const end = Number.isNaN(holds.end[i]!) ? lastTick : holds.end[i]!;
    const style = styleOf[holds.thread[i]!]!;
    if (kind === "summary") ink.fill(lane, style, holds.start[i]!, end, (holds.kind[i] === 1 ? 1 : capacity) / capacity);
    else if (end > holds.start[i]!) spans.push(holds.start[i]!, end, style, i);
  }
  if (kind !== "summary") ink.lane(lane, spans);
}
