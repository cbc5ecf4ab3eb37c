import type { RunnableReason, ThreadPolicy, ThreadView } from "../../plugin.ts";
import { Affinity } from "./affinity.ts";
import { WaitingThreads } from "./thread-heap.ts";
import { ThreadQueue } from "./thread-queue.ts";

/** One queue for all cores, first come, first served; a thread whose quantum is over, or that yields, goes to its end. */
export class InTurn implements ThreadPolicy {
  readonly #quantumNs: number;
  readonly #coreLimit: number;
  readonly #queue = new ThreadQueue(new Affinity(), new WaitingThreads());
  #quantum = Infinity;
  #arrivals = 0;

  /**
   * @param quantumNs Infinity = threads run until they wait.
   * @param coreLimit Cores from this id on are left idle.
   */
  constructor(quantumNs = Infinity, coreLimit = Infinity) {
    this.#quantumNs = quantumNs;
    this.#coreLimit = coreLimit;
  }

  prepare(view: ThreadView): void {
    this.#quantum = Math.max(1, Math.ceil(this.#quantumNs / view.tickNs));
  }

  runnable(view: ThreadView, thread: number, _why: RunnableReason): void {
    this.#queue.push(view, thread, this.#arrivals++);
  }

  next(view: ThreadView, core: number): number {
    return core < this.#coreLimit ? this.#queue.takeFor(view, core) : -1;
  }

  slice(_view: ThreadView, _thread: number, _core: number): number {
    return this.#quantum;
  }
}
