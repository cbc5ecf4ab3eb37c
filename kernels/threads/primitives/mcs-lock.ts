import type { Lock, LockDesign } from "./lock.ts";
import { lineWords, type Words } from "./words.ts";

/** Threads form a list and each reads a word of its own, which its predecessor clears. Threads are counted from 1 in the list. */
class McsLock implements Lock {
  readonly #words: Words;
  readonly #tail: number;
  readonly #nodes: number;
  constructor(words: Words, at: number) {
    this.#words = words;
    this.#tail = at;
    this.#nodes = at + lineWords;
  }

  lock(thread: number): void {
    const words = this.#words;
    const next = this.#nodes + thread * lineWords;
    const waits = next + 1;
    Atomics.store(words, next, 0);
    const before = Atomics.exchange(words, this.#tail, thread + 1);
    if (before === 0) return;
    // Before the predecessor can know of us.
    Atomics.store(words, waits, 1);
    Atomics.store(words, this.#nodes + (before - 1) * lineWords, thread + 1);
    while (Atomics.load(words, waits) !== 0);
  }

  unlock(thread: number): void {
    const words = this.#words;
    const next = this.#nodes + thread * lineWords;
    let after = Atomics.load(words, next);
    if (after === 0) {
      if (Atomics.compareExchange(words, this.#tail, thread + 1, 0) === thread + 1) return;
      // Someone is in the list already, but has not yet said so here.
      while ((after = Atomics.load(words, next)) === 0);
    }
    Atomics.store(words, this.#nodes + (after - 1) * lineWords + 1, 0);
  }
}

/**
 * The queue lock of Mellor-Crummey and Scott: in order of arrival, each waiter spins on a cache line of its own.
 * @source J. M. Mellor-Crummey, M. L. Scott, "Algorithms for scalable synchronization on shared-memory multiprocessors", ACM TOCS 9(1), 1991, section 2.4
 */
export const mcsLock: LockDesign = { name: "mcs", words: (threads) => (1 + threads) * lineWords, create: (words, at) => new McsLock(words, at) };
