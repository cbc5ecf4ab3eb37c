/** A binary heap of op ids by key, smallest first, ties by the smaller id. */
export class OpHeap {
  readonly #keys: Float64Array;
  #ops = new Uint32Array(16);
  #length = 0;

  /** `keys[op]` must not change while `op` is in the heap. Several heaps may share the keys. */
  constructor(keys: Float64Array) {
    this.#keys = keys;
  }

  get length(): number {
    return this.#length;
  }

  /** The first op; -1 when empty. */
  peek(): number {
    return this.#length > 0 ? this.#ops[0]! : -1;
  }

  push(op: number): void {
    if (this.#length === this.#ops.length) {
      const bigger = new Uint32Array(2 * this.#length);
      bigger.set(this.#ops);
      this.#ops = bigger;
    }
    const ops = this.#ops;
    let i = this.#length++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(op, ops[parent]!)) break;
      ops[i] = ops[parent]!;
      i = parent;
    }
    ops[i] = op;
  }

  /** Removes and returns the first op; -1 when empty. */
  pop(): number {
    if (this.#length === 0) return -1;
    const ops = this.#ops;
    const top = ops[0]!;
    const last = ops[--this.#length]!;
    const n = this.#length;
    let i = 0;
    for (let child = 1; child < n; child = 2 * i + 1) {
      if (child + 1 < n && this.#before(ops[child + 1]!, ops[child]!)) child++;
      if (!this.#before(ops[child]!, last)) break;
      ops[i] = ops[child]!;
      i = child;
    }
    ops[i] = last;
    return top;
  }

  #before(a: number, b: number): boolean {
    const difference = this.#keys[a]! - this.#keys[b]!;
    return difference < 0 || (difference === 0 && a < b);
  }
}
