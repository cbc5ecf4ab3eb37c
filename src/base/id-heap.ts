import { resized } from "./columns.ts";

/** A binary heap of ids by key, the smallest first; of equal keys the smaller id. */
export class IdHeap {
  readonly #keys: Float64Array;
  #ids = new Uint32Array(16);
  #length = 0;

  /** `keys[id]` must not change while `id` is in the heap. Several heaps may share the keys. */
  constructor(keys: Float64Array) {
    this.#keys = keys;
  }

  get length(): number {
    return this.#length;
  }

  /** The first id; -1 when empty. */
  peek(): number {
    return this.#length > 0 ? this.#ids[0]! : -1;
  }

  push(id: number): void {
    if (this.#length === this.#ids.length) this.#ids = resized(this.#ids, 2 * this.#length);
    const ids = this.#ids;
    let i = this.#length++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(id, ids[parent]!)) break;
      ids[i] = ids[parent]!;
      i = parent;
    }
    ids[i] = id;
  }

  /** Removes and returns the first id; -1 when empty. */
  pop(): number {
    if (this.#length === 0) return -1;
    const ids = this.#ids;
    const first = ids[0]!;
    const last = ids[--this.#length]!;
    let i = 0;
    for (let child = 1; child < this.#length; child = 2 * i + 1) {
      if (child + 1 < this.#length && this.#before(ids[child + 1]!, ids[child]!)) child++;
      if (!this.#before(ids[child]!, last)) break;
      ids[i] = ids[child]!;
      i = child;
    }
    ids[i] = last;
    return first;
  }

  #before(a: number, b: number): boolean {
    const difference = this.#keys[a]! - this.#keys[b]!;
    return difference < 0 || (difference === 0 && a < b);
  }
}
