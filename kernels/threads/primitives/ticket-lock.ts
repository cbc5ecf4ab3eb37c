import type { Lock, LockDesign } from "./lock.ts";
import { lineWords, type Words } from "./words.ts";

/** Draws a ticket and reads until it is served: first come, first served. All who wait read one word. */
class TicketLock implements Lock {
  readonly #words: Words;
  readonly #next: number;
  readonly #serving: number;
  constructor(words: Words, at: number) {
    this.#words = words;
    this.#next = at;
    this.#serving = at + lineWords;
  }

  lock(): void {
    const ticket = Atomics.add(this.#words, this.#next, 1);
    while (Atomics.load(this.#words, this.#serving) !== ticket);
  }

  unlock(): void {
    // Only the holder writes this word, so the read needs no order.
    Atomics.store(this.#words, this.#serving, (this.#words[this.#serving]! + 1) | 0);
  }
}

/**
 * The ticket lock, which spins in order of arrival.
 * @source J. M. Mellor-Crummey, M. L. Scott, "Algorithms for scalable synchronization on shared-memory multiprocessors", ACM TOCS 9(1), 1991, section 2.2
 */
export const ticketLock: LockDesign = { name: "ticket", words: () => 2 * lineWords, create: (words, at) => new TicketLock(words, at) };
