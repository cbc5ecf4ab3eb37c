import type { PolicyView } from "../../plugin.ts";
import { IdHeap } from "../../base/id-heap.ts";
import { sortByKey } from "./sort-by-key.ts";

/** All ops, job after job, within a job by falling priority, ties in topological order. */
export function byFallingPriority(view: PolicyView, priority: Float64Array): Uint32Array {
  const { opCount, topo } = view;
  const key = new Float64Array(opCount);
  for (let op = 0; op < opCount; op++) key[op] = -priority[op]!;
  const sorted = sortByKey(topo, key);
  if (view.jobCount === 1) return sorted;
  for (let op = 0; op < opCount; op++) key[op] = view.jobOf(op);
  return sortByKey(sorted, key);
}

/**
 * Visits every op once, its predecessors before it: of the ops whose predecessors were all visited, always the first
 * in the order of {@link byFallingPriority}.
 */
export function visitByPriority(view: PolicyView, priority: Float64Array, visit: (op: number) => void): void {
  const { opCount, succ, pred } = view;
  const place = new Float64Array(opCount);
  byFallingPriority(view, priority).forEach((op, i) => (place[op] = i));
  const waiting = new Uint32Array(opCount);
  const ready = new IdHeap(place);
  for (let op = 0; op < opCount; op++) {
    waiting[op] = pred.start[op + 1]! - pred.start[op]!;
    if (waiting[op] === 0) ready.push(op);
  }
  for (let op = ready.pop(); op >= 0; op = ready.pop()) {
    visit(op);
    for (let k = succ.start[op]!; k < succ.start[op + 1]!; k++) if (--waiting[succ.node[k]!]! === 0) ready.push(succ.node[k]!);
  }
}
