/** A binary heap of op ids that brings their keys along: smallest key first, then smallest `tie[op]`, then by id. */
export class KeyedHeap {
  readonly #tie: Float64Array;
  #ops = new Uint32Array(16);
  #keys = new Float64Array(16);
  #length = 0;

  constructor(tie: Float64Array) {
    this.#tie = tie;
  }

  /** The first op; -1 when empty. */
  get op(): number {
    return this.#length > 0 ? this.#ops[0]! : -1;
  }

  /** Key of the first op; Infinity when empty. */
  get key(): number {
    return this.#length > 0 ? this.#keys[0]! : Infinity;
  }

  push(op: number, key: number): void {
    if (this.#length === this.#ops.length) this.#grow();
    let i = this.#length++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(key, op, parent)) break;
      this.#move(parent, i);
      i = parent;
    }
    this.#ops[i] = op;
    this.#keys[i] = key;
  }

  /** Removes the first op. */
  pop(): void {
    const n = --this.#length;
    const op = this.#ops[n]!;
    const key = this.#keys[n]!;
    let i = 0;
    for (let child = 1; child < n; child = 2 * i + 1) {
      if (child + 1 < n && this.#before(this.#keys[child + 1]!, this.#ops[child + 1]!, child)) child++;
      if (this.#before(key, op, child)) break;
      this.#move(child, i);
      i = child;
    }
    this.#ops[i] = op;
    this.#keys[i] = key;
  }

  /** Whether `op` with `key` goes before the entry at `at`. */
  #before(key: number, op: number, at: number): boolean {
    const other = this.#ops[at]!;
    const difference = key - this.#keys[at]! || this.#tie[op]! - this.#tie[other]!;
    return difference < 0 || (difference === 0 && op < other);
  }

  #move(from: number, to: number): void {
    this.#ops[to] = this.#ops[from]!;
    this.#keys[to] = this.#keys[from]!;
  }

  #grow(): void {
    const ops = new Uint32Array(2 * this.#length);
    const keys = new Float64Array(2 * this.#length);
    ops.set(this.#ops);
    keys.set(this.#keys);
    this.#ops = ops;
    this.#keys = keys;
  }
}
