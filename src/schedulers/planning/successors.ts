import type { PolicyView } from "../../plugin.ts";
import type { EarliestFinish } from "./earliest-finish.ts";

/** A successor of an op about to be planned. */
export interface Successor {
  readonly op: number;
  /** Edges from the op in question. */
  readonly edges: readonly number[];
  /** By device: when the inputs that are planned already can be there. */
  readonly ready: Float64Array;
}

/** The successors of `op`, which is not planned, by falling rank, ties by id. */
export function successorsOf(view: PolicyView, eft: EarliestFinish, op: number, rank: Float64Array): Successor[] {
  const { succ } = view;
  const edgesTo = new Map<number, number[]>();
  for (let k = succ.start[op]!; k < succ.start[op + 1]!; k++) {
    const edges = edgesTo.get(succ.node[k]!);
    if (edges === undefined) edgesTo.set(succ.node[k]!, [succ.edge[k]!]);
    else edges.push(succ.edge[k]!);
  }
  return Array.from(edgesTo, ([next, edges]) => ({ op: next, edges, ready: readyTicks(view, eft, next) }))
    .sort((a, b) => rank[b.op]! - rank[a.op]! || a.op - b.op);
}

function readyTicks(view: PolicyView, eft: EarliestFinish, op: number): Float64Array {
  const { pred } = view;
  const ready = new Float64Array(view.deviceCount);
  for (let k = pred.start[op]!; k < pred.start[op + 1]!; k++) {
    const from = eft.deviceOf(pred.node[k]!);
    if (from < 0) continue;
    const end = eft.endOf(pred.node[k]!);
    for (let d = 0; d < ready.length; d++) ready[d] = Math.max(ready[d]!, end + view.transferTicks(pred.edge[k]!, from, d));
  }
  return ready;
}
