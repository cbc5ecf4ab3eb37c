import { USE_COUNT } from "../core/threads/core-table.ts";
import { Use } from "../core/threads/thread-table.ts";
import type { IntervalColumns, ThreadTrace } from "../core/threads/thread-trace.ts";
import { ThreadNames } from "./threads/thread-names.ts";
import { dustTicks, type VerifyContext } from "./verify-context.ts";

/**
 * Checks what threads did, from the rules alone: a core has one thread at a time and a thread one core; nobody runs
 * before its beginning or after its end, or beyond the end of the run; what cores and threads are said to have spent is
 * what the rows show; nobody waits where it runs, unless it spins; a lock that is one thread's alone is held by one thread
 * at a time, and read by none meanwhile. What a very long run did not keep is not checked.
 */
export function verifyThreads({ trace, report }: VerifyContext): void {
  const { threads } = trace;
  if (threads === undefined) return;
  const check = new ThreadCheck(threads, report);
  check.rows();
  check.lives();
  check.totals();
  check.locks();
  check.waits();
}

class ThreadCheck {
  readonly #threads: ThreadTrace;
  readonly #report: VerifyContext["report"];
  readonly #names: ThreadNames;

  constructor(threads: ThreadTrace, report: VerifyContext["report"]) {
    this.#threads = threads;
    this.#report = report;
    this.#names = new ThreadNames(threads);
  }

  /** One thread at a time on a core, and one core at a time for a thread. */
  rows(): void {
    const { rows, cores, endTicks } = this.#threads;
    for (let row = 0; row < rows.length; row++) {
      const [start, end] = [rows.start[row]!, rows.end[row]!];
      if (!(start >= 0 && start <= end && end <= endTicks + dustTicks)) this.#report("bad-times", () => `${this.#thread(rows.thread[row]!)} is on ${cores.names[rows.core[row]!]} from ${start} to ${end}, and the run ended at ${endTicks}`);
    }
    this.#apart(rows.core, (a, b, core) => `${this.#thread(rows.thread[a]!)} and ${this.#thread(rows.thread[b]!)} are both on ${cores.names[core]} at ${rows.start[b]}`);
    this.#apart(rows.thread, (a, b, thread) => `${this.#thread(thread)} is on ${cores.names[rows.core[a]!]} and on ${cores.names[rows.core[b]!]} at ${rows.start[b]}`);
  }

