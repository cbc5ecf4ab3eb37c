import { resized } from "../base/columns.ts";

/**
 * Open activities in pooled columns. Those of one bundle run at one rate, so they end in the order of their targets: how
 * far the bundle must have come for an activity to be done, in ticks of work alone. Each bundle has a binary heap of
 * them, and only the first of each heap is ever looked at.
 */
export class ActivityPool {
  /** Unique among the open activities. */
  key = new Float64Array(64);
  bundle = new Int32Array(64);
  target = new Float64Array(64);
  /** 1 = on the heap of its bundle. */
  #isWaiting = new Uint8Array(64);
  /** For each bundle the first `waiting` entries of `heap`: its activities, the least target on top. */
  readonly #heap: Int32Array[] = [];
  #waiting = new Int32Array(64);
  /** By bundle: the least target; Infinity when none waits. */
  firstTarget = new Float64Array(64);
  readonly #free: number[] = [];
  #size = 0;

  open(key: number, bundle: number, target: number): number {
    const activity = this.#free.length > 0 ? this.#free.pop()! : this.#newSlot();
    this.key[activity] = key;
    this.bundle[activity] = bundle;
    this.target[activity] = target;
    this.#isWaiting[activity] = 1;
    this.#push(bundle, activity);
    return activity;
  }

  /** Frees the slot of an activity that has been taken off its heap. */
  close(activity: number): void {
    this.bundle[activity] = -1;
    this.#free.push(activity);
  }

  /** Takes the first activity off the heap of its bundle, which has one. */
  takeFirst(bundle: number): number {
    const heap = this.#heap[bundle]!;
    const first = heap[0]!;
    const count = --this.#waiting[bundle]!;
    if (count > 0) this.#sink(heap, 0, heap[count]!, count);
    this.#isWaiting[first] = 0;
    this.#noteFirst(bundle);
    return first;
  }

  /** Takes any activity off the heap of its bundle; false when it is off already. */
  remove(activity: number): boolean {
    if (this.#isWaiting[activity] === 0) return false;
    this.#isWaiting[activity] = 0;
    const bundle = this.bundle[activity]!;
    const heap = this.#heap[bundle]!;
    const at = heap.indexOf(activity);
    const count = --this.#waiting[bundle]!;
    if (at < count) {
      const moved = heap[count]!;
      if (at > 0 && this.target[moved]! < this.target[heap[(at - 1) >> 1]!]!) this.#rise(heap, at, moved);
      else this.#sink(heap, at, moved, count);
    }
    this.#noteFirst(bundle);
    return true;
  }

  /** Measures the targets of a bundle from `origin` instead of 0, so that they stay small and keep their precision. */
  rebase(bundle: number, origin: number): void {
    const heap = this.#heap[bundle]!;
    for (let i = 0; i < this.#waiting[bundle]!; i++) this.target[heap[i]!]! -= origin;
    this.#noteFirst(bundle);
  }

  #push(bundle: number, activity: number): void {
    while (bundle >= this.#heap.length) this.#heap.push(new Int32Array(4));
    if (bundle >= this.#waiting.length) {
      const size = Math.max(bundle + 1, this.#waiting.length * 2);
      this.#waiting = resized(this.#waiting, size);
      this.firstTarget = resized(this.firstTarget, size);
    }
    const count = this.#waiting[bundle]!++;
    let heap = this.#heap[bundle]!;
    if (count === heap.length) heap = this.#heap[bundle] = resized(heap, count * 2);
    this.#rise(heap, count, activity);
    this.#noteFirst(bundle);
  }

  #noteFirst(bundle: number): void {
    this.firstTarget[bundle] = this.#waiting[bundle]! > 0 ? this.target[this.#heap[bundle]![0]!]! : Infinity;
  }

  #rise(heap: Int32Array, from: number, activity: number): void {
    const target = this.target;
    const own = target[activity]!;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (target[heap[parent]!]! <= own) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = activity;
  }

  #sink(heap: Int32Array, from: number, activity: number, count: number): void {
    const target = this.target;
    const own = target[activity]!;
    let at = from;
    for (let child = 2 * at + 1; child < count; child = 2 * at + 1) {
      if (child + 1 < count && target[heap[child + 1]!]! < target[heap[child]!]!) child++;
      if (target[heap[child]!]! >= own) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = activity;
  }

  #newSlot(): number {
    if (this.#size === this.key.length) {
      const size = this.#size * 2;
      this.key = resized(this.key, size);
      this.bundle = resized(this.bundle, size);
      this.target = resized(this.target, size);
      this.#isWaiting = resized(this.#isWaiting, size);
    }
    return this.#size++;
  }
}
