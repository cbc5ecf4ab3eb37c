import type { Barrier, BarrierDesign } from "./barrier.ts";
import { lineWords, type Words } from "./words.ts";

/** ⌈log₂ threads⌉ rounds: in round k a thread tells the one 2^k places on, and waits for the one 2^k places back. Flags count episodes, so nothing is set back. */
class DisseminationBarrier implements Barrier {
  readonly #words: Words;
  readonly #at: number;
  readonly #threads: number;
  #episode = 0;
  constructor(words: Words, at: number, threads: number) {
    this.#words = words;
    this.#at = at;
    this.#threads = threads;
  }

  arrive(thread: number): void {
    const words = this.#words;
    const threads = this.#threads;
    const episode = (this.#episode = (this.#episode + 1) | 0);
    for (let distance = 1, row = this.#at; distance < threads; distance *= 2, row += threads * lineWords) {
      Atomics.store(words, row + ((thread + distance) % threads) * lineWords, episode);
      const flag = row + thread * lineWords;
      // The sender may be an episode ahead already.
      while (((Atomics.load(words, flag) - episode) | 0) < 0);
    }
  }
}

/**
 * The dissemination barrier, which spins.
 * @source D. Hensgen, R. Finkel, U. Manber, "Two algorithms for barrier synchronization", International Journal of Parallel Programming 17(1), 1988
 */
export const disseminationBarrier: BarrierDesign = {
  name: "dissemination",
  words: (threads) => Math.max(1, Math.ceil(Math.log2(threads))) * threads * lineWords,
  create: (words, at, threads) => new DisseminationBarrier(words, at, threads),
};
