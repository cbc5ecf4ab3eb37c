import { futexLock } from "./futex-lock.ts";
import type { Lock } from "./lock.ts";
import { Semaphore } from "./semaphore.ts";
import { lineWords, type Words } from "./words.ts";

/** Queue of 32-bit integers, first in first out, that parks who finds it full or empty: two semaphores, and a lock for the ends. */
export class BoundedQueue {
  readonly #words: Words;
  readonly #ends: number;
  readonly #items: number;
  readonly #capacity: number;
  readonly #free: Semaphore;
  readonly #filled: Semaphore;
  readonly #lock: Lock;
  constructor(words: Words, at: number, capacity: number) {
    this.#words = words;
    this.#capacity = capacity;
    this.#free = new Semaphore(words, at);
    this.#filled = new Semaphore(words, at + Semaphore.words);
    const lock = at + 2 * Semaphore.words;
    this.#lock = futexLock.create(words, lock);
    this.#ends = lock + futexLock.words(1);
    this.#items = this.#ends + lineWords;
  }

  /** Shared words that a queue of this capacity needs. */
  static words(capacity: number): number {
    return 2 * Semaphore.words + futexLock.words(1) + lineWords + capacity;
  }

  /** Empties it; called by one thread before any other uses it. */
  reset(): void {
    this.#free.reset(this.#capacity);
    this.#filled.reset(0);
    this.#words[this.#ends] = this.#words[this.#ends + 1] = 0;
  }

  /** Adds at the end, once there is room. */
  push(item: number): void {
    this.#free.acquire();
    this.#lock.lock(0);
    this.#words[this.#items + this.#advance(this.#ends)] = item;
    this.#lock.unlock(0);
    this.#filled.release();
  }

  /** Takes from the front, once there is something. */
  pop(): number {
    this.#filled.acquire();
    this.#lock.lock(0);
    const item = this.#words[this.#items + this.#advance(this.#ends + 1)]!;
    this.#lock.unlock(0);
    this.#free.release();
    return item;
  }

  /** Moves an end on, and says where it was. */
  #advance(end: number): number {
    const index = this.#words[end]!;
    this.#words[end] = index + 1 === this.#capacity ? 0 : index + 1;
    return index;
  }
}
