/**
 * Made-up numbers in (-1, 1), the same in every run. Taking tensors from one pool is much faster than making each; a
 * tensor shares its numbers with another only after the whole pool has been handed out.
 */
export class DataPool {
  readonly #numbers: Float32Array;
  #state: number;
  /** Numbers that have been made: the others are when they are first wanted. */
  #made = 0;
  #next = 0;

  /** @param elements of the pool; the default is 128 MiB. */
  constructor(elements = 2 ** 25, seed = 1) {
    this.#numbers = new Float32Array(elements);
    this.#state = (seed * 2654435761) | 0 || 1;
  }

  /** A view of so many numbers; a copy of its own where it is larger than the pool. */
  take(elements: number): Float32Array {
    const size = this.#numbers.length;
    if (elements > size) {
      this.#make(size);
      return Float32Array.from({ length: elements }, (_, i) => this.#numbers[i % size]!);
    }
    if (this.#next + elements > size) this.#next = 0;
    const from = this.#next;
    this.#make(from + elements);
    // The next one starts at a line of the cache.
    this.#next = Math.ceil((from + elements) / 16) * 16;
    return this.#numbers.subarray(from, from + elements);
  }

  #make(end: number): void {
    let state = this.#state;
    for (let i = this.#made; i < end; i++) {
      // xorshift32: a word a number is fast enough, and nothing here asks for more.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      this.#numbers[i] = state / 2 ** 31;
    }
    this.#state = state;
    this.#made = Math.max(this.#made, end);
  }
}
