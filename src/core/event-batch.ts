import { resized } from "../base/columns.ts";

/** Pauses of one operator that are told apart. */
const GENERATIONS = 2 ** 20;

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

  /** By key, ascending. Nearly always a few events, most of them in order: insertion sort, unless they are many. */
  sort(): void {
    if (this.length > 64) {
      this.#sortMany();
      return;
    }
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

  /** Key and generation side by side in one number: 32 bits of key, and as many of the generation as a float64 still holds. */
  #sortMany(): void {
    const packed = new Float64Array(this.length);
    for (let i = 0; i < this.length; i++) packed[i] = this.#keys[i]! * GENERATIONS + this.#generations[i]!;
    packed.sort();
    for (let i = 0; i < this.length; i++) {
      this.#keys[i] = Math.floor(packed[i]! / GENERATIONS);
      this.#generations[i] = packed[i]! % GENERATIONS;
    }
  }
}
