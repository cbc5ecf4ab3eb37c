/** A run of consecutive steps, `first` to `end` − 1, on one device. */
export interface Chunk {
  readonly device: number;
  readonly first: number;
  readonly end: number;
}

/** A way to cut all steps into chunks. */
export interface Chunking {
  readonly chunks: readonly Chunk[];
  /** What an item takes of a slot of the busiest device, all its chunks together: items cannot follow each other faster. */
  readonly periodTicks: number;
  /** All chunks, one after the other. */
  readonly latencyTicks: number;
}

/** What is to be cut. */
export interface ChunkProblem {
  readonly steps: number;
  /** Ticks of `step` on `device`, `[step · slots.length + device]`; Infinity = cannot run there. */
  readonly ticks: Float64Array;
  /** How many items each device holds at once. */
  readonly slots: ArrayLike<number>;
}

/** Most nodes of the search tree of {@link chunkingsWithin}. */
const nodeLimit = 200_000;

/**
 * The shortest period of any chunking with at most one chunk a device; Infinity where there is none. Exact: dynamic programming over the set of devices
 * used and the steps done, in 2^devices · devices · steps².
 * @source S. H. Bokhari, "Partitioning problems in parallel, pipelined, and distributed computing", IEEE Transactions on Computers 37(1), 1988, doi:10.1109/12.75137. There the processors are equal; here they differ, hence the sets
 */
export function shortestPeriod({ steps, ticks, slots }: ChunkProblem): number {
  const devices = slots.length;
  const size = steps + 1;
  const period = new Float64Array(2 ** devices * size).fill(Infinity);
  period[0] = 0;
  let best = Infinity;
  for (let used = 0; used < 2 ** devices; used++) {
    for (let first = 0; first < steps; first++) {
      const before = period[used * size + first]!;
      if (before >= best) continue;
      for (let device = 0; device < devices; device++) {
        if ((used >> device) & 1) continue;
        let sum = 0;
        for (let end = first + 1; end <= steps; end++) {
          sum += ticks[(end - 1) * devices + device]!;
          const slowest = Math.max(before, sum / slots[device]!);
          if (slowest >= best) break;
          const there = (used | (1 << device)) * size + end;
          if (slowest < period[there]!) period[there] = slowest;
        }
      }
    }
    best = Math.min(best, period[used * size + steps]!);
  }
  return best;
}

/**
 * The chunkings with at most one chunk a device, with a period of at most `limitTicks`: the shortest period first, then the least latency, then the lower
 * devices. Of very many, what a search over some 200,000 chunks comes to.
 */
export function chunkingsWithin({ steps, ticks, slots }: ChunkProblem, limitTicks: number): Chunking[] {
  const devices = slots.length;
  const found: Chunking[] = [];
  const chunks: Chunk[] = [];
  let nodes = 0;
  const extend = (first: number, used: number, periodTicks: number, latencyTicks: number): void => {
    if (first === steps) {
      found.push({ chunks: [...chunks], periodTicks, latencyTicks });
      return;
    }
    for (let device = 0; device < devices; device++) {
      if ((used >> device) & 1) continue;
      let sum = 0;
      for (let end = first + 1; end <= steps && nodes < nodeLimit; end++) {
        sum += ticks[(end - 1) * devices + device]!;
        if (!(sum / slots[device]! <= limitTicks && sum < Infinity)) break;
        nodes++;
        chunks.push({ device, first, end });
        extend(end, used | (1 << device), Math.max(periodTicks, sum / slots[device]!), latencyTicks + sum);
        chunks.pop();
      }
    }
  };
  extend(0, 0, 0, 0);
  return found.sort((a, b) => a.periodTicks - b.periodTicks || a.latencyTicks - b.latencyTicks);
}
