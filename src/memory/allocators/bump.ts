import { z } from "zod";
import { defineAllocator } from "../../plugin.ts";
import { Arenas, commonOptions, powerOfTwo, type Arena } from "../arenas.ts";
import { BlockTable } from "../block-table.ts";

const options = z.strictObject({
  alignment: powerOfTwo("64B", "Addresses are multiples of this, and sizes are rounded up to it"),
  lifo: z.boolean().default(false).describe("Blocks that are freed at the end give their room back at once, as on a stack; false = only when nothing is live any more"),
  ...commonOptions("5ns", "5ns"),
});
type Options = z.infer<typeof options>;

/**
 * A pointer that only moves up: the next block begins where the last one ended. What is freed cannot be used again until
 * everything is, and then the pointer starts anew. The cheapest there is, and right where all blocks die together.
 * @source D. R. Hanson, "Fast allocation and deallocation of memory based on object lifetimes", Software: Practice and Experience 20(1), 1990, doi:10.1002/spe.4380200104
 */
export const bump = defineAllocator<z.input<typeof options>>({
  name: "bump",
  summary: "a pointer that moves up, and starts anew when nothing is live",
  source: 'D. R. Hanson, "Fast allocation and deallocation of memory based on object lifetimes", Software: Practice and Experience 20(1), 1990',
  options,
  create: (chosen) => (capacityBytes) => new Arenas(capacityBytes, chosen as Options, (bytes) => new Bump(bytes, chosen as Options)),
});

class Bump implements Arena {
  readonly #capacity: number;
  readonly #alignment: number;
  readonly #lifo: boolean;
  readonly #blocks = new BlockTable();
  #top = 0;
  #last = -1;
  #live = 0;
  readonly slow = false;
  reservedBytes = 0;

  constructor(capacity: number, { alignment, lifo }: Options) {
    this.#capacity = Math.floor(capacity / alignment) * alignment;
    this.#alignment = alignment;
    this.#lifo = lifo;
  }

  get freeBytes(): number {
    return this.#capacity - this.#top;
  }
  get largestFreeBytes(): number {
    return this.freeBytes;
  }

  allocate(bytes: number): number {
    const size = Math.ceil(bytes / this.#alignment) * this.#alignment;
    if (size > this.freeBytes) return -1;
    const blocks = this.#blocks;
    const block = blocks.add(this.#top, size);
    blocks.isFree[block] = 0;
    blocks.before[block] = this.#last;
    if (this.#last >= 0) blocks.after[this.#last] = block;
    this.#last = block;
    this.#live++;
    this.#top += size;
    if (this.#top > this.reservedBytes) this.reservedBytes = this.#top;
    return block;
  }

  free(block: number): void {
    const blocks = this.#blocks;
    blocks.isFree[block] = 1;
    const dead = --this.#live === 0;
    if (!dead && !this.#lifo) {
      // Only its size is gone for good: the row can serve another block.
      this.#unlink(block);
      return;
    }
    while (this.#last >= 0 && blocks.isFree[this.#last] === 1) {
      const below = blocks.before[this.#last]!;
      this.#top = blocks.address[this.#last]!;
      blocks.drop(this.#last);
      this.#last = below;
    }
    if (dead) this.#top = 0;
  }

  addressOf(block: number): number {
    return this.#blocks.address[block]!;
  }
  sizeOf(block: number): number {
    return this.#blocks.size[block]!;
  }
  trim(): void {
    this.reservedBytes = this.#top;
  }

  #unlink(block: number): void {
    const blocks = this.#blocks;
    const before = blocks.before[block]!;
    const after = blocks.after[block]!;
    if (before >= 0) blocks.after[before] = after;
    if (after >= 0) blocks.before[after] = before;
    else this.#last = before;
    blocks.drop(block);
  }
}
