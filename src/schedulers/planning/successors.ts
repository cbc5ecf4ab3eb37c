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

/** What a planner knows of the ops that follow one about to be planned, kept up to date as ops are planned. */
export class Successors {
  readonly #view: PolicyView;
  readonly #eft: EarliestFinish;
  readonly #rank: Float64Array;
  /** By op: {@link Successor.ready}; undefined before the first of its predecessors is planned. */
  readonly #ready: (Float64Array | undefined)[];
  readonly #none: Float64Array;

  constructor(view: PolicyView, eft: EarliestFinish, rank: Float64Array) {
    this.#view = view;
    this.#eft = eft;
    this.#rank = rank;
    this.#ready = new Array<Float64Array | undefined>(view.opCount);
    this.#none = new Float64Array(view.deviceCount);
  }

  /** The successors of `op`, which is not planned, by falling rank, ties by id. */
  of(op: number): Successor[] {
    const { succ } = this.#view;
    const edgesTo = new Map<number, number[]>();
    for (let k = succ.start[op]!; k < succ.start[op + 1]!; k++) {
      const edges = edgesTo.get(succ.node[k]!);
      if (edges === undefined) edgesTo.set(succ.node[k]!, [succ.edge[k]!]);
      else edges.push(succ.edge[k]!);
    }
    return Array.from(edgesTo, ([next, edges]) => ({ op: next, edges, ready: this.#ready[next] ?? this.#none }))
      .sort((a, b) => this.#rank[b.op]! - this.#rank[a.op]! || a.op - b.op);
  }

  /** `op` is planned now. */
  planned(op: number): void {
    const { succ, deviceCount } = this.#view;
    const from = this.#eft.deviceOf(op);
    const end = this.#eft.endOf(op);
    for (let k = succ.start[op]!; k < succ.start[op + 1]!; k++) {
      const ready = (this.#ready[succ.node[k]!] ??= new Float64Array(deviceCount));
      for (let d = 0; d < deviceCount; d++) ready[d] = Math.max(ready[d]!, end + this.#view.transferTicks(succ.edge[k]!, from, d));
    }
    this.#ready[op] = undefined;
  }
}
