import type { RunnableReason, ThreadView } from "../../plugin.ts";
import type { Affinity } from "./affinity.ts";
import type { ShareQueue } from "./share-queue.ts";
import type { WaitingThreads } from "./thread-heap.ts";
import { ThreadQueue } from "./thread-queue.ts";

/** Threads in the order in which they came. */
export class TurnQueue implements ShareQueue {
  readonly #quantum: number;
  readonly #waiting: ThreadQueue;
  #weight = 0;
  #arrivals = 0;

  /** @param quantum In ticks; Infinity = threads run until they wait. */
  constructor(quantum: number, waiting: WaitingThreads, affinity: Affinity) {
    this.#quantum = quantum;
    this.#waiting = new ThreadQueue(affinity, waiting);
  }

  get length(): number {
    return this.#waiting.length;
  }

  get weight(): number {
    return this.#weight;
  }

  join(view: ThreadView, thread: number): void {
    this.#weight += view.weight(thread);
    this.#waiting.push(view, thread, this.#arrivals++);
  }

  firstFor(_view: ThreadView, core: number): number {
    return this.#waiting.firstFor(core);
  }

  run(view: ThreadView, thread: number): void {
    this.#waiting.remove(view, thread);
  }

  leave(view: ThreadView, thread: number): void {
    this.#waiting.remove(view, thread);
    this.#weight -= view.weight(thread);
  }

  slice(): number {
    return this.#quantum;
  }

  stopped(view: ThreadView, thread: number, _why: RunnableReason | "blocked"): void {
    this.#weight -= view.weight(thread);
  }

  preempts(): number {
    return 0;
  }
}
