import { resized } from "../base/columns.ts";
import type { BlockTable } from "./block-table.ts";

/** How free blocks are ordered: by address, or by size (ties by address). */
export type FreeOrder = "address" | "size";

/**
 * The free blocks of a heap as a treap, so that the first block that is large enough, by address or by size, is found in
 * O(log n). Each node knows the largest size below it. Priorities are a hash of the block: no luck is involved.
 * @source R. Seidel, C. R. Aragon, "Randomized search trees", Algorithmica 16, 1996, doi:10.1007/BF01940876
 */
export class FreeTree {
  readonly #blocks: BlockTable;
  readonly #bySize: boolean;
  #left = new Int32Array(64);
  #right = new Int32Array(64);
  #largest = new Float64Array(64);
  #root = -1;
  /** Halves of the last split. */
  #low = -1;
  #high = -1;

  constructor(blocks: BlockTable, order: FreeOrder) {
    this.#blocks = blocks;
    this.#bySize = order === "size";
  }

  /** Size of the largest block; 0 when empty. */
  get largest(): number {
    return this.#root < 0 ? 0 : this.#largest[this.#root]!;
  }

  /** The first block in the order that has at least `bytes`; -1 when there is none. */
  find(bytes: number): number {
    let node = this.#root;
    if (node < 0 || this.#largest[node]! < bytes) return -1;
    const { size } = this.#blocks;
    for (;;) {
      const left = this.#left[node]!;
      if (left >= 0 && this.#largest[left]! >= bytes) node = left;
      else if (size[node]! >= bytes) return node;
      else node = this.#right[node]!;
    }
  }

  insert(block: number): void {
    if (block >= this.#left.length) this.#grow(Math.max(2 * this.#left.length, block + 1));
    this.#left[block] = -1;
    this.#right[block] = -1;
    this.#root = this.#insert(this.#root, block, priority(block));
  }

  remove(block: number): void {
    this.#root = this.#remove(this.#root, block);
  }

  /** All blocks, in the order. */
  list(): number[] {
    const blocks: number[] = [];
    const visit = (node: number): void => {
      if (node < 0) return;
      visit(this.#left[node]!);
      blocks.push(node);
      visit(this.#right[node]!);
    };
    visit(this.#root);
    return blocks;
  }

  #insert(node: number, block: number, rank: number): number {
    if (node < 0 || rank > priority(node)) {
      this.#split(node, block);
      this.#left[block] = this.#low;
      this.#right[block] = this.#high;
      this.#update(block);
      return block;
    }
    if (this.#precedes(block, node)) this.#left[node] = this.#insert(this.#left[node]!, block, rank);
    else this.#right[node] = this.#insert(this.#right[node]!, block, rank);
    this.#update(node);
    return node;
  }

  #remove(node: number, block: number): number {
    if (node === block) return this.#merge(this.#left[node]!, this.#right[node]!);
    if (this.#precedes(block, node)) this.#left[node] = this.#remove(this.#left[node]!, block);
    else this.#right[node] = this.#remove(this.#right[node]!, block);
    this.#update(node);
    return node;
  }

  /** What comes before `block` and what comes after it. */
  #split(node: number, block: number): void {
    if (node < 0) {
      this.#low = this.#high = -1;
    } else if (this.#precedes(block, node)) {
      this.#split(this.#left[node]!, block);
      this.#left[node] = this.#high;
      this.#update(node);
      this.#high = node;
    } else {
      this.#split(this.#right[node]!, block);
      this.#right[node] = this.#low;
      this.#update(node);
      this.#low = node;
    }
  }

  #merge(low: number, high: number): number {
    if (low < 0) return high;
    if (high < 0) return low;
    if (priority(low) > priority(high)) {
      this.#right[low] = this.#merge(this.#right[low]!, high);
      this.#update(low);
      return low;
    }
    this.#left[high] = this.#merge(low, this.#left[high]!);
    this.#update(high);
    return high;
  }

  #precedes(a: number, b: number): boolean {
    const { size, address } = this.#blocks;
    if (this.#bySize && size[a]! !== size[b]!) return size[a]! < size[b]!;
    return address[a]! < address[b]!;
  }

  #update(node: number): void {
    const left = this.#left[node]!;
    const right = this.#right[node]!;
    let largest = this.#blocks.size[node]!;
    if (left >= 0 && this.#largest[left]! > largest) largest = this.#largest[left]!;
    if (right >= 0 && this.#largest[right]! > largest) largest = this.#largest[right]!;
    this.#largest[node] = largest;
  }

  #grow(size: number): void {
    this.#left = resized(this.#left, size);
    this.#right = resized(this.#right, size);
    this.#largest = resized(this.#largest, size);
  }
}

/** Spreads blocks over 32 bits. */
function priority(block: number): number {
  const mixed = Math.imul(block ^ (block >>> 15), 0x2c1b3c6d);
  return Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39) >>> 0;
}
