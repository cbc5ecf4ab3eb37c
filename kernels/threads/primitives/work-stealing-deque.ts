import { lineWords, type Words } from "./words.ts";

/** What {@link WorkStealingDeque.pop} and {@link WorkStealingDeque.steal} return where there is nothing to take. */
export const empty = -1;
/** What {@link WorkStealingDeque.steal} returns where another thread was faster; trying again may help. */
export const lost = -2;

/**
 * Double-ended queue of integers from 0 with a fixed capacity: its owner pushes and pops at the bottom without atomic
 * read-modify-write, others steal at the top with one compare-and-swap.
 * @source D. Chase, Y. Lev, "Dynamic circular work-stealing deque", SPAA 2005; here the array does not grow
 */
export class WorkStealingDeque {
  readonly #words: Words;
  readonly #top: number;
  readonly #bottom: number;
  readonly #items: number;
  readonly #mask: number;
  /** @param capacity a power of two */
  constructor(words: Words, at: number, capacity: number) {
    this.#words = words;
    this.#top = at;
    this.#bottom = at + lineWords;
    this.#items = at + 2 * lineWords;
    this.#mask = capacity - 1;
  }

  /** Shared words that a deque of this capacity needs. */
  static words(capacity: number): number {
    return 2 * lineWords + capacity;
  }

  /** By the owner: adds at the bottom; false where it is full. */
  push(item: number): boolean {
    const words = this.#words;
    const bottom = words[this.#bottom]!;
    if (((bottom - Atomics.load(words, this.#top)) | 0) > this.#mask) return false;
    words[this.#items + (bottom & this.#mask)] = item;
    Atomics.store(words, this.#bottom, (bottom + 1) | 0);
    return true;
  }

  /** By the owner: takes what was pushed last, or {@link empty}. */
  pop(): number {
    const words = this.#words;
    const bottom = (words[this.#bottom]! - 1) | 0;
    // Thieves must see the claim before the owner looks at what they have taken.
    Atomics.store(words, this.#bottom, bottom);
    const top = Atomics.load(words, this.#top);
    const left = (bottom - top) | 0;
    if (left < 0) {
      Atomics.store(words, this.#bottom, top);
      return empty;
    }
    const item = words[this.#items + (bottom & this.#mask)]!;
    if (left > 0) return item;
    const won = Atomics.compareExchange(words, this.#top, top, (top + 1) | 0) === top;
    Atomics.store(words, this.#bottom, (top + 1) | 0);
    return won ? item : empty;
  }

  /** By anyone: takes what was pushed first, or {@link empty}, or {@link lost}. */
  steal(): number {
    const words = this.#words;
    const top = Atomics.load(words, this.#top);
    if (((Atomics.load(words, this.#bottom) - top) | 0) <= 0) return empty;
    // Read before it is claimed: afterwards the owner may write here again.
    const item = Atomics.load(words, this.#items + (top & this.#mask));
    return Atomics.compareExchange(words, this.#top, top, (top + 1) | 0) === top ? item : lost;
  }
}
