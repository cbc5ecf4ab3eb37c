import type { PolicyView } from "../../plugin.ts";
import { RouteKinds } from "./route-kinds.ts";

/** Average costs, as list heuristics rank with them, in ticks (fractions of ticks occur). */
export interface Means {
  /** By op: the mean of its estimates over the devices that can run it; 0 where none can. */
  readonly cost: Float64Array;
  /** By edge: the mean of its transfer times over ordered pairs of distinct devices that are connected; 0 where none are. */
  readonly transfer: Float64Array;
}

/**
 * The averages w̄ and c̄ of Topcuoglu et al. 2002. Devices that share a memory count as distinct, with transfers of 0.
 */
export function meansOf(view: PolicyView, routes: RouteKinds = new RouteKinds(view)): Means {
  return { cost: meanCosts(view), transfer: meanTransfers(view, routes) };
}

/** By op: the mean of its estimates over the devices that can run it; 0 where none can. */
export function meanCosts(view: PolicyView): Float64Array {
  const mean = new Float64Array(view.opCount);
  for (let op = 0; op < view.opCount; op++) {
    let sum = 0;
    let devices = 0;
    for (let d = 0; d < view.deviceCount; d++) {
      const cost = view.estimateTicks(op, d);
      if (cost === Infinity) continue;
      sum += cost;
      devices++;
    }
    if (devices > 0) mean[op] = sum / devices;
  }
  return mean;
}

function meanTransfers(view: PolicyView, routes: RouteKinds): Float64Array {
  const mean = new Float64Array(view.edgeCount);
  const { pairs, from, to, connected, edgeTicks } = routes;
  const connectedPairs = pairs.reduce((sum, count, kind) => (connected[kind]! ? sum + count : sum), 0);
  if (connectedPairs === 0) return mean;
  if (pairs.length === 2 && connected[1]! && edgeTicks.length > 0) {
    for (let edge = 0; edge < mean.length; edge++) mean[edge] = (pairs[1]! * edgeTicks[edge]!) / connectedPairs;
    return mean;
  }
  for (let kind = 1; kind < pairs.length; kind++) {
    if (!connected[kind]!) continue;
    for (let edge = 0; edge < mean.length; edge++) mean[edge]! += pairs[kind]! * view.transferTicks(edge, from[kind]!, to[kind]!);
  }
  for (let edge = 0; edge < mean.length; edge++) mean[edge]! /= connectedPairs;
  return mean;
}
