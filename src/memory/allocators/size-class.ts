import { z } from "zod";
import { quantity } from "../../base/quantity.ts";
import { defineAllocator } from "../../plugin.ts";
import { Arenas, commonOptions, powerOfTwo, type Arena } from "../arenas.ts";
import { BlockHeap } from "../block-heap.ts";
import { Slabs } from "../slabs.ts";

const options = z.strictObject({
  minBlock: powerOfTwo("64B", "The smallest class; classes and addresses are multiples of it"),
  maxBlock: quantity("bytes").refine((bytes) => bytes >= 1, { message: "must be above 0" }).prefault("256KiB").describe("Larger requests come from the heap below, each alone"),
  classes: z.int().min(1).max(64).default(4).describe("Classes for each doubling of the size: 4 leaves at most a fifth of a block unused, but for the smallest"),
  slab: powerOfTwo("2MiB", "Pieces of the heap that are cut into blocks of one class"),
  ...commonOptions("25ns", "1us"),
});
type Options = z.infer<typeof options>;

/**
 * Requests are rounded up to one of a few sizes, and each size has slabs of its own, cut into equal blocks: no search,
 * and no fragments between blocks of a slab. Slabs that hold nothing are kept for their class until the heap below
 * is full. The slow path is that of a new slab or a large block. The default of `fast` is half of what TCMalloc takes
 * for a pair of calls.
 * @source J. Bonwick, "The slab allocator: an object-caching kernel memory allocator", USENIX Summer 1994; times: S. Ghemawat, P. Menage, "TCMalloc: Thread-Caching Malloc"
 */
export const sizeClass = defineAllocator<z.input<typeof options>>({
  name: "size-class",
  summary: "a pool of equal blocks for each of a few sizes",
  source: 'J. Bonwick, "The slab allocator: an object-caching kernel memory allocator", USENIX Summer 1994',
  options,
  create: (chosen) => (capacityBytes) => new Arenas(capacityBytes, chosen as Options, (bytes) => new SizeClass(bytes, chosen as Options)),
});

/** Blocks with even ids are in slabs, those with odd ids come from the heap. */
class SizeClass implements Arena {
  readonly #heap: BlockHeap;
  readonly #slabs: Slabs;
  readonly #least: number;
  readonly #perDoubling: number;
  readonly #maxBlock: number;
  reservedBytes = 0;
  slow = false;

  constructor(capacity: number, { minBlock, maxBlock, classes, slab }: Options) {
    this.#heap = new BlockHeap({ order: "address", alignment: minBlock, leastRest: minBlock });
    this.#heap.addRegion(0, Math.floor(capacity / minBlock) * minBlock);
    // A slab holds eight blocks at least, where the memory is not too small for that.
    this.#slabs = new Slabs(Math.min(slab, Math.max(minBlock, Math.floor(capacity / 8 / minBlock) * minBlock)));
    this.#least = minBlock;
    this.#perDoubling = classes;
    this.#maxBlock = Math.min(maxBlock, this.#slabs.slabBytes / 8);
  }

  get freeBytes(): number {
    return this.#heap.freeBytes + this.#slabs.freeBytes;
  }
  get largestFreeBytes(): number {
    return Math.max(this.#heap.largestFreeBytes, this.#slabs.largestFree());
  }

  allocate(bytes: number): number {
    const size = this.#rounded(bytes);
    const pooled = size <= this.#maxBlock;
    const ready = pooled ? this.#slabs.take(size) : -1;
    this.slow = ready < 0;
    if (ready >= 0) return 2 * ready;
    const from = this.#fromHeap(pooled ? this.#slabs.slabBytes : bytes);
    if (from < 0) return pooled ? this.#alone(bytes) : -1;
    if (!pooled) return 2 * from + 1;
    this.#slabs.add(size, from, this.#heap.blocks.address[from]!);
    return 2 * this.#slabs.take(size);
  }

  free(block: number): void {
    this.slow = block % 2 === 1;
    if (this.slow) this.#heap.give(Math.floor(block / 2));
    else this.#slabs.give(block / 2);
  }

  addressOf(block: number): number {
    return block % 2 === 1 ? this.#heap.blocks.address[(block - 1) / 2]! : this.#slabs.addressOf(block / 2);
  }
  sizeOf(block: number): number {
    return block % 2 === 1 ? this.#heap.blocks.size[(block - 1) / 2]! : this.#slabs.sizeOf(block / 2);
  }
  trim(): void {
    for (const from of this.#slabs.dropEmpty()) this.#heap.give(from);
  }

  /** Where a whole slab does not fit any more, one block may. */
  #alone(bytes: number): number {
    const from = this.#fromHeap(bytes);
    return from < 0 ? -1 : 2 * from + 1;
  }

  #fromHeap(bytes: number): number {
    let block = this.#heap.take(bytes);
    if (block < 0) {
      this.trim();
      block = this.#heap.take(bytes);
    }
    if (block >= 0) this.reservedBytes = Math.max(this.reservedBytes, this.#heap.blocks.address[block]! + this.#heap.blocks.size[block]!);
    return block;
  }

  /** The size of the class: so many steps from one power of two to the next. */
  #rounded(bytes: number): number {
    if (bytes <= this.#least) return this.#least;
    let below = this.#least;
    while (2 * below < bytes) below *= 2;
    const step = Math.max(this.#least, below / this.#perDoubling);
    return below + Math.ceil((bytes - below) / step) * step;
  }
}
