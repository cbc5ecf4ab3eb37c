/**
 * Hands out blocks of one memory. Sizes and addresses are in bytes; a block is a small whole number, used again after it
 * was freed. Every call holds one of the allocator's locks for `lastNs`.
 */
export interface Allocator {
  /** A block of at least `bytes` (above 0) for a thread (default 0), or -1 where there is no room for it. */
  allocate(bytes: number, thread?: number): number;
  /** Gives back a block that `allocate` gave and nobody freed since. */
  free(block: number, thread?: number): void;
  /** Where a live block begins. */
  addressOf(block: number): number;
  /** What a live block takes, which is what was asked for or more. */
  sizeOf(block: number): number;
  /** Gives up what is kept for later requests and holds nothing live. */
  trim(): void;
  /** Bytes that further blocks could take, in pieces of any number. */
  readonly freeBytes: number;
  /** Largest block that there would be room for now. */
  readonly largestFreeBytes: number;
  /** Bytes taken from the memory so far and not given up: of a heap, from its beginning to the end of the highest block that ever was; of several, their sum. */
  readonly reservedBytes: number;
  /** How many locks guard it; locks are numbered from 0. */
  readonly lockCount: number;
  /** The lock that the last call held. */
  readonly lastLock: number;
  /** How long the last call held it, in nanoseconds. */
  readonly lastNs: number;
}

/** Makes the allocator of one memory. Capacity in bytes; Infinity = unlimited. */
export type NewAllocator = (capacityBytes: number) => Allocator;
