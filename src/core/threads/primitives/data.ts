import type { ThreadKernel } from "../thread-kernel.ts";

const WORDS = 8;

/** Shared data: a line that moves to whoever writes it, and is copied to whoever reads it. Which threads may use it when is the race detector's to say. */
export class SharedData {
  private readonly kernel: ThreadKernel;
  /** Cores that have a valid copy, as bit sets; core numbers are taken modulo 256. */
  private readonly copies: Uint32Array;
  private readonly isTouched: Uint8Array;

  constructor(kernel: ThreadKernel) {
    this.kernel = kernel;
    this.copies = new Uint32Array(kernel.objects.count * WORDS);
    this.isTouched = new Uint8Array(kernel.objects.count);
  }

  read(thread: number, object: number): void {
    if (!this.#has(thread, object)) this.kernel.charge(thread, this.kernel.costs.lineTicks);
    this.#mark(thread, object);
  }

  write(thread: number, object: number): void {
    const at = object * WORDS;
    let others = 0;
    for (let word = 0; word < WORDS; word++) others |= this.copies[at + word]!;
    const core = this.kernel.table.core[thread]! & (WORDS * 32 - 1);
    const alone = this.#has(thread, object) && this.#countCopies(object) === 1;
    if (others !== 0 && !alone) this.kernel.charge(thread, this.kernel.costs.lineTicks);
    this.copies.fill(0, at, at + WORDS);
    this.copies[at + (core >>> 5)] = 1 << (core & 31);
    this.isTouched[object] = 1;
  }

  /** The thread's core has a copy, or nobody has touched the data. */
  #has(thread: number, object: number): boolean {
    if (this.isTouched[object] === 0) return true;
    const core = this.kernel.table.core[thread]! & (WORDS * 32 - 1);
    return (this.copies[object * WORDS + (core >>> 5)]! & (1 << (core & 31))) !== 0;
  }

  #mark(thread: number, object: number): void {
    const core = this.kernel.table.core[thread]! & (WORDS * 32 - 1);
    this.copies[object * WORDS + (core >>> 5)]! |= 1 << (core & 31);
    this.isTouched[object] = 1;
  }

  #countCopies(object: number): number {
    let count = 0;
    for (let word = 0; word < WORDS; word++) for (let bits = this.copies[object * WORDS + word]!; bits !== 0; bits &= bits - 1) count++;
    return count;
  }
}
