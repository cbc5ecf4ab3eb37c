import { resized } from "../base/columns.ts";

/** Up to so many are sorted by hand: a call of the typed array's own sort costs more. */
const FEW = 32;

/**
 * A list of ids that is filled every round without allocating: this round's are those from {@link first} up to
 * {@link end}. What earlier rounds left stays before them, unless it is cleared.
 */
export class IdBuffer {
  #ids: Int32Array;
  #capacity: number;
  first = 0;
  end = 0;

  /** @param capacity The most ids that are ever in it, all rounds together; {@link makeRoom} adds to it. */
  constructor(capacity: number) {
    this.#ids = new Int32Array(capacity);
    this.#capacity = capacity;
  }

  push(id: number): void {
    this.#ids[this.end++] = id;
  }

  /** @param i From 0 for the first of all rounds. */
  at(i: number): number {
    return this.#ids[i]!;
  }

  /** One more than was counted on will be pushed. */
  makeRoom(): void {
    if (++this.#capacity > this.#ids.length) this.#ids = resized(this.#ids, this.#capacity * 2);
  }

  /** This round's, ascending. Mostly the ids were pushed in order. */
  sort(): void {
    const ids = this.#ids;
    const { first, end } = this;
    let inOrder = first + 1;
    while (inOrder < end && ids[inOrder - 1]! <= ids[inOrder]!) inOrder++;
    if (inOrder >= end) return;
    if (end - first > FEW) ids.subarray(first, end).sort();
    else this.#insertionSort();
  }

  #insertionSort(): void {
    const ids = this.#ids;
    const { first, end } = this;
    for (let i = first + 1; i < end; i++) {
      const id = ids[i]!;
      let at = i;
      for (; at > first && ids[at - 1]! > id; at--) ids[at] = ids[at - 1]!;
      ids[at] = id;
    }
  }

  /** Forgets this round's from `end` on. */
  truncate(end: number): void {
    this.end = end;
  }

  /** Another round begins; this one's ids stay. */
  endRound(): void {
    this.first = this.end;
  }

  /** Another round begins, and nothing is left of any. */
  clear(): void {
    this.first = 0;
    this.end = 0;
  }
}
