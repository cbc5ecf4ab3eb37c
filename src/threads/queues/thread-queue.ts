import type { ThreadView } from "../../plugin.ts";
import type { Affinity } from "./affinity.ts";
import { ThreadHeap, type WaitingThreads } from "./thread-heap.ts";

/** Threads that wait for one of several cores: a heap for each affinity class. */
export class ThreadQueue {
  readonly #affinity: Affinity;
  readonly #waiting: WaitingThreads;
  readonly #heaps: ThreadHeap[] = [];
  #length = 0;

  constructor(affinity: Affinity, waiting: WaitingThreads) {
    this.#affinity = affinity;
    this.#waiting = waiting;
  }

  get length(): number {
    return this.#length;
  }

  /** Affinity classes of which a thread has waited: 0 .. classCount - 1. */
  get classCount(): number {
    return this.#heaps.length;
  }

  push(view: ThreadView, thread: number, key: number, tie = 0): void {
    const number = this.#affinity.classOf(view, thread);
    while (this.#heaps.length <= number) this.#heaps.push(new ThreadHeap(this.#waiting));
    this.#heaps[number]!.push(thread, key, tie);
    this.#length++;
  }

  /** The first thread of an affinity class; -1 = none. */
  firstOf(number: number): number {
    return this.#heaps[number]!.peek();
  }

  /** The first thread of all; -1 when empty. */
  first(): number {
    let first = -1;
    for (let i = 0; i < this.#heaps.length; i++) {
      const thread = this.#heaps[i]!.peek();
      if (thread >= 0 && (first < 0 || this.#waiting.before(thread, first))) first = thread;
    }
    return first;
  }

  /** The first thread that may run on `core`; -1 = none. */
  firstFor(core: number): number {
    const classes = this.#affinity.classes[core];
    if (this.#length === 0 || classes === undefined) return -1;
    let first = -1;
    for (let i = 0; i < classes.length && classes[i]! < this.#heaps.length; i++) {
      const thread = this.#heaps[classes[i]!]!.peek();
      if (thread >= 0 && (first < 0 || this.#waiting.before(thread, first))) first = thread;
    }
    return first;
  }

  /** Takes the first thread that may run on `core` out; -1 = none. */
  takeFor(view: ThreadView, core: number): number {
    const thread = this.firstFor(core);
    if (thread >= 0) this.remove(view, thread);
    return thread;
  }

  /** Takes out a thread that is in this queue. */
  remove(view: ThreadView, thread: number): void {
    this.#heaps[this.#affinity.classOf(view, thread)]!.remove(thread);
    this.#length--;
  }
}
