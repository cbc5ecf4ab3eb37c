/**
 * What an allocator made of one memory over a run, as a step function: entry i holds from `ticks[i]` to the next. Bytes;
 * times in ticks.
 */
export interface MemoryProfile {
  /** Id of the memory. */
  readonly memory: number;
  /** Name of the allocator. */
  readonly allocator: string;
  readonly ticks: Float64Array;
  /** Sizes of the live buffers, as they were asked for. */
  readonly liveBytes: Float64Array;
  /** Sizes of their blocks. */
  readonly allocatedBytes: Float64Array;
  /** What the allocator has taken from the memory. */
  readonly reservedBytes: Float64Array;
  /** What further blocks could take in all, and the largest of them; Infinity = unlimited. */
  readonly freeBytes: Float64Array;
  readonly largestFreeBytes: Float64Array;
  /** Entry with the most live bytes, the first of several; -1 where nothing was ever live. */
  readonly peak: number;
  /** The buffers alive then, the largest first. */
  readonly peakBuffers: readonly LiveBuffer[];
  readonly allocations: number;
  readonly frees: number;
  /** Time that the calls held the allocator's locks, summed. The run itself is not charged for it. */
  readonly allocatorNs: number;
}

/** What was done so that everything found room. */
export interface MemoryRelief {
  readonly how: "spill" | "recompute";
  /** Tensors that left a memory, each time counted, and their bytes. */
  readonly tensors: number;
  readonly bytes: number;
  /** Ops that the instance has more than the workload: those that carry tensors, or run again. */
  readonly addedOps: number;
  /** Runs that it took to plan it, the last one included. */
  readonly runs: number;
}

/** A tensor that takes room in a memory; of several that share the room, the first. */
export interface LiveBuffer {
  readonly tensor: number;
  readonly bytes: number;
  readonly sinceTicks: number;
  /** Infinity = it stays. */
  readonly untilTicks: number;
}

/** Share of the allocated bytes that nobody asked for: what rounding adds. */
export function internalFragmentation({ liveBytes, allocatedBytes }: MemoryProfile, i: number): number {
  return allocatedBytes[i]! > 0 ? 1 - liveBytes[i]! / allocatedBytes[i]! : 0;
}

/** Share of the free bytes that no single block could take; 0 in an unlimited memory. */
export function externalFragmentation({ freeBytes, largestFreeBytes }: MemoryProfile, i: number): number {
  return freeBytes[i]! > 0 && freeBytes[i]! < Infinity ? 1 - largestFreeBytes[i]! / freeBytes[i]! : 0;
}
