/** A queue of op ids, first in, first out, in a ring. */
export class OpQueue {
  #ops = new Int32Array(16);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The first op; -1 when empty. */
  peek(): number {
    return this.#length > 0 ? this.#ops[this.#head]! : -1;
  }

  push(op: number): void {
    const capacity = this.#ops.length;
    if (this.#length === capacity) {
      const bigger = new Int32Array(2 * capacity);
      bigger.set(this.#ops.subarray(this.#head));
      bigger.set(this.#ops.subarray(0, this.#head), capacity - this.#head);
      this.#ops = bigger;
      this.#head = 0;
    }
    this.#ops[(this.#head + this.#length++) & (this.#ops.length - 1)] = op;
  }

  /** Removes and returns the first op; -1 when empty. */
  pop(): number {
    if (this.#length === 0) return -1;
    const op = this.#ops[this.#head]!;
    this.#head = (this.#head + 1) & (this.#ops.length - 1);
    this.#length--;
    return op;
  }
}
