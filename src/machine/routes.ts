import type { Hop, Link, Route } from "./machine.ts";

/**
 * All-pairs routes over the links of a machine, found on demand. The best route has the smallest latency, then the
 * fewest hops, then the smallest link ids, compared hop by hop from the memory with the smaller id; the way back is
 * the same way. A route may lead through other memories, as copies staged in host memory do.
 */
export function routeTable(memoryNames: readonly string[], links: readonly Link[]): (from: number, to: number) => Route | undefined {
  const nodeOf = new Map(memoryNames.map((name, id) => [name, id]));
  for (const { ends } of links) for (const end of ends) if (!nodeOf.has(end)) nodeOf.set(end, nodeOf.size);
  const at: Step[][] = Array.from({ length: nodeOf.size }, () => []);
  for (const { id, ends, latencyNs } of links) {
    const [a, b] = ends.map((end) => nodeOf.get(end)!) as [number, number];
    if (a === b) continue;
    at[a]!.push({ hop: { link: id, forward: true }, to: b, latencyNs });
    at[b]!.push({ hop: { link: id, forward: false }, to: a, latencyNs });
  }

  const trees = new Map<number, Tree>();
  const routes = new Map<number, Route | undefined>();
  return (from, to) => {
    if (!(from >= 0 && from < memoryNames.length && to >= 0 && to < memoryNames.length)) return undefined;
    const key = from * memoryNames.length + to;
    if (!routes.has(key)) {
      const source = Math.min(from, to);
      let tree = trees.get(source);
      if (!tree) trees.set(source, (tree = shortestPaths(source, at)));
      routes.set(key, routeOf(from, to, tree, links));
    }
    return routes.get(key);
  };
}

/** A link as seen from the node where it starts. */
interface Step {
  readonly hop: Hop;
  readonly to: number;
  readonly latencyNs: number;
}

/** The best paths from one node: the last step to each node, and the node it starts from. */
interface Tree {
  readonly latencyNs: Float64Array;
  readonly hopCount: Float64Array;
  readonly last: (Hop | undefined)[];
  readonly before: Int32Array;
}

function routeOf(from: number, to: number, tree: Tree, links: readonly Link[]): Route | undefined {
  const end = Math.max(from, to);
  if (tree.latencyNs[end] === Infinity) return undefined;
  const there = hopsTo(end, tree);
  const hops = from <= to ? there : there.map(({ link, forward }): Hop => ({ link, forward: !forward })).reverse();
  return { from, to, hops, latencyNs: tree.latencyNs[end]!, bytesPerNs: Math.min(...hops.map(({ link }) => links[link]!.bytesPerNs)) };
}

function hopsTo(node: number, { last, before }: Tree): Hop[] {
  const hops: Hop[] = [];
  for (let at = node; last[at]; at = before[at]!) hops.push(last[at]!);
  return hops.reverse();
}

/** Dijkstra. Machines have tens of nodes, hundreds at most: the nearest open one is found by looking at all of them. */
function shortestPaths(source: number, at: readonly (readonly Step[])[]): Tree {
  const latencyNs = new Float64Array(at.length).fill(Infinity);
  const hopCount = new Float64Array(at.length).fill(Infinity);
  const tree: Tree = { latencyNs, hopCount, last: new Array(at.length).fill(undefined), before: new Int32Array(at.length).fill(-1) };
  const closed = new Uint8Array(at.length);
  latencyNs[source] = 0;
  hopCount[source] = 0;
  for (;;) {
    let node = -1;
    for (let other = 0; other < at.length; other++) {
      if (closed[other] === 1 || latencyNs[other] === Infinity) continue;
      if (node < 0 || latencyNs[other]! < latencyNs[node]! || (latencyNs[other] === latencyNs[node] && hopCount[other]! < hopCount[node]!)) node = other;
    }
    if (node < 0) return tree;
    closed[node] = 1;
    for (const step of at[node]!) {
      const latency = latencyNs[node]! + step.latencyNs;
      const hops = hopCount[node]! + 1;
      const gain = latencyNs[step.to]! - latency || hopCount[step.to]! - hops;
      if (closed[step.to] === 1 || gain < 0 || (gain === 0 && !isEarlier([...hopsTo(node, tree), step.hop], hopsTo(step.to, tree)))) continue;
      latencyNs[step.to] = latency;
      hopCount[step.to] = hops;
      tree.last[step.to] = step.hop;
      tree.before[step.to] = node;
    }
  }
}

/** Of two paths with equally many hops, the one with the smaller link id at the first hop in which they differ. */
function isEarlier(a: readonly Hop[], b: readonly Hop[]): boolean {
  const i = a.findIndex(({ link }, position) => link !== b[position]!.link);
  return i >= 0 && a[i]!.link < b[i]!.link;
}
