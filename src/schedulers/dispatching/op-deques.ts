/** Many double-ended queues of op ids, each op in at most one of them, as linked lists in columns. */
export class OpDeques {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #oldest: number[] = [];
  readonly #newest: number[] = [];

  constructor(opCount: number) {
    this.#next = new Int32Array(opCount);
    this.#previous = new Int32Array(opCount);
  }

  /** -1 when deque `deque` is empty. */
  oldest(deque: number): number {
    return this.#oldest[deque] ?? -1;
  }

  /** -1 when deque `deque` is empty. */
  newest(deque: number): number {
    return this.#newest[deque] ?? -1;
  }

  /** The op pushed after `op`, which must be in a deque; -1 when it is the newest. */
  after(op: number): number {
    return this.#next[op]!;
  }

  /** Appends `op` as the newest of deque `deque`; deques come into being as they are used. */
  push(deque: number, op: number): void {
    while (this.#oldest.length <= deque) {
      this.#oldest.push(-1);
      this.#newest.push(-1);
    }
    const before = this.#newest[deque]!;
    this.#previous[op] = before;
    this.#next[op] = -1;
    if (before >= 0) this.#next[before] = op;
    else this.#oldest[deque] = op;
    this.#newest[deque] = op;
  }

  /** Removes `op`, which must be in deque `deque`. */
  remove(deque: number, op: number): void {
    const next = this.#next[op]!;
    const previous = this.#previous[op]!;
    if (previous >= 0) this.#next[previous] = next;
    else this.#oldest[deque] = next;
    if (next >= 0) this.#previous[next] = previous;
    else this.#newest[deque] = previous;
  }
}
