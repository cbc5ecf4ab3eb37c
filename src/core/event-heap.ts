import { resized } from "../base/columns.ts";

/**
 * A binary heap over parallel typed arrays, ordered by (time, key); equal (time, key) only ever differ in generation,
 * and at most one of those is alive. Never by insertion.
 */
export class EventHeap {
  #time = new Float64Array(1024);
  #key = new Uint32Array(1024);
  #generation = new Uint32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }
  /** Time of the first event; undefined when empty. */
  get headTime(): number {
    return this.#time[0]!;
  }
  get headKey(): number {
    return this.#key[0]!;
  }
  get headGeneration(): number {
    return this.#generation[0]!;
  }

  push(time: number, key: number, generation: number): void {
    if (this.#length === this.#time.length) this.#grow();
    this.#lift(this.#length++, time, key, generation);
  }

  /** Puts an event into the hole at `i`, or above it where it belongs. */
  #lift(i: number, time: number, key: number, generation: number): void {
    const times = this.#time, keys = this.#key, generations = this.#generation;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const parentTime = times[parent]!;
      if (parentTime < time || (parentTime === time && keys[parent]! <= key)) break;
      times[i] = parentTime;
      keys[i] = keys[parent]!;
      generations[i] = generations[parent]!;
      i = parent;
    }
    times[i] = time;
    keys[i] = key;
    generations[i] = generation;
  }

  /** Removes the first event. */
  pop(): void {
    const times = this.#time, keys = this.#key, generations = this.#generation;
    const n = --this.#length;
    if (n === 0) return;
    const time = times[n]!, key = keys[n]!, generation = generations[n]!;
    // Sink the hole to a leaf, then lift the last event from there: it nearly always belongs near the bottom.
    let i = 0;
    for (let child = 1; child < n; child = 2 * i + 1) {
      const right = child + 1;
      if (right < n) {
        const a = times[child]!, b = times[right]!;
        if (b < a || (b === a && keys[right]! < keys[child]!)) child = right;
      }
      times[i] = times[child]!;
      keys[i] = keys[child]!;
      generations[i] = generations[child]!;
      i = child;
    }
    this.#lift(i, time, key, generation);
  }

  /** Hands over every event, in no order, and is empty. */
  drain(take: (time: number, key: number, generation: number) => void): void {
    const count = this.#length;
    this.#length = 0;
    for (let i = 0; i < count; i++) take(this.#time[i]!, this.#key[i]!, this.#generation[i]!);
  }

  #grow(): void {
    const size = this.#time.length * 2;
    this.#time = resized(this.#time, size);
    this.#key = resized(this.#key, size);
    this.#generation = resized(this.#generation, size);
  }
}
