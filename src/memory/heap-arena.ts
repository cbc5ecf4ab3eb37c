import type { Arena } from "./arenas.ts";
import { BlockHeap, type HeapRules } from "./block-heap.ts";

/** A whole memory as one heap: what first fit and best fit are. The slow path is that of a block beyond all earlier ones, for which the system is asked. */
export class HeapArena implements Arena {
  readonly #heap: BlockHeap;
  slow = false;
  reservedBytes = 0;

  constructor(capacityBytes: number, rules: HeapRules) {
    this.#heap = new BlockHeap(rules);
    this.#heap.addRegion(0, Math.floor(capacityBytes / rules.alignment) * rules.alignment);
  }

  get freeBytes(): number {
    return this.#heap.freeBytes;
  }
  get largestFreeBytes(): number {
    return this.#heap.largestFreeBytes;
  }

  allocate(bytes: number): number {
    const block = this.#heap.take(bytes);
    const end = block < 0 ? 0 : this.addressOf(block) + this.sizeOf(block);
    this.slow = block < 0 || end > this.reservedBytes;
    if (end > this.reservedBytes) this.reservedBytes = end;
    return block;
  }

  free(block: number): void {
    this.slow = false;
    this.#heap.give(block);
  }

  addressOf(block: number): number {
    return this.#heap.blocks.address[block]!;
  }
  sizeOf(block: number): number {
    return this.#heap.blocks.size[block]!;
  }
  trim(): void {}
}
