import { groupBy, type Csr } from "../../base/csr.ts";
import type { PolicyView } from "../../plugin.ts";
import { meanCosts } from "../planning/means.ts";

/**
 * Deadlines that leave time for what comes after: `d*ᵢ = min(dᵢ, min over successors j of (d*ⱼ − w̄ⱼ))`, with w̄ the
 * mean estimate over the devices that can run the op. An op that starts its successors late would be in time by its
 * own deadline, and still make them miss theirs.
 * @source J. Błażewicz, "Scheduling dependent tasks with different arrival times to meet deadlines", 1976; E. L. Lawler, "Optimal sequencing of a single machine subject to precedence constraints", Management Science 19(5), 1973, doi:10.1287/mnsc.19.5.544
 */
export class EffectiveDeadlines {
  /** By op, in ticks; of the jobs that were revealed. The largest number = no deadline: keys of heaps are subtracted, and infinities cannot be. */
  readonly ticks: Float64Array;
  readonly #inherit: boolean;
  readonly #mean: Float64Array;
  /** Places in topological order of the ops of each job. */
  readonly #places: Csr;
  readonly #revealed: Uint8Array;

  /** @param inherit False: every op has its own deadline alone, or its job's. */
  constructor(view: PolicyView, inherit: boolean) {
    this.ticks = new Float64Array(view.opCount).fill(Number.MAX_VALUE);
    this.#inherit = inherit;
    this.#mean = inherit ? meanCosts(view) : new Float64Array(0);
    this.#places = groupBy(view.jobCount, view.topo.map((op) => view.jobOf(op)));
    this.#revealed = new Uint8Array(view.jobCount);
  }

  /** Works out the deadlines of a job that has arrived: those of one that runs back to back are not known before. */
  reveal(view: PolicyView, job: number): void {
    if (this.#revealed[job] === 1) return;
    this.#revealed[job] = 1;
    const { succ, topo } = view;
    const { start, item } = this.#places;
    for (let i = start[job + 1]! - 1; i >= start[job]!; i--) {
      const op = topo[item[i]!]!;
      let deadline = Math.min(view.deadlineTicks(op), Number.MAX_VALUE);
      if (this.#inherit) {
        for (let k = succ.start[op]!; k < succ.start[op + 1]!; k++) deadline = Math.min(deadline, this.ticks[succ.node[k]!]! - this.#mean[succ.node[k]!]!);
      }
      this.ticks[op] = deadline;
    }
  }
}
