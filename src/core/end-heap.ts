import { resized } from "../base/columns.ts";

/** A binary heap of activities by predicted end that can move and remove any of them. Order among equal ends is left open. */
export class EndHeap {
  #end = new Float64Array(64);
  /** Place of each activity in the heap; -1 = not in it. */
  #place = new Int32Array(64).fill(-1);
  #heap = new Int32Array(64);
  #length = 0;

  /** The smallest end; Infinity when empty. */
  get headEnd(): number {
    return this.#length > 0 ? this.#end[this.#heap[0]!]! : Infinity;
  }

  /** The activity that ends first; only when there is one. */
  get head(): number {
    return this.#heap[0]!;
  }

  /** Inserts the activity, or moves it to another end. */
  set(activity: number, end: number): void {
    if (activity >= this.#place.length) this.#grow(activity + 1);
    let place = this.#place[activity]!;
    if (place < 0) {
      place = this.#length++;
      this.#end[activity] = Infinity;
    }
    const before = this.#end[activity]!;
    this.#end[activity] = end;
    if (end < before) this.#rise(activity, place);
    else this.#sink(activity, place);
  }

  remove(activity: number): void {
    const place = activity < this.#place.length ? this.#place[activity]! : -1;
    if (place < 0) return;
    this.#place[activity] = -1;
    const last = this.#heap[--this.#length]!;
    if (last === activity) return;
    if (this.#end[last]! < this.#end[activity]!) this.#rise(last, place);
    else this.#sink(last, place);
  }

  #rise(activity: number, place: number): void {
    const end = this.#end[activity]!;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = this.#heap[parent]!;
      if (this.#end[other]! <= end) break;
      this.#put(other, place);
      place = parent;
    }
    this.#put(activity, place);
  }

  #sink(activity: number, place: number): void {
    const end = this.#end[activity]!;
    for (let child = 2 * place + 1; child < this.#length; child = 2 * place + 1) {
      if (child + 1 < this.#length && this.#end[this.#heap[child + 1]!]! < this.#end[this.#heap[child]!]!) child++;
      const other = this.#heap[child]!;
      if (this.#end[other]! >= end) break;
      this.#put(other, place);
      place = child;
    }
    this.#put(activity, place);
  }

  #put(activity: number, place: number): void {
    this.#heap[place] = activity;
    this.#place[activity] = place;
  }

  #grow(needed: number): void {
    const size = Math.max(needed, this.#place.length * 2);
    const known = this.#place.length;
    this.#end = resized(this.#end, size);
    this.#heap = resized(this.#heap, size);
    this.#place = resized(this.#place, size).fill(-1, known);
  }
}
