import type { Words } from "./words.ts";

/** Mutual exclusion among the threads 0 … threads − 1; not recursive. */
export interface Lock {
  /** Returns once `thread` holds the lock. */
  lock(thread: number): void;
  /** Gives back what `thread` holds. */
  unlock(thread: number): void;
}

/** One way to build a lock. */
export interface LockDesign {
  readonly name: string;
  /** Shared words that it needs, all 0 at the start. */
  words(threads: number): number;
  /** The lock in `words`, from `at` on; every thread makes its own object over the same words. */
  create(words: Words, at: number): Lock;
}
