import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { defineThreadPolicy, type ThreadPolicy, type ThreadView } from "../plugin.ts";
import { ThreadHeap, WaitingThreads } from "./queues/thread-heap.ts";

const options = z.strictObject({
  quantum: quantity("time").prefault("0ns").describe('How long a thread runs before the next one of its core has its turn: "10ms"; 0ns = until it waits or yields'),
  place: z.enum(["in-turn", "spread", "first"]).default("in-turn").describe("Which of the k cores that it may run on a thread has: the one at its id modulo k; the one at its share of the way, by ids, so that few threads are far apart; or the first"),
});
type Options = z.infer<typeof options>;

/**
 * Each thread stays on one core: of the k cores that its affinity allows, by id, the one at its own id modulo k; or, where
 * they are spread, thread i of n is on the one at ⌊i · k ÷ n⌋. On each core first come, first served, or in turn. Nothing is
 * migrated, so a core may be idle while threads wait for another.
 */
export const pinned = defineThreadPolicy<Options>({
  name: "pinned",
  summary: "each thread stays on one core, by its affinity or in turn; there, oldest first or a quantum each",
  options,
  create: (given) => new Pinned(given),
});

class Pinned implements ThreadPolicy {
  readonly #options: Options;
  readonly #waiting = new WaitingThreads();
  #queues: ThreadHeap[] = [];
  #quantum = Infinity;
  #arrivals = 0;
  /** By thread: its core; -1 = not chosen yet. */
  readonly #core: number[] = [];

  constructor(given: Options) {
    this.#options = given;
  }

  prepare(view: ThreadView): void {
    this.#queues = Array.from({ length: view.coreCount }, () => new ThreadHeap(this.#waiting));
    const { quantum } = this.#options;
    if (quantum > 0) this.#quantum = Math.max(1, Math.ceil(quantum / view.tickNs));
  }

  runnable(view: ThreadView, thread: number): void {
    while (this.#core.length <= thread) this.#core.push(-1);
    if (this.#core[thread]! < 0) this.#core[thread] = coreOf(view, thread, this.#options.place);
    this.#queues[this.#core[thread]!]!.push(thread, this.#arrivals++, 0);
  }

  next(_view: ThreadView, core: number): number {
    return this.#queues[core]!.pop();
  }

  slice(): number {
    return this.#quantum;
  }
}

function coreOf(view: ThreadView, thread: number, place: Options["place"]): number {
  const cores = Array.from({ length: view.coreCount }, (_, core) => core).filter((core) => view.mayRun(thread, core));
  if (place === "first") return cores[0]!;
  return cores[place === "spread" ? Math.floor((thread * cores.length) / view.threadCount) : thread % cores.length]!;
}
