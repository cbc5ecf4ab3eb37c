import type { Words } from "./words.ts";

/** Lets nobody pass before all `threads` have arrived; can be used again and again. */
export interface Barrier {
  /** `thread` arrives, and returns once all have. */
  arrive(thread: number): void;
}

/** One way to build a barrier. */
export interface BarrierDesign {
  readonly name: string;
  /** Shared words that it needs, all 0 at the start. */
  words(threads: number): number;
  /** The barrier in `words`, from `at` on; every thread makes its own object over the same words. */
  create(words: Words, at: number, threads: number): Barrier;
}
