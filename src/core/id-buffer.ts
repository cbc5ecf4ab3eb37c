/** Up to so many are sorted by hand: a call of the typed array's own sort costs more. */
const FEW = 32;

/** A list of ids that is filled and emptied every round without allocating. */
export class IdBuffer {
  readonly #ids: Int32Array;
  length = 0;

  /** @param capacity The most ids that are ever in it. */
  constructor(capacity: number) {
    this.#ids = new Int32Array(capacity);
  }

  push(id: number): void {
    this.#ids[this.length++] = id;
  }

  at(i: number): number {
    return this.#ids[i]!;
  }

  /** Ascending. Mostly the ids were pushed in order. */
  sort(): void {
    const ids = this.#ids;
    let inOrder = 1;
    while (inOrder < this.length && ids[inOrder - 1]! <= ids[inOrder]!) inOrder++;
    if (inOrder >= this.length) return;
    if (this.length > FEW) ids.subarray(0, this.length).sort();
    else this.#insertionSort();
  }

  #insertionSort(): void {
    const ids = this.#ids;
    for (let i = 1; i < this.length; i++) {
      const id = ids[i]!;
      let at = i;
      for (; at > 0 && ids[at - 1]! > id; at--) ids[at] = ids[at - 1]!;
      ids[at] = id;
    }
  }

  /** Forgets all but the first `length`. */
  truncate(length: number): void {
    this.length = length;
  }

  clear(): void {
    this.length = 0;
  }
}
