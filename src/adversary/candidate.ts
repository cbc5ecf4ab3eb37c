import type { Random } from "../graph/generate/task-graph.ts";

/**
 * A small scheduling problem as the search changes it: a task graph, and devices with a connection between any two. Ops
 * are in an order that respects every edge. What is simulated and written follows from it alone; see `candidateInstance`.
 *
 * With N ops, D devices: `affinity[op * D + device]`, `bytes[from * N + to]`, `bandwidth[a * D + b]`.
 */
export interface Candidate {
  readonly ops: number;
  readonly devices: number;
  /** Duration of each op at speed and affinity 1, in ns. */
  readonly work: Float64Array;
  /** Speed of each device. */
  readonly speed: Float64Array;
  /** What a duration is multiplied by: 1 where op and device meet as their work and speed say; Infinity = cannot run there. */
  readonly affinity: Float64Array;
  /** Bytes of the edge; -1 = there is none. Only from < to. */
  readonly bytes: Float64Array;
  /** Whole MB/s between two devices; only a < b. */
  readonly bandwidth: Float64Array;
  /** Whole ns of a transfer between two devices, whatever its size; only a < b. */
  readonly latency: Float64Array;
}

/** [least, most]. */
export type Range = readonly [least: number, most: number];

/** What the search draws from. */
export type Ranges = Readonly<Record<"work" | "speed" | "affinity" | "bytes" | "bandwidth", Range>>;

/** Of random chains. */
export const defaultRanges: Ranges = {
  /** Durations at full speed, ns. */
  work: [10_000, 100_000],
  /** Of the fastest possible device. */
  speed: [0.2, 1],
  affinity: [0.2, 1],
  /** At full bandwidth a byte takes a nanosecond: the longest transfer is then as long as the longest op. */
  bytes: [0, 100_000],
  bandwidth: [200, 1000],
};

/**
 * Of a start: its own, so that the search stays on its scale, but no narrower than a factor of 10 for work and of 5 for
 * what devices and links differ by. Where nothing is moved, an edge may take as long as the longest op.
 */
export function rangesOf({ devices, work, affinity, bytes, bandwidth }: Candidate): Ranges {
  const longest = Math.max(...work);
  const finite = affinity.filter((factor) => factor < Infinity);
  const most = Math.max(1, ...finite);
  const rates = devices < 2 ? [...defaultRanges.bandwidth] : [...bandwidth].filter((rate) => rate > 0);
  const fastest = Math.max(...rates);
  const largest = Math.max(...bytes);
  return {
    work: [Math.max(1, Math.min(longest / 10, ...work)), longest], speed: defaultRanges.speed, affinity: [Math.min(most / 5, ...finite), most],
    bytes: [0, largest > 0 ? largest : Math.round((longest * fastest) / 1000)], bandwidth: [Math.max(1, Math.min(fastest / 5, ...rates)), fastest],
  };
}

/** Uniform in a range. */
export function draw([least, most]: Range, random: Random): number {
  return least + (most - least) * random();
}

/**
 * A chain with random weights, on random devices: what PISA starts from, since annealing adds the edges that matter.
 * @source Coleman & Krishnamachari, "PISA: an adversarial approach to comparing task graph scheduling algorithms" (2025)
 */
export function randomChain(ops: number, devices: number, random: Random): Candidate {
  const bytes = new Float64Array(ops * ops).fill(-1);
  for (let op = 1; op < ops; op++) bytes[(op - 1) * ops + op] = Math.round(draw(defaultRanges.bytes, random));
  const bandwidth = new Float64Array(devices * devices);
  for (let a = 0; a < devices; a++) for (let b = a + 1; b < devices; b++) bandwidth[a * devices + b] = Math.round(draw(defaultRanges.bandwidth, random));
  return {
    ops, devices, bytes, bandwidth,
    work: Float64Array.from({ length: ops }, () => draw(defaultRanges.work, random)),
    speed: Float64Array.from({ length: devices }, () => draw(defaultRanges.speed, random)),
    affinity: new Float64Array(ops * devices).fill(1), latency: new Float64Array(devices * devices),
  };
}

/** One that can be changed without changing the other. */
export function copyCandidate(candidate: Candidate): Candidate {
  const { ops, devices, work, speed, affinity, bytes, bandwidth, latency } = candidate;
  return { ops, devices, work: work.slice(), speed: speed.slice(), affinity: affinity.slice(), bytes: bytes.slice(), bandwidth: bandwidth.slice(), latency };
}

/** Whole ns from 1, as they are written; Infinity = cannot run there. */
export function durationNs({ devices, work, speed, affinity }: Candidate, op: number, device: number): number {
  return Math.max(1, Math.round((work[op]! * affinity[op * devices + device]!) / speed[device]!));
}

/** Calls `visit` for each edge, by its end, then its start: the order in which they are written. */
export function visitEdges({ ops, bytes }: Candidate, visit: (from: number, to: number, bytes: number) => void): void {
  for (let to = 0; to < ops; to++) for (let from = 0; from < to; from++) if (bytes[from * ops + to]! >= 0) visit(from, to, bytes[from * ops + to]!);
}
