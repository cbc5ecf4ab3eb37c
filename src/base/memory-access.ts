/** How a computation touches memory: what threads are compiled to say, and what the memory system takes. */
export interface MemoryAccess {
  readonly name: string;
  /** Bytes loaded and stored in all. */
  readonly bytes: number;
  /** Distinct bytes among them. */
  readonly workingSetBytes: number;
  /**
   * `stream`: over the working set from end to end, again and again; `random`: independent of each other, anywhere in it;
   * `chase`: the same, but each load needs the one before; `blocked`: a matrix product by blocks.
   */
  readonly pattern: "stream" | "random" | "chase" | "blocked";
  /** Share of the bytes that are stored. */
  readonly writeShare: number;
  /** NUMA node that holds it; -1 = where it is first touched; -2 = spread over all. Of a region that is given, the region's counts. */
  readonly home: number;
  /** Bytes of one load or store. Default 8. */
  readonly accessBytes?: number;
  /** Of `stream`: bytes from one load to the next. Default: no gap. */
  readonly strideBytes?: number;
  /** Of `random` and `chase`: how uneven, in [0, 1): the hottest share x of the working set gets x^(1 - skew) of the accesses. Default 0: even. */
  readonly skew?: number;
  /** Of `blocked`, needed: rows of the square matrices and of a block, bytes of an element. `bytes` are then what the registers take. */
  readonly matmul?: { readonly size: number; readonly block: number; readonly elementBytes: number };
  /** One region that all threads with this access touch; otherwise each has its own. Default false. */
  readonly shared?: boolean;
  /** In huge pages. Default false. */
  readonly huge?: boolean;
  /** A file mapped into memory. Default false. */
  readonly file?: boolean;
  /** Class of the thread in caches whose capacity is divided. Default 0. */
  readonly cacheClass?: number;
}
