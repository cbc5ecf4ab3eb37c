import { groupBy, type Csr } from "../base/csr.ts";
import { IdHeap } from "../base/id-heap.ts";

/**
 * Operators in an order that respects every dependency, the smallest ready id first; the identity when the ids already
 * do. Undefined when there is a cycle. `producer` is the op that makes each tensor, -1 for none.
 */
export function topologicalOrder(opCount: number, inputs: Csr, producer: Int32Array): Uint32Array | undefined {
  const order = new Uint32Array(opCount);
  let sorted = true;
  for (let op = 0; op < opCount && sorted; op++) {
    order[op] = op;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) if (producer[inputs.item[i]!]! >= op) sorted = false;
  }
  if (sorted) return order;

  const { from, to } = dependencies(opCount, inputs, producer);
  const { start, item } = groupBy(opCount, from);
  const waiting = countOf(opCount, to);
  // All keys are equal: the smallest id comes first.
  const ready = new IdHeap(new Float64Array(opCount));
  for (let op = 0; op < opCount; op++) if (waiting[op] === 0) ready.push(op);
  let count = 0;
  while (ready.length > 0) {
    const op = ready.pop();
    order[count++] = op;
    for (let i = start[op]!; i < start[op + 1]!; i++) {
      const next = to[item[i]!]!;
      if (--waiting[next]! === 0) ready.push(next);
    }
  }
  return count === opCount ? order : undefined;
}

/** Dependencies as pairs: `to[i]` reads something that `from[i]` makes. */
export function dependencies(opCount: number, inputs: Csr, producer: Int32Array): { from: Uint32Array; to: Uint32Array } {
  const from = new Uint32Array(inputs.item.length);
  const to = new Uint32Array(inputs.item.length);
  let count = 0;
  for (let op = 0; op < opCount; op++) {
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const made = producer[inputs.item[i]!]!;
      if (made < 0) continue;
      from[count] = made;
      to[count++] = op;
    }
  }
  return { from: from.subarray(0, count), to: to.subarray(0, count) };
}

/** Nodes in order around a cycle, and the position of one edge on it. */
export interface Cycle {
  readonly nodes: readonly number[];
  readonly edge: number;
}

/** Some cycle among the edges from[i] → to[i], or undefined. Linear. */
export function findCycle(nodeCount: number, from: Uint32Array, to: Uint32Array): Cycle | undefined {
  let ascending = true;
  for (let edge = 0; edge < from.length && ascending; edge++) ascending = from[edge]! < to[edge]!;
  if (ascending) return undefined;

  const { start, item } = groupBy(nodeCount, from);
  const waiting = countOf(nodeCount, to);
  const queue = new Uint32Array(nodeCount);
  let queued = 0;
  for (let node = 0; node < nodeCount; node++) if (waiting[node] === 0) queue[queued++] = node;
  for (let done = 0; done < queued; done++) {
    for (let i = start[queue[done]!]!; i < start[queue[done]! + 1]!; i++) {
      const next = to[item[i]!]!;
      if (--waiting[next]! === 0) queue[queued++] = next;
    }
  }
  if (queued === nodeCount) return undefined;

  // Whatever still waits has a predecessor that waits: walking back must meet itself.
  const edgeInto = new Int32Array(nodeCount).fill(-1);
  for (let edge = from.length - 1; edge >= 0; edge--) if (waiting[from[edge]!]! > 0) edgeInto[to[edge]!] = edge;
  const seenAt = new Int32Array(nodeCount).fill(-1);
  const path: number[] = [];
  let node = waiting.findIndex((count) => count > 0);
  while (seenAt[node]! < 0) {
    seenAt[node] = path.push(node) - 1;
    node = from[edgeInto[node]!]!;
  }
  const nodes = path.slice(seenAt[node]!).reverse();
  return { nodes, edge: edgeInto[node]! };
}

/** "the graph has a cycle: a → b → a", shortened where it is long. */
export function describeCycle(cycle: Cycle, nameOf: (node: number) => string): string {
  const { nodes } = cycle;
  const names = nodes.slice(0, nodes.length > 12 ? 11 : 12).map(nameOf);
  if (nodes.length > 12) names.push(`… ${nodes.length - 11} more`);
  return `the graph has a cycle: ${[...names, names[0]].join(" → ")}`;
}

function countOf(keyCount: number, keys: Uint32Array): Uint32Array {
  const count = new Uint32Array(keyCount);
  for (let i = 0; i < keys.length; i++) count[keys[i]!]!++;
  return count;
}
