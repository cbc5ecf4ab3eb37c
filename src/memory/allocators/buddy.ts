import { z } from "zod";
import { resized } from "../../base/columns.ts";
import { defineAllocator } from "../../plugin.ts";
import { Arenas, commonOptions, powerOfTwo, type Arena } from "../arenas.ts";

const options = z.strictObject({
  minBlock: powerOfTwo("256B", "The smallest block"),
  ...commonOptions("50ns", "150ns"),
});
type Options = z.infer<typeof options>;

/** Largest block of an unlimited memory, as a power of two. */
const topOrder = 50;

/**
 * Sizes are powers of two. A block of twice the size is halved where there is none of the right one, the lower half
 * first; two free halves become one again. A memory that is no power of two is several blocks, the largest first; of each,
 * what lies before the end of the highest part that ever was is reserved. The slow path is that of a call that halves or
 * joins blocks.
 * @source K. C. Knowlton, "A fast storage allocator", Communications of the ACM 8(10), 1965, doi:10.1145/365628.365655; D. E. Knuth, The Art of Computer Programming, volume 1, section 2.5
 */
export const buddy = defineAllocator<z.input<typeof options>>({
  name: "buddy",
  summary: "powers of two, halved on demand and joined again",
  source: 'K. C. Knowlton, "A fast storage allocator", Communications of the ACM 8(10), 1965',
  options,
  create: (chosen) => (capacityBytes) => new Arenas(capacityBytes, chosen as Options, (bytes) => new Buddy(bytes, (chosen as Options).minBlock)),
});

/** Halves of one block are two nodes with the ids 2k and 2k + 1, so that a node finds its buddy without an index of addresses. */
class Buddy implements Arena {
  readonly #least: number;
  /** By order: the first free node, -1 when there is none. */
  readonly #head = new Int32Array(64).fill(-1);
  #address = new Float64Array(64);
  #order = new Uint8Array(64);
  /** 1 = free; nodes that are halved, live or unused are 0. */
  #isFree = new Uint8Array(64);
  #next = new Int32Array(64);
  #previous = new Int32Array(64);
  /** The node that a pair is the halves of; -1 = a block of its own, whose buddy does not exist. */
  #parent = new Int32Array(64);
  /** Which of the blocks that the memory consists of it is part of. */
  #whole = new Uint8Array(64);
  /** By such a block: the end of the highest part of it that was ever handed out. */
  readonly #highest: number[] = [];
  #count = 0;
  /** The last pair dropped; the one before it is in its `next`. */
  #dropped = -1;
  freeBytes = 0;
  reservedBytes = 0;
  slow = false;

  constructor(capacity: number, minBlock: number) {
    this.#least = Math.log2(minBlock);
    let address = 0;
    for (let order = Math.min(topOrder, Math.floor(Math.log2(capacity))); order >= this.#least; order--) {
      if (capacity - address < 2 ** order) continue;
      const node = this.#pair(-1);
      this.#whole[node] = this.#highest.push(address) - 1;
      this.#address[node] = address;
      this.#order[node] = order;
      this.#push(node);
      this.freeBytes += 2 ** order;
      address += 2 ** order;
    }
  }

  get largestFreeBytes(): number {
    for (let order = topOrder; order >= this.#least; order--) if (this.#head[order]! >= 0) return 2 ** order;
    return 0;
  }

  allocate(bytes: number): number {
    let wanted = this.#least;
    while (2 ** wanted < bytes) wanted++;
    let order = wanted;
    while (order <= topOrder && this.#head[order]! < 0) order++;
    this.slow = order !== wanted;
    if (order > topOrder) return -1;
    let node = this.#head[order]!;
    this.#unlink(node);
    for (; order > wanted; order--) {
      const lower = this.#pair(node);
      const middle = this.#address[node]! + 2 ** (order - 1);
      this.#address[lower] = this.#address[node]!;
      this.#address[lower + 1] = middle;
      this.#order[lower] = this.#order[lower + 1] = order - 1;
      this.#whole[lower] = this.#whole[lower + 1] = this.#whole[node]!;
      this.#push(lower + 1);
      node = lower;
    }
    this.freeBytes -= 2 ** wanted;
    const whole = this.#whole[node]!;
    const end = this.#address[node]! + 2 ** wanted;
    if (end > this.#highest[whole]!) {
      this.reservedBytes += end - this.#highest[whole]!;
      this.#highest[whole] = end;
    }
    return node;
  }

  free(block: number): void {
    let node = block;
    this.freeBytes += 2 ** this.#order[node]!;
    this.slow = false;
    while (this.#parent[node]! >= 0 && this.#isFree[node ^ 1] === 1) {
      this.slow = true;
      this.#unlink(node ^ 1);
      const parent = this.#parent[node]!;
      this.#next[node & ~1] = this.#dropped;
      this.#dropped = node & ~1;
      node = parent;
    }
    this.#push(node);
  }

  addressOf(block: number): number {
    return this.#address[block]!;
  }
  sizeOf(block: number): number {
    return 2 ** this.#order[block]!;
  }
  trim(): void {}

  /** Two nodes for the halves of `parent`; returns the lower one. */
  #pair(parent: number): number {
    let lower = this.#dropped;
    if (lower >= 0) this.#dropped = this.#next[lower]!;
    else {
      lower = this.#count;
      this.#count += 2;
      if (this.#count > this.#order.length) this.#grow(2 * this.#order.length);
    }
    this.#parent[lower] = this.#parent[lower + 1] = parent;
    this.#isFree[lower] = this.#isFree[lower + 1] = 0;
    return lower;
  }

  #push(node: number): void {
    const order = this.#order[node]!;
    const head = this.#head[order]!;
    this.#isFree[node] = 1;
    this.#next[node] = head;
    this.#previous[node] = -1;
    if (head >= 0) this.#previous[head] = node;
    this.#head[order] = node;
  }

  #unlink(node: number): void {
    const next = this.#next[node]!;
    const previous = this.#previous[node]!;
    this.#isFree[node] = 0;
    if (previous >= 0) this.#next[previous] = next;
    else this.#head[this.#order[node]!] = next;
    if (next >= 0) this.#previous[next] = previous;
  }

  #grow(size: number): void {
    this.#address = resized(this.#address, size);
    this.#order = resized(this.#order, size);
    this.#isFree = resized(this.#isFree, size);
    this.#next = resized(this.#next, size);
    this.#previous = resized(this.#previous, size);
    this.#parent = resized(this.#parent, size);
    this.#whole = resized(this.#whole, size);
  }
}
