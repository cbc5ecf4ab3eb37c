import type { Hop, Link, Route } from "./machine.ts";

/**
 * All-pairs routes over the links of a machine, found on demand. The best route has the smallest latency, then the
 * fewest hops, then the smallest link ids, compared hop by hop from the memory with the smaller id; the way back is
 * the same way. A route may lead through other memories, as copies staged in host memory do.
 *
 * `places` has the name of the place where links reach each memory: its own, or one that several memories are behind, as
 * those of a split GPU. Data between two of these goes out to the nearest memory of `stages` and back in.
 */
export function routeTable(places: readonly string[], links: readonly Link[], stages: readonly number[] = []): (from: number, to: number) => Route | undefined {
  const nodeOf = new Map<string, number>();
  for (const place of places) if (!nodeOf.has(place)) nodeOf.set(place, nodeOf.size);
  const nodes = places.map((place) => nodeOf.get(place)!);
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
  const find = (from: number, to: number): Route | undefined => {
    const [a, b] = [nodes[from]!, nodes[to]!];
    if (a === b && from !== to) return staged(from, to, stages.filter((stage) => nodes[stage] !== a).map((stage) => find(from, stage)), links);
    const source = Math.min(a, b);
    let tree = trees.get(source);
    if (!tree) trees.set(source, (tree = shortestPaths(source, at)));
    const hops = hopsBetween(a, b, tree);
    return hops && routeOver(from, to, hops, tree.latencyNs[Math.max(a, b)]!, links);
  };
  return (from, to) => {
    if (!(from >= 0 && from < places.length && to >= 0 && to < places.length)) return undefined;
    const key = from * places.length + to;
    if (!routes.has(key)) routes.set(key, find(from, to));
    return routes.get(key);
  };
}

/** Out over the best of the routes and back in over the same links; in and out share those that are half duplex. */
function staged(from: number, to: number, out: readonly (Route | undefined)[], links: readonly Link[]): Route | undefined {
  const best = out.reduce((a, b) => (!a || (b && (b.latencyNs - a.latencyNs || b.hops.length - a.hops.length) < 0) ? b : a), undefined);
  if (!best) return undefined;
  const route = routeOver(from, to, [...best.hops, ...turned(best.hops)], 2 * best.latencyNs, links);
  return { ...route, bytesPerNs: Math.min(...best.hops.map(({ link }) => links[link]!.bytesPerNs / (links[link]!.duplex === "half" ? 2 : 1))) };
}

/** The same way in the other direction. */
function turned(hops: readonly Hop[]): Hop[] {
  return hops.map(({ link, forward }): Hop => ({ link, forward: !forward })).reverse();
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

function hopsBetween(from: number, to: number, tree: Tree): Hop[] | undefined {
  const end = Math.max(from, to);
  if (tree.latencyNs[end] === Infinity) return undefined;
  const there = hopsTo(end, tree);
  return from <= to ? there : turned(there);
}

function routeOver(from: number, to: number, hops: readonly Hop[], latencyNs: number, links: readonly Link[]): Route {
  return { from, to, hops, latencyNs, bytesPerNs: Math.min(...hops.map(({ link }) => links[link]!.bytesPerNs)) };
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
