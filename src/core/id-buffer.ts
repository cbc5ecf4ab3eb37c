import { resized } from "../base/columns.ts";

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
    if (!this.#sorted) this.#ids.subarray(0, this.length).sort();
    this.#sorted = true;
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
