import { resized } from "../../base/columns.ts";

/** Records of each kind at most; more are counted, not kept. */
export const MAX_RECORDS = 500_000;

/** Stretches of time that are one thread's, in columns, in the order of their ends: waits, critical sections, or times without a core. */
export class IntervalLog {
  length = 0;
  /** Records that were not kept: the last ones. */
  dropped = 0;
  thread = new Uint32Array(256);
  /** What it waited for or held; of a time without a core, the core that it came to then. */
  object = new Uint32Array(256);
  start = new Float64Array(256);
  /** NaN = it goes on. */
  end = new Float64Array(256);
  /** Of a wait: 1 = the thread slept, 0 = it spun. Of a critical section: 1 = others may share it, 0 = it is one thread's alone. Of a time without a core: 0. */
  kind = new Uint8Array(256);
  private readonly most: number;

  constructor(most = MAX_RECORDS) {
    this.most = most;
  }

  push(thread: number, object: number, start: number, end: number, kind: number): void {
    if (this.length === this.most) {
      this.dropped++;
      return;
    }
    const i = this.length++;
    if (i === this.thread.length) this.#grow();
    this.thread[i] = thread;
    this.object[i] = object;
    this.start[i] = start;
    this.end[i] = end;
    this.kind[i] = kind;
  }

  #grow(): void {
    const size = this.length * 2;
    this.thread = resized(this.thread, size);
    this.object = resized(this.object, size);
    this.start = resized(this.start, size);
    this.end = resized(this.end, size);
    this.kind = resized(this.kind, size);
  }
}

/** Who woke whom, and when, in columns. */
export class WakeLog {
  length = 0;
  /** Records that were not kept: the last ones. */
  dropped = 0;
  /** -1 = no thread did: a transfer, a message or an operator ended. */
  by = new Int32Array(256);
  thread = new Uint32Array(256);
  at = new Float64Array(256);

  push(by: number, thread: number, at: number): void {
    if (this.length === MAX_RECORDS) {
      this.dropped++;
      return;
    }
    const i = this.length++;
    if (i === this.thread.length) {
      this.by = resized(this.by, this.length * 2);
      this.thread = resized(this.thread, this.length * 2);
      this.at = resized(this.at, this.length * 2);
    }
    this.by[i] = by;
    this.thread[i] = thread;
    this.at[i] = at;
  }
}
