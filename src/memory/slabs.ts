import { resized } from "../base/columns.ts";

/**
 * Slabs of equal blocks. The k-th block of slab s has the id s · perSlab + k, where perSlab is the most blocks that any
 * slab may have, so that ids say where blocks are. The free blocks of a slab are a stack.
 */
export class Slabs {
  readonly slabBytes: number;
  /** By slab: the block it came from, its address, the size of its blocks, how many there are and how many are free. */
  readonly #from: number[] = [];
  readonly #address: number[] = [];
  readonly #size: number[] = [];
  readonly #count: number[] = [];
  readonly #free: number[] = [];
  /** By slab: its free blocks, the first `free` of them. */
  readonly #stack: Uint32Array[] = [];
  readonly #unused: number[] = [];
  /** By size: the slabs that have room, the last one used first; and where each slab is in its list, -1 = in none. */
  readonly #roomy = new Map<number, number[]>();
  #place = new Int32Array(16).fill(-1);
  freeBytes = 0;

  constructor(slabBytes: number) {
    this.slabBytes = slabBytes;
  }

  /** A block of exactly `size`, or -1 when no slab has one. */
  take(size: number): number {
    const slabs = this.#roomy.get(size);
    if (slabs === undefined || slabs.length === 0) return -1;
    const slab = slabs[slabs.length - 1]!;
    const left = --this.#free[slab]!;
    if (left === 0) {
      slabs.pop();
      this.#place[slab] = -1;
    }
    this.freeBytes -= size;
    return slab * perSlab + this.#stack[slab]![left]!;
  }

  give(block: number): void {
    const slab = Math.floor(block / perSlab);
    const free = this.#free[slab]!++;
    this.#stack[slab]![free] = block % perSlab;
    this.freeBytes += this.#size[slab]!;
    if (free === 0) this.#open(slab);
  }

  /** A new slab for blocks of `size`, in the room at `address` that the heap gave as `from`. */
  add(size: number, from: number, address: number): void {
    const slab = this.#unused.pop() ?? this.#size.length;
    if (slab >= this.#place.length) this.#place = resized(this.#place, 2 * slab).fill(-1, this.#place.length);
    const count = Math.min(perSlab, Math.floor(this.slabBytes / size));
    this.#from[slab] = from;
    this.#address[slab] = address;
    this.#size[slab] = size;
    this.#count[slab] = this.#free[slab] = count;
    // The lowest address is taken first.
    this.#stack[slab] = Uint32Array.from({ length: count }, (_, i) => count - 1 - i);
    this.freeBytes += count * size;
    this.#open(slab);
  }

  /** Gives up the slabs without live blocks; returns the blocks that they came from. */
  dropEmpty(): number[] {
    const dropped: number[] = [];
    for (let slab = 0; slab < this.#size.length; slab++) {
      if (this.#count[slab] === 0 || this.#free[slab]! < this.#count[slab]!) continue;
      this.#close(slab);
      this.freeBytes -= this.#count[slab]! * this.#size[slab]!;
      this.#count[slab] = 0;
      this.#unused.push(slab);
      dropped.push(this.#from[slab]!);
    }
    return dropped;
  }

  addressOf(block: number): number {
    const slab = Math.floor(block / perSlab);
    return this.#address[slab]! + (block % perSlab) * this.#size[slab]!;
  }

  sizeOf(block: number): number {
    return this.#size[Math.floor(block / perSlab)]!;
  }

  /** Largest size of which a slab has a free block; 0 when all are full. */
  largestFree(): number {
    let largest = 0;
    for (const [size, slabs] of this.#roomy) if (slabs.length > 0 && size > largest) largest = size;
    return largest;
  }

  #open(slab: number): void {
    const size = this.#size[slab]!;
    let slabs = this.#roomy.get(size);
    if (slabs === undefined) this.#roomy.set(size, (slabs = []));
    this.#place[slab] = slabs.push(slab) - 1;
  }

  #close(slab: number): void {
    const slabs = this.#roomy.get(this.#size[slab]!)!;
    const place = this.#place[slab]!;
    const last = slabs.pop()!;
    if (last !== slab) {
      slabs[place] = last;
      this.#place[last] = place;
    }
    this.#place[slab] = -1;
  }
}

/** Most blocks of a slab. */
const perSlab = 2 ** 16;
