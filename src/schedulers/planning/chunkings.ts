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

/** Most nodes of a search tree of {@link chunkingsWithin}. */
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
 * The chunkings with at most one chunk a device, with a period of at most `limitTicks`: the shortest period first, then
 * the least latency, then the lower devices. Where a search over 200,000 chunks does not come to an end, the limit is
 * drawn towards the shortest period there is, so far that one does.
 */
export function chunkingsWithin(problem: ChunkProblem, limitTicks: number): Chunking[] {
  let widest = search(problem, limitTicks);
  if (widest.isWhole) return widest.found;
  const shortest = shortestPeriod(problem);
  for (let part = narrowest; part < 1; part *= 4) {
    const wider = search(problem, shortest + (limitTicks - shortest) * part + shortest * forgiven);
    if (part === narrowest || wider.isWhole) widest = wider;
    if (!wider.isWhole) break;
  }
  return widest.found;
}

/** Of the way from the shortest period to the limit: where the searches begin. */
const narrowest = 4 ** -10;

/** Rounding of sums that were taken in another order. */
const forgiven = 1e-9;

/** All chunkings within the limit, sorted, or what was found of them before the nodes were used up. */
function search({ steps, ticks, slots }: ChunkProblem, limitTicks: number): { readonly found: Chunking[]; readonly isWhole: boolean } {
  const devices = slots.length;
  const all = 2 ** devices - 1;
  const earliest = earliestStarts({ steps, ticks, slots }, limitTicks);
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
      const then = used | (1 << device);
      let sum = 0;
      for (let end = first + 1; end <= steps && nodes < nodeLimit; end++) {
        sum += ticks[(end - 1) * devices + device]!;
        if (!(sum / slots[device]! <= limitTicks && sum < Infinity)) break;
        if (end < earliest[all & ~then]!) continue;
        nodes++;
        chunks.push({ device, first, end });
        extend(end, then, Math.max(periodTicks, sum / slots[device]!), latencyTicks + sum);
        chunks.pop();
      }
    }
  };
  extend(0, 0, 0, 0);
  return { found: found.sort((a, b) => a.periodTicks - b.periodTicks || a.latencyTicks - b.latencyTicks), isWhole: nodes < nodeLimit };
}

/** By set of devices: the first step from which they can do all others within the limit, with one chunk each at most. */
function earliestStarts({ steps, ticks, slots }: ChunkProblem, limitTicks: number): Uint32Array {
  const devices = slots.length;
  const earliest = new Uint32Array(2 ** devices).fill(steps);
  for (let set = 1; set < 2 ** devices; set++) {
    for (let device = 0; device < devices; device++) {
      if (((set >> device) & 1) === 0) continue;
      let first = earliest[set & ~(1 << device)]!;
      let sum = 0;
      // A hair more than the limit, since the sums of the search begin at the other end.
      while (first > 0 && (sum += ticks[(first - 1) * devices + device]!) / slots[device]! <= limitTicks * (1 + forgiven)) first--;
      earliest[set] = Math.min(earliest[set]!, first);
    }
  }
  return earliest;
}
