import type { Csr } from "../base/csr.ts";
import type { OperatorGraph } from "./graph.ts";

/** The ops that read some output of each op, ascending, each once. O(ops + edges). */
export function successors(graph: OperatorGraph): Csr {
  return neighbours(graph, "forward");
}

/** The ops that make some input of each op, in the order of the inputs, each once. O(ops + edges). */
export function predecessors(graph: OperatorGraph): Csr {
  return neighbours(graph, "backward");
}

/** Level of each op: the number of ops on the longest path before it. Ops without predecessors are at level 0. */
export function levels(graph: OperatorGraph): Uint32Array {
  const { inputs, tensorProducer, topo } = graph;
  const level = new Uint32Array(graph.opCount);
  for (const op of topo) {
    let deepest = 0;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const from = tensorProducer[inputs.item[i]!]!;
      if (from >= 0 && level[from]! >= deepest) deepest = level[from]! + 1;
    }
    level[op] = deepest;
  }
  return level;
}

/** Ops on the longest path; 0 for an empty graph. */
export function depth(graph: OperatorGraph): number {
  return levels(graph).reduce((most, level) => Math.max(most, level + 1), 0);
}

/**
 * Most ops on one {@link levels | level}. The largest set of ops that may run at once can be larger, but is costly to
 * find; this is the usual measure of how parallel a graph is.
 */
export function width(graph: OperatorGraph): number {
  const perLevel = new Uint32Array(graph.opCount);
  for (const level of levels(graph)) perLevel[level]!++;
  return perLevel.reduce((most, count) => Math.max(most, count), 0);
}

/** A longest path of a graph whose operators have weights. */
export interface LongestPath {
  /** Sum of the weights on it. */
  readonly length: number;
  /** Its ops, first to last. */
  readonly ops: readonly number[];
}

/**
 * The path with the largest sum of op weights; of several, the one whose ops have the smallest ids from the end on.
 * @example
 * longestPath(graph, durations).length // no schedule is shorter
 */
export function longestPath(graph: OperatorGraph, weight: ArrayLike<number>): LongestPath {
  const { inputs, tensorProducer, topo, opCount } = graph;
  const end = new Float64Array(opCount);
  const before = new Int32Array(opCount).fill(-1);
  let last = -1;
  for (const op of topo) {
    let start = 0;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const from = tensorProducer[inputs.item[i]!]!;
      if (from < 0) continue;
      const best = before[op]!;
      if (best < 0 || end[from]! > start || (end[from] === start && from < best)) {
        start = end[from]!;
        before[op] = from;
      }
    }
    end[op] = start + weight[op]!;
    if (last < 0 || end[op]! > end[last]! || (end[op] === end[last] && op < last)) last = op;
  }
  const ops: number[] = [];
  for (let op = last; op >= 0; op = before[op]!) ops.push(op);
  return { length: last < 0 ? 0 : end[last]!, ops: ops.reverse() };
}

function neighbours(graph: OperatorGraph, direction: "forward" | "backward"): Csr {
  const { opCount, inputs, tensorProducer } = graph;
  const start = new Uint32Array(opCount + 1);
  // The last op seen with each producer: a pair that comes again comes within the same consumer.
  const seen = new Int32Array(opCount).fill(-1);
  const forEachPair = (visit: (from: number, to: number) => void): void => {
    seen.fill(-1);
    for (let op = 0; op < opCount; op++) {
      for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
        const from = tensorProducer[inputs.item[i]!]!;
        if (from < 0 || seen[from] === op) continue;
        seen[from] = op;
        visit(from, op);
      }
    }
  };
  const forward = direction === "forward";
  forEachPair((from, to) => start[(forward ? from : to) + 1]!++);
  for (let op = 0; op < opCount; op++) start[op + 1]! += start[op]!;
  const fill = start.slice(0, opCount);
  const item = new Uint32Array(start[opCount]!);
  forEachPair((from, to) => {
    item[fill[forward ? from : to]!++] = forward ? to : from;
  });
  return { start, item };
}
