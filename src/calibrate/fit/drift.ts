import { exactLog } from "../../base/math.ts";
import { varyingExtents } from "../../cost/profile/power-formula.ts";
import type { MeasuredPoint } from "./points.ts";

/** Neighbours in shape that each point is compared with. */
const neighbours = 2;
/** Fewest points that a drift is looked for in. */
const leastPoints = 50;
/** By how much the differences between neighbours must shrink for a drift to be believed. */
const leastGain = 0.02;

/**
 * What every kernel that a process measures adds to the times of those after it, ns; 0 where there is no such thing. A
 * library may keep its plan of each kernel in a list that it walks through at every call, and that grows.
 *
 * No model is needed: of two kernels of nearly the same shape, what the later one takes longer is due to its place. The
 * drift is the median of these differences by place, weighted by what they say of it in relative errors. Points without a place say nothing of it.
 */
export function driftOf(all: readonly Pick<MeasuredPoint, "op" | "ns" | "place">[]): number {
  const points = all.flatMap(({ op, ns, place }) => (place === undefined ? [] : { op, ns, place }));
  if (points.length < leastPoints) return 0;
  const names = varyingExtents(points);
  const logs = points.map(({ op }) => Float64Array.from(names, (name) => exactLog(Math.max(1e-3, op.shape[name] ?? 1))));
  const pairs: Pair[] = [];
  for (const [i, one] of points.entries()) {
    for (const j of nearest(logs, i)) {
      const other = points[j]!;
      if (other.place !== one.place) pairs.push({ extra: (one.ns - other.ns) / (one.place - other.place), weight: Math.abs(one.place - other.place) / (one.ns + other.ns) });
    }
  }
  const drift = weightedMedian(pairs);
  const rest = (slope: number): number => pairs.reduce((sum, { extra, weight }) => sum + weight * Math.abs(extra - slope), 0);
  return drift > 0 && rest(drift) < (1 - leastGain) * rest(0) ? drift : 0;
}

interface Pair {
  /** Time by which the later one takes longer, by place. */
  readonly extra: number;
  readonly weight: number;
}

/** The other points that lie nearest in log extents. */
function nearest(logs: readonly Float64Array[], i: number): readonly number[] {
  const at = logs[i]!;
  const found: { j: number; distance: number }[] = [];
  for (let j = 0; j < logs.length; j++) {
    if (j === i) continue;
    const other = logs[j]!;
    const most = found.length === neighbours ? found[neighbours - 1]!.distance : Infinity;
    let distance = 0;
    for (let d = 0; d < at.length && distance < most; d++) distance += (at[d]! - other[d]!) ** 2;
    if (distance >= most) continue;
    if (found.length === neighbours) found.pop();
    const place = found.findIndex((next) => next.distance > distance);
    found.splice(place < 0 ? found.length : place, 0, { j, distance });
  }
  return found.map(({ j }) => j);
}

function weightedMedian(pairs: readonly Pair[]): number {
  const sorted = [...pairs].sort((a, b) => a.extra - b.extra);
  let left = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  for (const { extra, weight } of sorted) if ((left -= weight) <= 0) return extra;
  return 0;
}
