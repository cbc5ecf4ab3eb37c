import type { Lock, LockDesign } from "./lock.ts";
import { lineWords, type Words } from "./words.ts";

/** Test-and-set lock: exchanges the word for 1 until it was 0. Unfair: whoever comes first after the release has it. */
class TestAndSetLock implements Lock {
  readonly #words: Words;
  readonly #at: number;
  constructor(words: Words, at: number) {
    this.#words = words;
    this.#at = at;
  }

  lock(): void {
    while (Atomics.exchange(this.#words, this.#at, 1) !== 0);
  }

  unlock(): void {
    Atomics.store(this.#words, this.#at, 0);
  }
}

/** The test-and-set lock, which spins. */
export const testAndSetLock: LockDesign = { name: "test-and-set", words: () => lineWords, create: (words, at) => new TestAndSetLock(words, at) };
