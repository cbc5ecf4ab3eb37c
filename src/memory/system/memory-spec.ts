/** The memory system that threads run on: plain data, as {@link MemorySystem} takes it. Times in ns, bandwidths in bytes/ns. */
export interface MemorySystemSpec {
  /** Bytes that move together. Default 64. */
  readonly lineBytes?: number;
  /** Hardware threads, by the numbers that the engine gives its cores. */
  readonly cores: readonly MemoryCoreSpec[];
  /** Every cache there is, in any order; each core has at most one of each level. */
  readonly caches: readonly CacheSpec[];
  /** NUMA nodes; one where memory is uniform. */
  readonly nodes: readonly NumaNodeSpec[];
  /**
   * Distances as in an ACPI SLIT: `distance[from][to]` of a core's node to a memory's, 10 = local. Latency grows in
   * proportion, and what one core can draw falls likewise, since it has as many misses in flight. Default: 10 and 21,
   * the value that firmware gives where it measured nothing.
   */
  readonly distance?: readonly (readonly number[])[];
  /** What nodes are joined by. */
  readonly interconnects?: readonly InterconnectSpec[];
  readonly pages?: PageSpec;
  /** None: files cannot be read, and what is overcommitted is out of memory. */
  readonly disk?: DiskSpec;
  /** Bytes of the disk that pages may be swapped out to. Default 0. */
  readonly swapBytes?: number;
}

/** A hardware thread, as memory sees it. */
export interface MemoryCoreSpec {
  /** NUMA node. */
  readonly node: number;
  /** Physical core: hardware threads of one share what it can draw. */
  readonly physical: number;
  /** What one core alone can draw from local memory; Infinity = all of it. */
  readonly bytesPerNs: number;
  /** Cache misses that it has in flight at most. */
  readonly outstanding: number;
  /** None: addresses are translated at no cost. */
  readonly tlb?: TlbSpec;
}

/** One cache. */
export interface CacheSpec {
  readonly name: string;
  /** From 1, nearest to the core. */
  readonly level: number;
  readonly capacityBytes: number;
  /** Hardware threads that it serves. */
  readonly cores: readonly number[];
  /** From the load to the use. */
  readonly latencyNs: number;
  /** What one core can draw. */
  readonly bytesPerNs: number;
  /** What all of them together can draw. Default: no limit beyond each one's. */
  readonly sharedBytesPerNs?: number;
  /** A line from one of its cores to another. Default: its latency, and that of the level before. */
  readonly transferNs?: number;
  /** It holds what the inner levels gave up, not copies of what they have: capacities add up. Default false. */
  readonly victim?: boolean;
  /** Shares of the capacity that classes of threads may fill, by {@link wayShares} or {@link colourShares}. Default: one for all. */
  readonly shares?: readonly number[];
}

/** Memory at one place. */
export interface NumaNodeSpec {
  readonly name: string;
  /** Infinity = no limit. */
  readonly capacityBytes: number;
  /** Shared by all who draw from it; Infinity = never a limit. */
  readonly bytesPerNs: number;
  /** Of a load by a core of this node. */
  readonly latencyNs: number;
}

/** A link that cores reach memory of other nodes through. */
export interface InterconnectSpec {
  readonly name: string;
  readonly bytesPerNs: number;
  /** Pairs [node of the memory, node of the core] whose data crosses it. */
  readonly pairs: readonly (readonly [number, number])[];
}

/** How addresses are translated. */
export interface TlbSpec {
  /** From the first that is asked; a miss asks the next, and a miss in the last walks the page table. */
  readonly levels: readonly TlbLevelSpec[];
  /** Of one walk. */
  readonly walkNs: number;
  /** Walks at once. Default 1. */
  readonly walkers?: number;
}

/** One level of a TLB. */
export interface TlbLevelSpec {
  readonly entries: number;
  /** Entries that huge pages may use. Default: all. */
  readonly hugeEntries?: number;
  /** Time to ask this level, where the one before missed. Of the first level: 0, it is part of the load. */
  readonly latencyNs: number;
}

/** Pages, and what the first touch of one costs. */
export interface PageSpec {
  /** Default 4096. */
  readonly bytes?: number;
  /** Default 2 MiB. */
  readonly hugeBytes?: number;
  /** Trap, allocation and mapping of a page that is touched first, without zeroing it. Default 0. */
  readonly faultNs?: number;
  /** At which a new page is zeroed. Default: at once. */
  readonly zeroBytesPerNs?: number;
}

/** A disk. */
export interface DiskSpec {
  readonly name: string;
  /** Shared by all who read and write. */
  readonly bytesPerNs: number;
  /** Of one request alone, before its bytes come. */
  readonly latencyNs: number;
  /** Requests that it works on at once. */
  readonly queue: number;
  /** Bytes of a request where a file is read on end: what the system reads ahead. */
  readonly readAheadBytes: number;
}

/** Where pages go: to the node of the core that touches them first, to all in turn, or to one alone. */
export type Placement = "first-touch" | "interleave" | { readonly node: number };

/** A stretch of memory that activities touch: a tensor, a heap, a mapped file. */
export interface RegionSpec {
  readonly bytes: number;
  readonly placement: Placement;
  /** In huge pages. Default false. */
  readonly huge?: boolean;
  /** A file mapped into memory: its pages come from the disk, and stay in the page cache while memory is free. Default false. */
  readonly file?: boolean;
}

/** Something that activities share, by its position in {@link MemorySystem.resources}. */
export interface MemoryResource {
  readonly name: string;
  readonly kind: "core" | "cache" | "memory" | "interconnect" | "disk";
  /** Position of the physical core, cache, node or interconnect in the specification; 0 of the disk. */
  readonly index: number;
  /** Infinity = never a limit. */
  readonly bytesPerNs: number;
}

export type { MemoryAccess } from "../../base/memory-access.ts";
