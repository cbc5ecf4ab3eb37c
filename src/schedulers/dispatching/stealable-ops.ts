import type { PolicyView } from "../../plugin.ts";
import { Capabilities } from "./capabilities.ts";
import { OpDeques } from "./op-deques.ts";

/** Ratios of 8 and more share the first bin, then one bin for every halving; below 1/128 nothing is stolen. */
const bins = 11;

/**
 * Ops assigned to devices that others may steal, in bins by their ratio of computing to moving, where moving is what it
 * takes to bring the inputs to the farthest device that can run the op.
 * @source Dask.distributed documentation, "Work Stealing", https://distributed.dask.org/en/stable/work-stealing.html
 */
export class StealableOps {
  readonly #deviceCount: number;
  readonly #capabilities = new Capabilities();
  readonly #deques: OpDeques;
  /** By op: the deque it is in, `(group · bins + bin) · deviceCount + device`; -1 = none. */
  readonly #dequeOf: Int32Array;
  /** By device: ops that may be stolen from it. */
  readonly #counts: Int32Array;

  constructor(view: PolicyView) {
    this.#deviceCount = view.deviceCount;
    this.#deques = new OpDeques(view.opCount);
    this.#dequeOf = new Int32Array(view.opCount).fill(-1);
    this.#counts = new Int32Array(view.deviceCount);
  }

  add(view: PolicyView, op: number, home: number): void {
    let moving = 0;
    for (let d = 0; d < view.deviceCount; d++) if (view.estimateTicks(op, d) < Infinity) moving = Math.max(moving, view.dataTicks(op, d));
    const bin = binOf(view.estimateTicks(op, home), moving);
    if (bin >= bins) return;
    const deque = (this.#capabilities.groupOf(view, op) * bins + bin) * this.#deviceCount + home;
    this.#dequeOf[op] = deque;
    this.#deques.push(deque, op);
    this.#counts[home]!++;
  }

  /** Removes `op`, if it is here. */
  remove(op: number): void {
    const deque = this.#dequeOf[op]!;
    if (deque < 0) return;
    this.#deques.remove(deque, op);
    this.#dequeOf[op] = -1;
    this.#counts[deque % this.#deviceCount]!--;
  }

  /**
   * The op that `thief` should steal, bin after bin, in a bin from the most occupied device, there the one assigned
   * longest; -1 = none that `repays`. Only the longest assigned of each device, bin and group is considered.
   */
  best(thief: number, occupancy: (device: number) => number, repays: (op: number, victim: number) => boolean): number {
    const victims: number[] = [];
    for (let d = 0; d < this.#deviceCount; d++) if (d !== thief && this.#counts[d]! > 0) victims.push(d);
    const load = new Map(victims.map((d) => [d, occupancy(d)]));
    victims.sort((a, b) => load.get(b)! - load.get(a)! || a - b);
    for (let bin = 0; bin < bins; bin++) {
      for (const victim of victims) {
        for (let group = 0; group < this.#capabilities.count; group++) {
          if (!this.#capabilities.canRun(group, thief)) continue;
          const op = this.#deques.oldest((group * bins + bin) * this.#deviceCount + victim);
          if (op >= 0 && repays(op, victim)) return op;
        }
      }
    }
    return -1;
  }
}

function binOf(computing: number, moving: number): number {
  if (moving === Infinity) return bins;
  // By halving, as exact as the quotient: logarithms differ between platforms.
  let bin = 0;
  for (let bound = 8; bin < bins && computing < bound * moving; bound /= 2) bin++;
  return bin;
}
