import type { PolicyView } from "../../plugin.ts";
import { KeyedHeap } from "./keyed-heap.ts";
import type { Means } from "./means.ts";

/**
 * Clusters of ops that should share a device, found on a machine of imagination that has one for each cluster: the
 * cluster of each op, numbered from 0 in the order they are begun.
 *
 * Ops come by falling length of the longest way through them, among those whose predecessors have come. An op joins the
 * cluster from which its last input comes, behind the ops there, if it then starts earlier than in a cluster of its own. No other
 * cluster can make it start earlier, since the last input would still be waited for.
 * @param bottom By op: the longest way to the end, itself included.
 * @source T. Yang, A. Gerasoulis, "DSC: scheduling parallel tasks on an unbounded number of processors", IEEE TPDS 5(9), 1994, doi:10.1109/71.308533
 */
export function dominantSequenceClusters(view: PolicyView, means: Means, bottom: Float64Array): Uint32Array {
  const { succ, pred, opCount } = view;
  const cluster = new Uint32Array(opCount);
  const end = new Float64Array(opCount);
  /** By cluster. */
  const clusterEnd = new Float64Array(opCount);
  let clusters = 0;
  const waiting = new Uint32Array(opCount);
  /** When the last input of an op comes from another cluster. */
  const top = new Float64Array(opCount);
  const free = new KeyedHeap(new Float64Array(opCount));
  for (let op = 0; op < opCount; op++) {
    waiting[op] = pred.start[op + 1]! - pred.start[op]!;
    if (waiting[op] === 0) free.push(op, -bottom[op]!);
  }
  for (let op = free.op; op >= 0; op = free.op) {
    free.pop();
    let last = -1;
    let latest = 0;
    let second = 0;
    for (let k = pred.start[op]!; k < pred.start[op + 1]!; k++) {
      const from = pred.node[k]!;
      const there = end[from]! + means.transfer[pred.edge[k]!]!;
      if (last === cluster[from]) latest = Math.max(latest, there);
      else if (last < 0 || there > latest) [last, latest, second] = [cluster[from]!, there, latest];
      else second = Math.max(second, there);
    }
    const joined = last < 0 ? Infinity : Math.max(second, clusterEnd[last]!);
    const start = Math.min(joined, latest);
    cluster[op] = joined < latest ? last : clusters++;
    end[op] = start + means.cost[op]!;
    clusterEnd[cluster[op]!] = end[op]!;
    for (let k = succ.start[op]!; k < succ.start[op + 1]!; k++) {
      const next = succ.node[k]!;
      top[next] = Math.max(top[next]!, end[op]! + means.transfer[succ.edge[k]!]!);
      if (--waiting[next]! === 0) free.push(next, -(top[next]! + bottom[next]!));
    }
  }
  return cluster;
}
