import { resized } from "../../base/columns.ts";
import type { ThreadRowColumns } from "./thread-trace.ts";
import type { Use } from "./thread-table.ts";

/** Rows of the timeline at most; more are counted, not kept. */
export const MAX_ROWS = 2_000_000;

/** What threads did on which core, and when: rows (core, thread, use, start, end) in columns. What follows at once and is alike is one row. */
export class ThreadRows {
  length = 0;
  /** Rows that were not kept. */
  dropped = 0;
  core = new Uint32Array(256);
  thread = new Uint32Array(256);
  use = new Uint8Array(256);
  start = new Float64Array(256);
  end = new Float64Array(256);
  /** The last row of each core. */
  private readonly last: Int32Array;

  constructor(cores: number) {
    this.last = new Int32Array(cores).fill(-1);
  }

  push(core: number, thread: number, use: Use, start: number, end: number): void {
    const last = this.last[core]!;
    if (last >= 0 && this.use[last] === use && this.end[last] === start && this.thread[last] === thread) {
      this.end[last] = end;
      return;
    }
    if (this.length === MAX_ROWS) {
      this.dropped++;
      this.last[core] = -1;
      return;
    }
    const i = this.length++;
    if (i === this.core.length) this.#grow();
    this.core[i] = core;
    this.thread[i] = thread;
    this.use[i] = use;
    this.start[i] = start;
    this.end[i] = end;
    this.last[core] = i;
  }

  /** These rows and then those of `last`. */
  with(last: ThreadRows): ThreadRowColumns {
    const n = this.length;
    const column = <A extends Uint32Array | Uint8Array | Float64Array>(mine: A, theirs: A): A => {
      if (last.length === 0) return mine.subarray(0, n) as A;
      const all = resized(mine.subarray(0, n) as A, n + last.length);
      all.set(theirs.subarray(0, last.length) as never, n);
      return all;
    };
    return {
      length: n + last.length, dropped: this.dropped, core: column(this.core, last.core), thread: column(this.thread, last.thread), use: column(this.use, last.use),
      start: column(this.start, last.start), end: column(this.end, last.end),
    };
  }

  #grow(): void {
    const size = this.length * 2;
    this.core = resized(this.core, size);
    this.thread = resized(this.thread, size);
    this.use = resized(this.use, size);
    this.start = resized(this.start, size);
    this.end = resized(this.end, size);
  }
}
