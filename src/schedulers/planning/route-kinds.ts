import type { PolicyView } from "../../plugin.ts";

/**
 * The few kinds of ways between devices. Sixteen devices have 240 ordered pairs, but perhaps three kinds of routes; who
 * needs the transfer times of an edge to all devices asks once for each kind.
 *
 * A transfer takes a latency plus a time per byte, rounded up to a tick. So pairs that take the same ticks for the
 * smallest and for the largest tensor (other than empty ones) take the same for all between, or in the worst case one tick more or less.
 * Kind 0 is a way without transfer: within a device, or between devices that share a memory.
 */
export class RouteKinds {
  /** Kind of each ordered pair: `of[from * deviceCount + to]`. */
  readonly of: Uint32Array;
  /** Kinds that lead away from each device, 0 left out. */
  readonly away: readonly (readonly number[])[];
  /** By kind: ordered pairs of distinct devices, and one of them. */
  readonly pairs: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Whether any route of the kind exists. */
  readonly connected: readonly boolean[];
  /** Where there is at most one kind of route: by device, the first that it has no transfers from or to. Empty otherwise. */
  readonly places: Uint32Array;
  /** Ticks of each edge over kind 1 where that is the only one; empty otherwise. */
  readonly edgeTicks: Float64Array;

  constructor(view: PolicyView) {
    const { deviceCount } = view;
    const { smallest, largest } = extremeEdges(view);
    const kinds = [{ atSmallest: 0, atLargest: 0, from: 0, to: 0, pairs: 0 }];
    this.of = new Uint32Array(deviceCount * deviceCount);
    for (let from = 0; from < deviceCount; from++) {
      for (let to = 0; to < deviceCount; to++) {
        if (from === to) continue;
        const atSmallest = smallest < 0 ? 0 : view.transferTicks(smallest, from, to);
        const atLargest = largest < 0 ? 0 : view.transferTicks(largest, from, to);
        let kind = kinds.findIndex((known) => known.atSmallest === atSmallest && known.atLargest === atLargest);
        if (kind < 0) kind = kinds.push({ atSmallest, atLargest, from, to, pairs: 0 }) - 1;
        kinds[kind]!.pairs++;
        this.of[from * deviceCount + to] = kind;
      }
    }
    this.pairs = kinds.map(({ pairs }) => pairs);
    this.from = kinds.map(({ from }) => from);
    this.to = kinds.map(({ to }) => to);
    this.connected = kinds.map(({ atLargest }) => atLargest < Infinity);
    this.away = Array.from({ length: deviceCount }, (_, from) => [...new Set(this.of.subarray(from * deviceCount, (from + 1) * deviceCount))].filter((kind) => kind > 0));
    this.places = this.pairs.length <= 2 ? placesOf(this.of, deviceCount) : new Uint32Array(0);
    this.edgeTicks = new Float64Array(this.places.length > 0 ? view.edgeCount : 0);
    if (this.pairs.length === 2) for (let edge = 0; edge < this.edgeTicks.length; edge++) this.edgeTicks[edge] = view.transferTicks(edge, this.from[1]!, this.to[1]!);
  }
}

/** Groups devices without transfers among them; empty where "without transfers" does not divide them into groups. */
function placesOf(kinds: Uint32Array, deviceCount: number): Uint32Array {
  const places = Uint32Array.from({ length: deviceCount }, (_, d) => kinds.subarray(d * deviceCount, (d + 1) * deviceCount).indexOf(0));
  for (let from = 0; from < deviceCount; from++) {
    for (let to = 0; to < deviceCount; to++) if ((kinds[from * deviceCount + to] === 0) !== (places[from] === places[to])) return new Uint32Array(0);
  }
  return places;
}

/** The edges with the least and the most bytes, of those that carry any (nothing moves for the others); -1 without such. */
function extremeEdges(view: PolicyView): { smallest: number; largest: number } {
  let smallest = -1;
  let largest = -1;
  let least = Infinity;
  let most = -1;
  for (let edge = 0; edge < view.edgeCount; edge++) {
    const bytes = view.edgeBytes(edge);
    if (bytes === 0) continue;
    if (bytes < least) [smallest, least] = [edge, bytes];
    if (bytes > most) [largest, most] = [edge, bytes];
  }
  return { smallest, largest };
}
