import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import type { Allocator } from "../plugin.ts";

/** What an allocator is without threads: one part of a memory, under one lock. */
export interface Arena {
  /** A block of at least `bytes`, or -1 where there is no room for it. */
  allocate(bytes: number): number;
  free(block: number): void;
  addressOf(block: number): number;
  sizeOf(block: number): number;
  trim(): void;
  readonly freeBytes: number;
  readonly reservedBytes: number;
  readonly largestFreeBytes: number;
  /** Whether the last call left the fast path. */
  readonly slow: boolean;
}

/** Options that every allocator has, with the defaults of `fast` and `slow`. */
export function commonOptions(fast: string, slow: string) {
  return {
    arenas: z.int().min(1).max(1024).default(1).describe("Parts that the memory is divided into, each under a lock of its own; a thread uses one of them, and another where that is full"),
    fast: quantity("time").prefault(fast).describe("Time that one call holds the lock on the fast path"),
    slow: quantity("time").prefault(slow).describe("Time that one call holds the lock where it leaves the fast path"),
  };
}

/** The common options, as they are used. */
export interface ArenaOptions {
  readonly arenas: number;
  readonly fast: number;
  readonly slow: number;
}

/** Block sizes in bytes: a power of two, at least 1. */
export const powerOfTwo = (preset: string, meaning: string) =>
  quantity("bytes").refine((bytes) => bytes >= 1 && Number.isInteger(Math.log2(bytes)), { message: "must be a power of two" }).prefault(preset).describe(meaning);

/**
 * An allocator of `arenas` equal parts of a memory. Thread t uses part t modulo their number, and the next ones in turn
 * where that has no room; a block goes back to the part it came from, whoever frees it.
 */
export class Arenas implements Allocator {
  readonly #arenas: readonly Arena[];
  readonly #options: ArenaOptions;
  readonly #partBytes: number;
  lastLock = 0;
  lastNs = 0;

  constructor(capacityBytes: number, options: ArenaOptions, make: (bytes: number) => Arena) {
    this.#options = options;
    this.#partBytes = capacityBytes === Infinity ? 2 ** 48 : Math.floor(capacityBytes / options.arenas / 4096) * 4096;
    this.#arenas = Array.from({ length: options.arenas }, () => make(options.arenas === 1 || capacityBytes === Infinity ? capacityBytes : this.#partBytes));
  }

  get lockCount(): number {
    return this.#arenas.length;
  }
  get freeBytes(): number {
    return this.#sum((arena) => arena.freeBytes);
  }
  get reservedBytes(): number {
    return this.#sum((arena) => arena.reservedBytes);
  }
  get largestFreeBytes(): number {
    let largest = 0;
    for (const arena of this.#arenas) largest = Math.max(largest, arena.largestFreeBytes);
    return largest;
  }

  allocate(bytes: number, thread = 0): number {
    const { length } = this.#arenas;
    this.lastNs = 0;
    for (let i = 0; i < length; i++) {
      const at = length === 1 ? 0 : (thread + i) % length;
      const arena = this.#arenas[at]!;
      const block = arena.allocate(bytes);
      this.lastLock = at;
      this.lastNs += arena.slow ? this.#options.slow : this.#options.fast;
      if (block >= 0) return block * length + at;
    }
    return -1;
  }

  free(block: number): void {
    const { length } = this.#arenas;
    this.lastLock = block % length;
    const arena = this.#arenas[this.lastLock]!;
    arena.free(Math.floor(block / length));
    this.lastNs = arena.slow ? this.#options.slow : this.#options.fast;
  }

  addressOf(block: number): number {
    const { length } = this.#arenas;
    return this.#arenas[block % length]!.addressOf(Math.floor(block / length)) + (block % length) * this.#partBytes;
  }

  sizeOf(block: number): number {
    const { length } = this.#arenas;
    return this.#arenas[block % length]!.sizeOf(Math.floor(block / length));
  }

  trim(): void {
    for (const arena of this.#arenas) arena.trim();
  }

  #sum(bytesOf: (arena: Arena) => number): number {
    let sum = 0;
    for (const arena of this.#arenas) sum += bytesOf(arena);
    return sum;
  }
}