  /** Rows with the same key must not overlap. */
  #apart(key: Uint32Array, message: (a: number, b: number, key: number) => string): void {
    const { rows } = this.#threads;
    for (const [a, b] of overlaps(rows.length, key, rows.start, rows.end)) this.#report("thread-overlap", () => message(a, b, key[b]!));
  }

  /** Nobody runs before it is there, or after it has ended. */
  lives(): void {
    const { rows, table, endTicks } = this.#threads;
    for (let thread = 0; thread < table.length; thread++) {
      const [born, end] = [table.bornTicks[thread]!, table.endTicks[thread]!];
      const sound = Number.isNaN(end) || (born <= end && end <= endTicks);
      if (!sound) this.#report("thread-life", () => `${this.#thread(thread)} began at ${born} and ended at ${end}, and the run ended at ${endTicks}`);
    }
    for (let row = 0; row < rows.length; row++) {
      const thread = rows.thread[row]!;
      const [born, end] = [table.bornTicks[thread]!, table.endTicks[thread]!];
      if (!(rows.start[row]! >= born)) this.#report("thread-life", () => `${this.#thread(thread)} runs at ${rows.start[row]}, before it began at ${born}`);
      else if (rows.end[row]! > end + dustTicks) this.#report("thread-life", () => `${this.#thread(thread)} runs until ${rows.end[row]}, after its end at ${end}`);
    }
  }

  /** What is said to have been spent is what the rows show. */
  totals(): void {
    const { rows, cores, table, endTicks } = this.#threads;
    if (rows.dropped > 0) return;
    const used = new Float64Array(cores.names.length * USE_COUNT);
    const ran = new Float64Array(table.length);
    for (let row = 0; row < rows.length; row++) {
      const length = rows.end[row]! - rows.start[row]!;
      used[rows.core[row]! * USE_COUNT + rows.use[row]!]! += length;
      ran[rows.thread[row]!]! += length;
    }
    cores.names.forEach((name, core) => {
      let busy = 0;
      for (let use = 0; use < USE_COUNT; use++) {
        const [said, shown] = [cores.useTicks[core * USE_COUNT + use]!, used[core * USE_COUNT + use]!];
        busy += said;
        if (!isEqual(said, shown)) this.#report("busy-time", () => `${name} is said to have spent ${said} ticks ${useText[use]}, and the rows show ${shown}`);
      }
      if (busy > endTicks && !isEqual(busy, endTicks)) this.#report("busy-time", () => `${name} was busy for ${busy} ticks of a run of ${endTicks}`);
      const [stalled, computed] = [cores.stalledTicks[core]!, cores.useTicks[core * USE_COUNT + Use.compute]!];
      if (stalled > computed && !isEqual(stalled, computed)) this.#report("busy-time", () => `${name} is said to have stalled for ${stalled} of ${computed} ticks of computing`);
    });
    for (let thread = 0; thread < table.length; thread++) {
      if (!isEqual(table.ranTicks[thread]!, ran[thread]!)) this.#report("busy-time", () => `${this.#thread(thread)} is said to have run for ${table.ranTicks[thread]} ticks, and the rows show ${ran[thread]}`);
      const born = table.bornTicks[thread]!;
      const life = Number.isNaN(born) ? 0 : (Number.isNaN(table.endTicks[thread]!) ? endTicks : table.endTicks[thread]!) - born;
      const accounted = table.ranTicks[thread]! + table.readyTicks[thread]!;
      if (accounted > life && !isEqual(accounted, life)) this.#report("busy-time", () => `${this.#thread(thread)} ran and was ready for ${accounted} ticks of a life of ${life}`);
    }
  }

  /** Critical sections: those that are one thread's alone overlap with no other of the lock. */
  locks(): void {
    const { holds, objects, endTicks } = this.#threads;
    const ends = closed(holds, endTicks);
    const where = (i: number): string => `${this.#thread(holds.thread[i]!)} holds it from ${holds.start[i]} to ${ends[i]}`;
    for (const [a, b] of overlaps(holds.length, holds.object, holds.start, ends, (i) => holds.kind[i] === 1)) {
      this.#report("critical-section", () => `two threads are in ${this.#names.object(holds.object[b]!)} at ${holds.start[b]}: ${where(a)}, ${where(b)}`);
    }
    if (holds.dropped > 0) return;
    const times = new Float64Array(objects.holds.sum.length);
    for (let i = 0; i < holds.length; i++) if (!Number.isNaN(holds.end[i]!)) times[holds.object[i]!]! += holds.end[i]! - holds.start[i]!;
    times.forEach((shown, object) => {
      const said = objects.holds.sum[object]!;
      if (!isEqual(said, shown)) this.#report("busy-time", () => `${this.#names.object(object)} is said to have been held for ${said} ticks, and its critical sections add up to ${shown}`);
    });
  }

  /** A wait has a beginning and an end, and its thread lives meanwhile. */
  waits(): void {
    const { waits, ready, table, endTicks } = this.#threads;
    for (const [intervals, what] of [[waits, "waits"], [ready, "is ready"]] as const) {
      const ends = closed(intervals, endTicks);
      for (let i = 0; i < intervals.length; i++) {
        const thread = intervals.thread[i]!;
        const [start, end] = [intervals.start[i]!, ends[i]!];
        if (!(start <= end && end <= endTicks)) this.#report("bad-times", () => `${this.#thread(thread)} ${what} from ${start} to ${end}, and the run ended at ${endTicks}`);
        else if (start < table.bornTicks[thread]! || end > table.endTicks[thread]!) this.#report("thread-life", () => `${this.#thread(thread)} ${what} from ${start} to ${end}, and lived from ${table.bornTicks[thread]} to ${table.endTicks[thread]}`);
      }
    }
  }

  #thread(thread: number): string {
    return this.#names.thread(thread);
  }
}

const useText: Readonly<Record<number, string>> = { [Use.compute]: "computing", [Use.sync]: "synchronizing", [Use.spin]: "spinning", [Use.switching]: "switching" };

/** Ends of intervals, those that go on at the end of the run. */
function closed({ end }: IntervalColumns, endTicks: number): Float64Array {
  return end.map((ticks) => (Number.isNaN(ticks) ? endTicks : ticks));
}

/**
 * Pairs of intervals with the same key that overlap: each with the one before it that ends last. Those that both are
 * shared may.
 */
function* overlaps(length: number, key: Uint32Array, start: Float64Array, end: Float64Array, isShared: (i: number) => boolean = () => false): Iterable<readonly [number, number]> {
  const order = Uint32Array.from({ length }, (_, i) => i).sort((a, b) => key[a]! - key[b]! || start[a]! - start[b]! || end[a]! - end[b]! || a - b);
  let alone = -1;
  let shared = -1;
  for (let k = 0; k < length; k++) {
    const i = order[k]!;
    if (k > 0 && key[order[k - 1]!] !== key[i]) alone = shared = -1;
    const reaches = (other: number): boolean => other >= 0 && end[other]! > start[i]! + dustTicks && end[i]! > start[i]!;
    if (reaches(alone)) yield [alone, i];
    else if (!isShared(i) && reaches(shared)) yield [shared, i];
    if (isShared(i)) shared = shared < 0 || end[i]! > end[shared]! ? i : shared;
    else alone = alone < 0 || end[i]! > end[alone]! ? i : alone;
  }
}

/** Sums of many lengths, in another order. */
function isEqual(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)) + 1e-3;
}
