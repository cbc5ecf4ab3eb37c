import { resized } from "../../base/columns.ts";

/** Where each waiting thread stands: shared by all heaps of a policy, since a thread waits in one of them at most. */
export class WaitingThreads {
  /** What comes first: the smaller key, then the smaller tie, then the smaller id. Both must not change while the thread waits. */
  key = new Float64Array(64);
  tie = new Float64Array(64);
  /** Position in its heap, counted from 1; 0 = it does not wait. */
  position = new Uint32Array(64);

  /** Makes room for `thread`. */
  reserve(thread: number): void {
    if (thread < this.key.length) return;
    const size = Math.max(2 * this.key.length, thread + 1);
    this.key = resized(this.key, size);
    this.tie = resized(this.tie, size);
    this.position = resized(this.position, size);
  }

  /** Whether `a` comes before `b`. */
  before(a: number, b: number): boolean {
    const difference = this.key[a]! - this.key[b]! || this.tie[a]! - this.tie[b]!;
    return difference < 0 || (!(difference > 0) && a < b);
  }
}

/** A binary heap of threads by key, from which any of them can be taken. */
export class ThreadHeap {
  readonly #waiting: WaitingThreads;
  #threads = new Uint32Array(16);
  #length = 0;

  constructor(waiting: WaitingThreads) {
    this.#waiting = waiting;
  }

  get length(): number {
    return this.#length;
  }

  /** The first thread; -1 when empty. */
  peek(): number {
    return this.#length > 0 ? this.#threads[0]! : -1;
  }

  push(thread: number, key: number, tie: number): void {
    const waiting = this.#waiting;
    waiting.reserve(thread);
    waiting.key[thread] = key;
    waiting.tie[thread] = tie;
    if (this.#length === this.#threads.length) this.#threads = resized(this.#threads, 2 * this.#length);
    this.#up(this.#length++, thread);
  }

  /** Removes and returns the first thread; -1 when empty. */
  pop(): number {
    const first = this.peek();
    if (first >= 0) this.remove(first);
    return first;
  }

  /** Takes out a thread that is in this heap. */
  remove(thread: number): void {
    const { position } = this.#waiting;
    const at = position[thread]! - 1;
    position[thread] = 0;
    const last = this.#threads[--this.#length]!;
    if (last === thread) return;
    if (at > 0 && this.#waiting.before(last, this.#threads[(at - 1) >> 1]!)) this.#up(at, last);
    else this.#down(at, last);
  }

  #up(at: number, thread: number): void {
    const threads = this.#threads;
    const { position } = this.#waiting;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = threads[parent]!;
      if (!this.#waiting.before(thread, other)) break;
      threads[at] = other;
      position[other] = at + 1;
      at = parent;
    }
    threads[at] = thread;
    position[thread] = at + 1;
  }

  #down(at: number, thread: number): void {
    const threads = this.#threads;
    const { position } = this.#waiting;
    for (let child = 2 * at + 1; child < this.#length; child = 2 * at + 1) {
      if (child + 1 < this.#length && this.#waiting.before(threads[child + 1]!, threads[child]!)) child++;
      const other = threads[child]!;
      if (!this.#waiting.before(other, thread)) break;
      threads[at] = other;
      position[other] = at + 1;
      at = child;
    }
    threads[at] = thread;
    position[thread] = at + 1;
  }
}
