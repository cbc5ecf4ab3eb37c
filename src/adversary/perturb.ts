import type { Random } from "../graph/generate/task-graph.ts";
import { copyCandidate, draw, type Candidate, type Range, type Ranges } from "./candidate.ts";

/** What may change. */
export interface PerturbOptions {
  /** Also single durations, so that a device may be fast for one op and slow for another. */
  readonly unrelated: boolean;
  /** What weights are drawn from. */
  readonly ranges: Ranges;
}

type Change = (candidate: Candidate, random: Random, ranges: Ranges) => void;

/** Half of the changes are small, a tenth of the range at most; the others draw anew. */
function moved(value: number, range: Range, random: Random): number {
  if (random() < 0.5) return draw(range, random);
  const [least, most] = range;
  return Math.min(Math.max(value + (most - least) * 0.1 * (2 * random() - 1), least), most);
}

const pick = (count: number, random: Random): number => Math.floor(random() * count);

/** Two different positions below `count`, the smaller one first. */
function pickPair(count: number, random: Random): [number, number] {
  const a = pick(count, random);
  const b = (a + 1 + pick(count - 1, random)) % count;
  return a < b ? [a, b] : [b, a];
}

function pickEdge({ bytes }: Candidate, random: Random): number {
  let edges = 0;
  for (const size of bytes) if (size >= 0) edges++;
  let wanted = edges === 0 ? -1 : pick(edges, random);
  return edges === 0 ? -1 : bytes.findIndex((size) => size >= 0 && wanted-- === 0);
}

const changeWork: Change = ({ ops, work }, random, ranges) => {
  const op = pick(ops, random);
  work[op] = moved(work[op]!, ranges.work, random);
};

const changeSpeed: Change = ({ devices, speed }, random, ranges) => {
  const device = pick(devices, random);
  speed[device] = moved(speed[device]!, ranges.speed, random);
};

const changeBandwidth: Change = ({ devices, bandwidth }, random, ranges) => {
  if (devices < 2) return;
  const [a, b] = pickPair(devices, random);
  const at = a * devices + b;
  bandwidth[at] = Math.max(1, Math.round(moved(bandwidth[at]!, ranges.bandwidth, random)));
};

const changeBytes: Change = (candidate, random, ranges) => {
  const edge = pickEdge(candidate, random);
  if (edge >= 0) candidate.bytes[edge] = Math.round(moved(candidate.bytes[edge]!, ranges.bytes, random));
};

const addEdge: Change = ({ ops, bytes }, random, ranges) => {
  if (ops < 2) return;
  const [from, to] = pickPair(ops, random);
  if (bytes[from * ops + to]! < 0) bytes[from * ops + to] = Math.round(draw(ranges.bytes, random));
};

const removeEdge: Change = (candidate, random) => {
  const edge = pickEdge(candidate, random);
  if (edge >= 0) candidate.bytes[edge] = -1;
};

const changeAffinity: Change = ({ affinity }, random, ranges) => {
  const at = pick(affinity.length, random);
  if (affinity[at]! < Infinity) affinity[at] = moved(affinity[at]!, ranges.affinity, random);
};

const related = [changeWork, changeSpeed, changeBandwidth, changeBytes, addEdge, removeEdge] as const;
const unrelated = [...related, changeAffinity, changeAffinity] as const;

/**
 * A copy with one thing changed: an op's work, a device's speed, a link's bandwidth, an edge's bytes, an edge more or less.
 * @source the perturbations of PISA (Coleman & Krishnamachari 2025), with larger steps among the small ones
 */
export function perturb(candidate: Candidate, random: Random, options: PerturbOptions): Candidate {
  const changes = options.unrelated ? unrelated : related;
  const next = copyCandidate(candidate);
  changes[pick(changes.length, random)]!(next, random, options.ranges);
  return next;
}
