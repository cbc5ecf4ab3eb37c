import { resized } from "../base/columns.ts";

/** Up to so many are sorted by hand: a call of the typed array's own sort costs more. */
const FEW = 32;

/** A growable list of ids that is filled and emptied every round without allocating. */
export class IdBuffer {
  #ids = new Int32Array(64);
  #sorted = true;
  length = 0;

  push(id: number): void {
    if (this.length === this.#ids.length) this.#ids = resized(this.#ids, this.length * 2);
    if (this.length > 0 && this.#ids[this.length - 1]! > id) this.#sorted = false;
    this.#ids[this.length++] = id;
  }

  at(i: number): number {
    return this.#ids[i]!;
  }

  /** Ascending; free when the ids were pushed in order. */
  sort(): void {
    if (!this.#sorted) {
      if (this.length > FEW) this.#ids.subarray(0, this.length).sort();
      else this.#insertionSort();
    }
    this.#sorted = true;
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
    if (length === 0) this.#sorted = true;
  }

  clear(): void {
    this.length = 0;
    this.#sorted = true;
  }
}
