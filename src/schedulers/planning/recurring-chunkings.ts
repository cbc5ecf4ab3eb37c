import type { Chunk, Chunking, ChunkProblem } from "./chunkings.ts";

/** Partial chunkings kept of each step and device: with fewer ways than that, none is lost. */
const kept = 128;

/** By how much of the period each further chunk must shorten it, in one search after the other: a switch is rarely free. */
const prices = [0.05, 0];

/** The ways that were kept to do all steps so far with the last one on a given device, best first. */
interface Ways {
  readonly length: number;
  /** Ticks that an item takes of each device, `[way · devices + device]`. */
  readonly load: Float64Array;
  /** Sum of the loads. */
  readonly latency: Float64Array;
  readonly chunks: Uint32Array;
  /** The way for the steps before: its last device, and its position among the ways there. */
  readonly fromDevice: Uint8Array;
  readonly from: Uint32Array;
}

/**
 * Chunkings in which some device has more than one chunk, with a period of at most `limitTicks`. First, of each number
 * of chunks, the one with the shortest period, if more chunks make it shorter; then the others, the shortest period
 * first, ties by the fewest chunks, then the least latency.
 *
 * The shortest period of all is a makespan on unrelated machines, which takes exponential time to find. This is a beam
 * search over the steps, led by what the period must come to at least: what the busiest device has so far, and all work
 * divided among all slots. It is exact where steps and devices are few, and takes `steps · devices²`.
 */
export function recurringChunkings(problem: ChunkProblem, limitTicks: number): Chunking[] {
  const found = new Map<string, Chunking>();
  for (const price of prices) for (const chunking of search(problem, limitTicks, price)) found.set(chunking.chunks.map(({ device, end }) => `${device} ${end}`).join(), chunking);
  const sorted = [...found.values()].sort((a, b) => a.periodTicks - b.periodTicks || a.chunks.length - b.chunks.length || a.latencyTicks - b.latencyTicks);
  const front = worthTheirChunks(sorted);
  const first = new Set(front);
  return [...front, ...sorted.filter((chunking) => !first.has(chunking))];
}

function search({ steps, ticks, slots }: ChunkProblem, limitTicks: number, price: number): Chunking[] {
  const devices = slots.length;
  const slotCount = Array.from(slots).reduce((sum, count) => sum + count, 0);
  const rest = leastRest(ticks, steps, devices);
  const levels: Ways[][] = [];
  for (let step = 0; step < steps; step++) {
    const before = levels.at(-1);
    levels.push(Array.from({ length: devices }, (_, device) => waysTo(before, device, ticks[step * devices + device]!, rest[step + 1]!, slots, slotCount, limitTicks, price)));
  }
  const found: Chunking[] = [];
  levels.at(-1)?.forEach((ways, device) => {
    for (let way = 0; way < ways.length; way++) {
      const chunks = chunksOf(levels, device, way);
      if (new Set(chunks.map((chunk) => chunk.device)).size === chunks.length) continue;
      let periodTicks = 0;
      for (let d = 0; d < devices; d++) periodTicks = Math.max(periodTicks, ways.load[way * devices + d]! / slots[d]!);
      found.push({ chunks, periodTicks, latencyTicks: ways.latency[way]! });
    }
  });
  return found;
}

/** Of chunkings by period: those that none with fewer chunks equals; the fewest chunks first. */
function worthTheirChunks(found: readonly Chunking[]): Chunking[] {
  const front: Chunking[] = [];
  for (const chunking of found) if (chunking.chunks.length < (front[0]?.chunks.length ?? Infinity)) front.unshift(chunking);
  return front;
}

/** By step: the least that this and all later ones take together. */
function leastRest(ticks: Float64Array, steps: number, devices: number): Float64Array {
  const rest = new Float64Array(steps + 1);
  for (let step = steps - 1; step >= 0; step--) rest[step] = rest[step + 1]! + ticks.subarray(step * devices, (step + 1) * devices).reduce((least, own) => Math.min(least, own), Infinity);
  return rest;
}

function waysTo(before: readonly Ways[] | undefined, device: number, own: number, rest: number, slots: ArrayLike<number>, slotCount: number, limitTicks: number, price: number): Ways {
  const devices = slots.length;
  const none: Ways = { length: 0, load: new Float64Array(0), latency: new Float64Array(0), chunks: new Uint32Array(0), fromDevice: new Uint8Array(0), from: new Uint32Array(0) };
  if (own === Infinity) return none;
  const next: { fromDevice: number; from: number; rank: number; chunks: number; latency: number }[] = [];
  const consider = (fromDevice: number, from: number): void => {
    const ways = before?.[fromDevice];
    const latency = (ways?.latency[from] ?? 0) + own;
    let least = Math.max((latency + rest) / slotCount, ((ways?.load[from * devices + device] ?? 0) + own) / slots[device]!);
    if (ways) for (let d = 0; d < devices; d++) least = Math.max(least, ways.load[from * devices + d]! / slots[d]!);
    const chunks = (ways?.chunks[from] ?? 0) + (ways && fromDevice === device ? 0 : 1);
    if (least <= limitTicks) next.push({ fromDevice, from, rank: least * (1 + price * chunks), latency, chunks });
  };
  if (before === undefined) consider(0, 0);
  else before.forEach((ways, fromDevice) => { for (let from = 0; from < ways.length; from++) consider(fromDevice, from); });
  next.sort((a, b) => a.rank - b.rank || a.chunks - b.chunks || a.latency - b.latency);
  next.length = Math.min(next.length, kept);
  const load = new Float64Array(next.length * devices);
  next.forEach(({ fromDevice, from }, way) => {
    if (before) load.set(before[fromDevice]!.load.subarray(from * devices, (from + 1) * devices), way * devices);
    load[way * devices + device]! += own;
  });
  return {
    length: next.length, load, latency: Float64Array.from(next, (way) => way.latency), chunks: Uint32Array.from(next, (way) => way.chunks),
    fromDevice: Uint8Array.from(next, (way) => way.fromDevice), from: Uint32Array.from(next, (way) => way.from),
  };
}

function chunksOf(levels: readonly (readonly Ways[])[], device: number, way: number): Chunk[] {
  const chunks: Chunk[] = [];
  let end = levels.length;
  for (let step = levels.length - 1; step >= 0; step--) {
    const ways = levels[step]![device]!;
    const before = step === 0 ? -1 : ways.fromDevice[way]!;
    if (before !== device) {
      chunks.push({ device, first: step, end });
      end = step;
    }
    [device, way] = [before, ways.from[way]!];
  }
  return chunks.reverse();
}
