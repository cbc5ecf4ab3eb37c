import { BlockTable } from "./block-table.ts";
import { FreeTree, type FreeOrder } from "./free-tree.ts";

/** How a {@link BlockHeap} chooses and cuts blocks. */
export interface HeapRules {
  /** `address`: the first free block that is large enough. `size`: the smallest that is, ties by address. */
  readonly order: FreeOrder;
  /** Sizes are rounded up to a multiple of this, so that addresses are multiples too. */
  readonly alignment: number;
  /** A free block is cut where at least this much is left of it. */
  readonly leastRest: number;
}

/**
 * Regions of memory that are cut into blocks; a block that is freed merges with its free neighbours in the region
 * (Knuth's boundary tags). Every step is O(log free blocks).
 * @source D. E. Knuth, The Art of Computer Programming, volume 1, section 2.5
 */
export class BlockHeap {
  readonly blocks = new BlockTable();
  readonly #rules: HeapRules;
  readonly #free: FreeTree;
  /** Bytes that are in no live block. */
  freeBytes = 0;

  constructor(rules: HeapRules) {
    this.#rules = rules;
    this.#free = new FreeTree(this.blocks, rules.order);
  }

  get largestFreeBytes(): number {
    return this.#free.largest;
  }

  /** Bytes that a request takes at least. */
  rounded(bytes: number): number {
    return Math.ceil(bytes / this.#rules.alignment) * this.#rules.alignment;
  }

  addRegion(address: number, bytes: number): void {
    this.freeBytes += bytes;
    this.#free.insert(this.blocks.add(address, bytes));
  }

  /** Gives up every region that is wholly free; returns their bytes. */
  dropFreeRegions(): number {
    const { before, after, size } = this.blocks;
    let bytes = 0;
    for (const block of this.#free.list()) {
      if (before[block]! >= 0 || after[block]! >= 0) continue;
      this.#free.remove(block);
      bytes += size[block]!;
      this.blocks.drop(block);
    }
    this.freeBytes -= bytes;
    return bytes;
  }

  /** A block of at least `bytes`, or -1. */
  take(bytes: number): number {
    const wanted = this.rounded(bytes);
    const block = this.#free.find(wanted);
    if (block < 0) return -1;
    this.#free.remove(block);
    const { blocks } = this;
    if (blocks.size[block]! - wanted >= this.#rules.leastRest) this.#free.insert(blocks.split(block, wanted));
    blocks.isFree[block] = 0;
    this.freeBytes -= blocks.size[block]!;
    return block;
  }

  give(block: number): void {
    const { blocks } = this;
    this.freeBytes += blocks.size[block]!;
    blocks.isFree[block] = 1;
    let merged = block;
    const before = blocks.before[block]!;
    const after = blocks.after[block]!;
    if (after >= 0 && blocks.isFree[after] === 1) {
      this.#free.remove(after);
      blocks.absorb(block);
    }
    if (before >= 0 && blocks.isFree[before] === 1) {
      this.#free.remove(before);
      blocks.absorb(before);
      merged = before;
    }
    this.#free.insert(merged);
  }
}
