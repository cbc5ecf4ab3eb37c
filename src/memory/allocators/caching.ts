import { z } from "zod";
import { quantity } from "../../base/quantity.ts";
import { defineAllocator } from "../../plugin.ts";
import { Arenas, commonOptions, powerOfTwo, type Arena } from "../arenas.ts";
import { BlockHeap } from "../block-heap.ts";

const bytes = (preset: string, meaning: string) => quantity("bytes").refine((size) => size >= 1, { message: "must be above 0" }).prefault(preset).describe(meaning);

const options = z.strictObject({
  rounding: powerOfTwo("512B", "Sizes are rounded up to a multiple of this"),
  smallLimit: bytes("1MiB", "Requests up to this come from the pool of small blocks"),
  smallSegment: bytes("2MiB", "What the pool of small blocks takes from the memory at once"),
  largeLimit: bytes("10MiB", "Requests of this much and more get a segment of their own size"),
  largeSegment: bytes("20MiB", "What the pool of large blocks takes from the memory at once, for requests below largeLimit"),
  segmentRounding: powerOfTwo("2MiB", "Segments for larger requests are rounded up to a multiple of this"),
  ...commonOptions("1us", "100us"),
});
type Options = z.infer<typeof options>;

/**
 * As deep-learning frameworks do on a GPU, where asking the driver is slow: memory is taken in segments and kept. A
 * request is served by the smallest cached block of its pool (small, large) that is large enough, which is cut; freed
 * blocks merge within their segment. When a segment cannot be had, those that hold nothing are given back, and the
 * request is tried once more. A segment is contiguous in virtual addresses alone: one can be had as long as there is
 * memory. The slow path is that of a call that takes or gives back segments; `fast` and `slow` are orders of magnitude.
 * @source PyTorch documentation, "CUDA semantics: memory management", and c10/cuda/CUDACachingAllocator.cpp, for the pools and sizes
 */
export const caching = defineAllocator<z.input<typeof options>>({
  name: "caching",
  summary: "segments that are kept, split and merged, as deep-learning frameworks do",
  source: "PyTorch documentation, CUDA semantics: memory management",
  options,
  create: (chosen) => (capacityBytes) => new Arenas(capacityBytes, chosen as Options, (capacity) => new Caching(capacity, chosen as Options)),
});

/** Blocks with even ids are of the pool of small blocks, those with odd ids of the large one. */
class Caching implements Arena {
  readonly #capacity: number;
  readonly #options: Options;
  readonly #small: BlockHeap;
  readonly #large: BlockHeap;
  /** Where the next segment begins: virtual addresses are not used twice. */
  #nextAddress = 0;
  reservedBytes = 0;
  slow = false;

  constructor(capacity: number, chosen: Options) {
    this.#capacity = capacity;
    this.#options = chosen;
    const { rounding, smallLimit } = chosen;
    this.#small = new BlockHeap({ order: "size", alignment: rounding, leastRest: rounding });
    // A large block is cut only where what is left is no small one.
    this.#large = new BlockHeap({ order: "size", alignment: rounding, leastRest: smallLimit + 1 });
  }

  get freeBytes(): number {
    return this.#capacity - this.reservedBytes + this.#small.freeBytes + this.#large.freeBytes;
  }
  get largestFreeBytes(): number {
    return Math.max(this.#small.largestFreeBytes, this.#large.largestFreeBytes, this.#capacity - this.reservedBytes);
  }

  allocate(wanted: number): number {
    const isSmall = wanted <= this.#options.smallLimit;
    const pool = isSmall ? this.#small : this.#large;
    let block = pool.take(wanted);
    this.slow = block < 0;
    if (block < 0 && this.#addSegment(pool, wanted, isSmall)) block = pool.take(wanted);
    return block < 0 ? -1 : 2 * block + (isSmall ? 0 : 1);
  }

  free(block: number): void {
    this.slow = false;
    (block % 2 === 0 ? this.#small : this.#large).give(Math.floor(block / 2));
  }

  addressOf(block: number): number {
    return this.#poolOf(block).blocks.address[Math.floor(block / 2)]!;
  }
  sizeOf(block: number): number {
    return this.#poolOf(block).blocks.size[Math.floor(block / 2)]!;
  }
  trim(): void {
    this.reservedBytes -= this.#small.dropFreeRegions() + this.#large.dropFreeRegions();
  }

  #poolOf(block: number): BlockHeap {
    return block % 2 === 0 ? this.#small : this.#large;
  }

  /** Takes a segment from the memory, if need be after giving cached ones back; false when there is no room. */
  #addSegment(pool: BlockHeap, wanted: number, isSmall: boolean): boolean {
    const { smallSegment, largeSegment, largeLimit, segmentRounding } = this.#options;
    const least = pool.rounded(wanted);
    const usual = isSmall ? smallSegment : least < largeLimit ? largeSegment : Math.ceil(least / segmentRounding) * segmentRounding;
    const segment = pool.rounded(Math.max(least, usual));
    if (this.reservedBytes + segment > this.#capacity) this.trim();
    if (this.reservedBytes + segment > this.#capacity) return false;
    pool.addRegion(this.#nextAddress, segment);
    this.#nextAddress += segment;
    this.reservedBytes += segment;
    return true;
  }
}
