import { resized } from "../base/columns.ts";

/** As long as there are no more events than this, they are kept sorted: moving a few entries is cheaper than sifting. */
const FEW = 40;

/**
 * Events in parallel typed arrays, ordered by (time, key); equal (time, key) only ever differ in generation, and at most
 * one of those is alive. Never by insertion. A few are a sorted window that slides along the arrays; more are a binary
 * heap, which a sorted window that begins at 0 already is.
 */
export class EventHeap {
  #time = new Float64Array(1024).fill(Infinity, 0, 1);
  #key = new Uint32Array(1024);
  #generation = new Uint32Array(1024);
  /** Where the first event is: 0 in a heap. */
  #first = 0;
  #length = 0;
  #sorted = true;

  get length(): number {
    return this.#length;
  }
  /** Time of the first event; Infinity when empty. */
  get headTime(): number {
    return this.#time[this.#first]!;
  }
  get headKey(): number {
    return this.#key[this.#first]!;
  }
  get headGeneration(): number {
    return this.#generation[this.#first]!;
  }

  push(time: number, key: number, generation: number): void {
    if (this.#sorted) {
      if (this.#length < FEW) {
        this.#insert(time, key, generation);
        return;
      }
      this.#toFront();
      this.#sorted = false;
    }
    if (this.#length === this.#time.length) this.#grow();
    this.#lift(this.#length++, time, key, generation);
  }

  /** Removes the first event. */
  pop(): void {
    if (!this.#sorted) this.#sink();
    else {
      this.#first++;
      this.#length--;
    }
    if (this.#length > 0) return;
    this.#sorted = true;
    this.#first = 0;
    this.#time[0] = Infinity;
  }

  #insert(time: number, key: number, generation: number): void {
    if (this.#first + this.#length === this.#time.length) this.#toFront();
    const times = this.#time, keys = this.#key, generations = this.#generation;
    const first = this.#first;
    let i = first + this.#length++;
    for (; i > first; i--) {
      const before = times[i - 1]!;
      if (before < time || (before === time && keys[i - 1]! <= key)) break;
      times[i] = before;
      keys[i] = keys[i - 1]!;
      generations[i] = generations[i - 1]!;
    }
    times[i] = time;
    keys[i] = key;
    generations[i] = generation;
  }

  #toFront(): void {
    const first = this.#first, end = first + this.#length;
    this.#time.copyWithin(0, first, end);
    this.#key.copyWithin(0, first, end);
    this.#generation.copyWithin(0, first, end);
    this.#first = 0;
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

  /** Removes the root of the heap: the hole sinks to a leaf, and the last event, which nearly always belongs near the bottom, is lifted from there. */
  #sink(): void {
    const times = this.#time, keys = this.#key, generations = this.#generation;
    const n = --this.#length;
    if (n === 0) return;
    const time = times[n]!, key = keys[n]!, generation = generations[n]!;
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
    const first = this.#first, end = first + this.#length;
    this.#length = 0;
    for (let i = first; i < end; i++) take(this.#time[i]!, this.#key[i]!, this.#generation[i]!);
    this.#sorted = true;
    this.#first = 0;
    this.#time[0] = Infinity;
  }

  #grow(): void {
    const size = this.#time.length * 2;
    this.#time = resized(this.#time, size);
    this.#key = resized(this.#key, size);
    this.#generation = resized(this.#generation, size);
  }
}
