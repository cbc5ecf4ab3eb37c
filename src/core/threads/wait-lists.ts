import { resized } from "../../base/columns.ts";

/** First-in-first-out lists of threads, a thread in one of them at most: all in two columns. */
export class WaitLists {
  readonly head: Int32Array;
  private readonly tail: Int32Array;
  readonly length: Uint32Array;
  #next = new Int32Array(64);
  #previous = new Int32Array(64);

  constructor(lists: number) {
    this.head = new Int32Array(lists).fill(-1);
    this.tail = new Int32Array(lists).fill(-1);
    this.length = new Uint32Array(lists);
  }

  next(thread: number): number {
    return this.#next[thread]!;
  }

  append(list: number, thread: number): void {
    if (thread >= this.#next.length) {
      const size = Math.max(thread + 1, this.#next.length * 2);
      this.#next = resized(this.#next, size);
      this.#previous = resized(this.#previous, size);
    }
    const last = this.tail[list]!;
    this.#next[thread] = -1;
    this.#previous[thread] = last;
    if (last >= 0) this.#next[last] = thread;
    else this.head[list] = thread;
    this.tail[list] = thread;
    this.length[list]!++;
  }

  remove(list: number, thread: number): void {
    const next = this.#next[thread]!;
    const previous = this.#previous[thread]!;
    if (previous >= 0) this.#next[previous] = next;
    else this.head[list] = next;
    if (next >= 0) this.#previous[next] = previous;
    else this.tail[list] = previous;
    this.length[list]!--;
  }
}
