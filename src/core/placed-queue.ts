import { resized } from "../base/columns.ts";

/** What placed ops are ordered by, in columns over all ops, shared by the queues of all devices. */
export interface PlacementRanks {
  /** Under a synchronization policy that has phases: the earlier first; empty otherwise. */
  readonly phase: Uint32Array;
  /** The higher first. */
  readonly priority: Float64Array;
  /** Position in the order placed. */
  readonly order: Uint32Array;
  /** 0 = no op has a phase or a priority: the order placed is all. */
  ranked: 0 | 1;
}

/**
 * The ops placed on one device behind the first of them, by (phase, priority, order placed). Ops that come in this order, as those of a plan do,
 * are a sorted window that slides along the array; others make a binary heap of it, which a sorted window that begins at 0
 * already is.
 */
export class PlacedQueue {
  private readonly ranks: PlacementRanks;
  #ops = new Int32Array(16);
  /** Where the first op is: 0 in a heap. */
  #first = 0;
  #length = 0;
  #isHeap = false;

  constructor(ranks: PlacementRanks) {
    this.ranks = ranks;
  }

  /** Another op joins the one ahead of all that are here, and the later of the two goes behind. @returns the one ahead from now on */
  behind(ahead: number, op: number): number {
    if (this.#before(op, ahead)) {
      this.#push(ahead);
      return op;
    }
    this.#push(op);
    return ahead;
  }

  #push(op: number): void {
    if (this.#first + this.#length === this.#ops.length) this.#makeRoom();
    const end = this.#first + this.#length++;
    if (this.#isHeap) this.#lift(op, end);
    else if (end === this.#first || !this.#before(op, this.#ops[end - 1]!)) this.#ops[end] = op;
    else {
      this.#toFront();
      this.#isHeap = true;
      this.#lift(op, this.#length - 1);
    }
  }

  /** Removes and returns the first op; -1 when empty. */
  take(): number {
    if (this.#length === 0) return -1;
    const op = this.#ops[this.#first]!;
    this.#length--;
    if (!this.#isHeap) this.#first++;
    else if (this.#length > 0) this.#sink(this.#ops[this.#length]!);
    if (this.#length === 0) {
      this.#isHeap = false;
      this.#first = 0;
    }
    return op;
  }

  #before(a: number, b: number): boolean {
    const { phase, priority, order, ranked } = this.ranks;
    if (ranked === 0) return order[a]! < order[b]!;
    if (phase.length > 0 && phase[a] !== phase[b]) return phase[a]! < phase[b]!;
    const byPriority = priority[a]! - priority[b]!;
    return byPriority > 0 || (byPriority === 0 && order[a]! < order[b]!);
  }

  #makeRoom(): void {
    if (this.#first > this.#length) this.#toFront();
    else this.#ops = resized(this.#ops, this.#ops.length * 2);
  }

  #toFront(): void {
    this.#ops.copyWithin(0, this.#first, this.#first + this.#length);
    this.#first = 0;
  }

  /** Puts `op` into the hole at `i`, or above it where it belongs. */
  #lift(op: number, i: number): void {
    const ops = this.#ops;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(op, ops[parent]!)) break;
      ops[i] = ops[parent]!;
      i = parent;
    }
    ops[i] = op;
  }

  /** Puts `op` into the hole at the root, or below it where it belongs. */
  #sink(op: number): void {
    const ops = this.#ops;
    const n = this.#length;
    let i = 0;
    for (let child = 1; child < n; child = 2 * i + 1) {
      if (child + 1 < n && this.#before(ops[child + 1]!, ops[child]!)) child++;
      if (!this.#before(ops[child]!, op)) break;
      ops[i] = ops[child]!;
      i = child;
    }
    ops[i] = op;
  }
}
