import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { defineThreadPolicy, type ThreadPolicy, type ThreadView } from "../plugin.ts";
import { ThreadHeap, WaitingThreads } from "./queues/thread-heap.ts";

const options = z.strictObject({
  quantum: quantity("time").prefault("0ns").describe('How long a thread runs before the next one of its core has its turn: "10ms"; 0ns = until it waits or yields'),
});
type Options = z.infer<typeof options>;

/**
 * Each thread stays on one core: of the k cores that its affinity allows, by id, the one at its own id modulo k. On each
 * core first come, first served, or in turn. Nothing is migrated, so a core may be idle while threads wait for another.
 */
export const pinned = defineThreadPolicy<Options>({
  name: "pinned",
  summary: "each thread stays on one core, by its affinity or in turn; there, oldest first or a quantum each",
  options,
  create: ({ quantum }) => new Pinned(quantum),
});

class Pinned implements ThreadPolicy {
  readonly #quantumNs: number;
  readonly #waiting = new WaitingThreads();
  #queues: ThreadHeap[] = [];
  #quantum = Infinity;
  #arrivals = 0;
  /** By thread: its core; -1 = not chosen yet. */
  readonly #core: number[] = [];

  constructor(quantumNs: number) {
    this.#quantumNs = quantumNs;
  }

  prepare(view: ThreadView): void {
    this.#queues = Array.from({ length: view.coreCount }, () => new ThreadHeap(this.#waiting));
    if (this.#quantumNs > 0) this.#quantum = Math.max(1, Math.ceil(this.#quantumNs / view.tickNs));
  }

  runnable(view: ThreadView, thread: number): void {
    while (this.#core.length <= thread) this.#core.push(-1);
    if (this.#core[thread]! < 0) this.#core[thread] = coreOf(view, thread);
    this.#queues[this.#core[thread]!]!.push(thread, this.#arrivals++, 0);
  }

  next(_view: ThreadView, core: number): number {
    return this.#queues[core]!.pop();
  }

  slice(): number {
    return this.#quantum;
  }
}

function coreOf(view: ThreadView, thread: number): number {
  const cores = Array.from({ length: view.coreCount }, (_, core) => core).filter((core) => view.mayRun(thread, core));
  return cores[thread % cores.length]!;
}
