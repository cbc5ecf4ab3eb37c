import { resized } from "../base/columns.ts";

/** As long as there are no more events than this, they are kept sorted: moving a few entries is cheaper than sifting. */
const FEW = 40;

/**
 * Events as pairs (time, order) of numbers, side by side in one array, ordered by time and then by `order`. Never by
 * insertion. A few are a sorted window that slides along the array; more are a binary heap, which a sorted window that
 * begins at 0 already is.
 */
export class EventHeap {
  /** Time and order of one event after the other. */
  #events = new Float64Array(2048).fill(Infinity, 0, 1);
  /** Where the first event is: 0 in a heap. */
  #first = 0;
  /** Where the last one ends. */
  #end = 0;
  /** More than {@link FEW} are a heap until there are none left. */
  #most = 2 * FEW;

  get length(): number {
    return (this.#end - this.#first) >> 1;
  }
  /** Time of the first event; Infinity when empty. */
  get headTime(): number {
    return this.#events[this.#first]!;
  }
  get headOrder(): number {
    return this.#events[this.#first + 1]!;
  }

  push(time: number, order: number): void {
    if (this.#end - this.#first < this.#most) this.#insert(time, order);
    else this.#add(time, order);
  }

  /** Removes the first event. */
  pop(): void {
    if (this.#most > 0) this.#first += 2;
    else this.#sink();
    if (this.#first === this.#end) this.#clear();
  }

  #clear(): void {
    this.#first = this.#end = 0;
    this.#most = 2 * FEW;
    this.#events[0] = Infinity;
  }

  /** Into the sorted window, from the nearer end of it. */
  #insert(time: number, order: number): void {
    if (this.#end === this.#events.length) this.#toFront();
    const events = this.#events;
    const first = this.#first, end = this.#end;
    let i: number;
    if (first > 0 && time < events[((first + end) >> 2) << 1]!) {
      i = this.#first = first - 2;
      // What is before the middle ends this search before the end of the window.
      for (let after = events[i + 2]!; after < time || (after === time && events[i + 3]! < order); after = events[i + 2]!) {
        events[i] = after;
        events[i + 1] = events[i + 3]!;
        i += 2;
      }
    } else {
      this.#end = end + 2;
      for (i = end; i > first; i -= 2) {
        const before = events[i - 2]!;
        if (before < time || (before === time && events[i - 1]! < order)) break;
        events[i] = before;
        events[i + 1] = events[i - 1]!;
      }
    }
    events[i] = time;
    events[i + 1] = order;
  }

  #toFront(): void {
    this.#events.copyWithin(0, this.#first, this.#end);
    this.#end -= this.#first;
    this.#first = 0;
  }

  #add(time: number, order: number): void {
    if (this.#most > 0) {
      this.#toFront();
      this.#most = 0;
    }
    if (this.#end === this.#events.length) this.#events = resized(this.#events, this.#end * 2);
    const hole = this.#end;
    this.#end += 2;
    this.#lift(hole, time, order);
  }

  /** Puts an event into the hole at `i`, or above it where it belongs. */
  #lift(i: number, time: number, order: number): void {
    const events = this.#events;
    while (i > 0) {
      const parent = ((i - 2) >> 2) << 1;
      const parentTime = events[parent]!;
      if (parentTime < time || (parentTime === time && events[parent + 1]! < order)) break;
      events[i] = parentTime;
      events[i + 1] = events[parent + 1]!;
      i = parent;
    }
    events[i] = time;
    events[i + 1] = order;
  }

  /** Removes the root of the heap: the hole sinks to a leaf, and the last event, which nearly always belongs near the bottom, is lifted from there. */
  #sink(): void {
    const events = this.#events;
    const n = (this.#end -= 2);
    if (n === 0) return;
    let i = 0;
    for (let child = 2; child < n; child = 2 * i + 2) {
      const right = child + 2;
      if (right < n) {
        const a = events[child]!, b = events[right]!;
        if (b < a || (b === a && events[right + 1]! < events[child + 1]!)) child = right;
      }
      events[i] = events[child]!;
      events[i + 1] = events[child + 1]!;
      i = child;
    }
    this.#lift(i, events[n]!, events[n + 1]!);
  }

  /** Hands over every event, in no order, and is empty. */
  drain(take: (time: number, order: number) => void): void {
    const events = this.#events;
    for (let i = this.#first, end = this.#end; i < end; i += 2) take(events[i]!, events[i + 1]!);
    this.#clear();
  }
}
