import type { RunnableReason } from "../../plugin.ts";

/** Who came on his own stands in line before those that lost their core at the same moment. */
const RANK: Record<RunnableReason, number> = { new: 0, woken: 0, preempted: 1, slice: 1, yielded: 1 };

/** Threads that became runnable in a round, until the policy is told: those that are new or woken first, then by id. */
export class RunnableNews {
  /** Both are kept from round to round; the first {@link length} entries count. */
  readonly #threads: number[] = [];
  readonly #whys: RunnableReason[] = [];
  length = 0;

  thread(i: number): number {
    return this.#threads[i]!;
  }
  why(i: number): RunnableReason {
    return this.#whys[i]!;
  }

  push(thread: number, why: RunnableReason): void {
    this.#threads[this.length] = thread;
    this.#whys[this.length++] = why;
  }

  clear(): void {
    this.length = 0;
  }

  /** Nearly always a few, and in order: insertion sort, unless they are many. */
  sort(): void {
    if (this.length > 64) {
      const order = this.#threads.slice(0, this.length).map((thread, i) => ({ thread, why: this.#whys[i]! })).sort((a, b) => RANK[a.why] - RANK[b.why] || a.thread - b.thread);
      order.forEach(({ thread, why }, i) => {
        this.#threads[i] = thread;
        this.#whys[i] = why;
      });
      return;
    }
    for (let i = 1; i < this.length; i++) {
      const thread = this.#threads[i]!;
      const why = this.#whys[i]!;
      let j = i;
      for (; j > 0 && this.#isAfter(j - 1, thread, why); j--) {
        this.#threads[j] = this.#threads[j - 1]!;
        this.#whys[j] = this.#whys[j - 1]!;
      }
      this.#threads[j] = thread;
      this.#whys[j] = why;
    }
  }

  #isAfter(i: number, thread: number, why: RunnableReason): boolean {
    const difference = RANK[this.#whys[i]!] - RANK[why];
    return difference > 0 || (difference === 0 && this.#threads[i]! > thread);
  }
}
