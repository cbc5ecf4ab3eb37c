import { resized } from "../base/columns.ts";

/** The events of one round: parallel arrays, filled and emptied without allocating. */
export class EventBatch {
  #keys = new Uint32Array(256);
  #generations = new Uint32Array(256);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  push(key: number, generation: number): void {
    if (this.length === this.#keys.length) {
      this.#keys = resized(this.#keys, this.length * 2);
      this.#generations = resized(this.#generations, this.length * 2);
    }
    this.#keys[this.length] = key;
    this.#generations[this.length++] = generation;
  }

  key(i: number): number {
    return this.#keys[i]!;
  }

  generation(i: number): number {
    return this.#generations[i]!;
  }

  /** By key, ascending. Nearly always a few events, most of them in order: insertion sort. */
  sort(): void {
    for (let i = 1; i < this.length; i++) {
      const key = this.#keys[i]!;
      const generation = this.#generations[i]!;
      let j = i;
      for (; j > 0 && this.#keys[j - 1]! > key; j--) {
        this.#keys[j] = this.#keys[j - 1]!;
        this.#generations[j] = this.#generations[j - 1]!;
      }
      this.#keys[j] = key;
      this.#generations[j] = generation;
    }
  }
}
