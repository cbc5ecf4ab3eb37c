import { wholeTicks, type ExactModel } from "./exact-model.ts";

/**
 * The first operators of a schedule, in the order of their starts, and what follows from them for the others. States of
 * a search lie one a depth and are reused.
 */
export class PartialSchedule {
  readonly #model: ExactModel;
  /** Earliest start of each op without a start yet, by op and device, as far as the placed producers say. Infinity = must not run there. */
  readonly arrival: Float64Array;
  /** When each slot is free; those of a device ascending. */
  readonly free: Float64Array;
  /** Producers without a start, of each op; -1 = the op itself is placed. */
  readonly waiting: Int32Array;
  /** The latest start: nothing that is added may start before. */
  latestStart = 0;
  /** Sum of all starts. */
  startSum = 0;
  makespan = 0;
  /** What the ops without a start cost at the least, under each of the model's prices. */
  readonly workLeft: Float64Array;
  // Earliest ends by op and device, while `bound` works; the states share it.
  readonly #end: Float64Array;

  /** @param scratch - opCount · deviceCount numbers that all states may overwrite */
  constructor(model: ExactModel, scratch: Float64Array) {
    this.#model = model;
    this.arrival = model.release.slice();
    this.free = new Float64Array(model.slotStart.at(-1)!);
    this.waiting = Int32Array.from(model.pred, (edges) => edges.length);
    this.workLeft = Float64Array.from(model.prices, ({ least }) => least.reduce((a, b) => a + b, 0));
    this.#end = scratch;
  }

  /** Where the op would start if it came next on the device. */
  startOf(op: number, device: number): number {
    return Math.max(this.arrival[op * this.#model.deviceCount + device]!, this.free[this.#model.slotStart[device]!]!);
  }

  /** Becomes `before` with the op added. @param leftmost False: others may still be added that would have fitted into the idle time before it. */
  extend(before: PartialSchedule, op: number, device: number, leftmost = true): void {
    const { deviceCount: D, cost, slotStart, succ } = this.#model;
    const { arrival, free, waiting } = this;
    arrival.set(before.arrival);
    free.set(before.free);
    waiting.set(before.waiting);
    const start = before.startOf(op, device);
    const end = start + cost[op * D + device]!;
    const first = slotStart[device]!;
    if (leftmost) this.#closeGap(op, device, free[first]!, start);
    let slot = first;
    for (; slot + 1 < slotStart[device + 1]! && free[slot + 1]! < end; slot++) free[slot] = free[slot + 1]!;
    free[slot] = end;
    waiting[op] = -1;
    for (let k = 0; k < this.workLeft.length; k++) this.workLeft[k] = before.workLeft[k]! - this.#model.prices[k]!.least[op]!;
    for (const { op: next, move } of succ[op]!) {
      waiting[next]!--;
      for (let d = 0; d < D; d++) {
        const at = next * D + d;
        const there = end + move[device * D + d]!;
        if (there > arrival[at]!) arrival[at] = there;
      }
    }
    this.latestStart = start;
    this.startSum = before.startSum + start;
    this.makespan = Math.max(before.makespan, end);
  }

  /** An op that would have fitted into the idle time before `op` need not run here later: moving it there delays nothing. */
  #closeGap(op: number, device: number, from: number, to: number): void {
    const { deviceCount: D, opCount, cost } = this.#model;
    if (from >= to) return;
    for (let other = 0; other < opCount; other++) {
      if (other === op || this.waiting[other] !== 0) continue;
      const at = other * D + device;
      const start = Math.max(from, this.arrival[at]!);
      if (start < to && start + cost[at]! <= to) this.arrival[at] = Infinity;
    }
  }

  /** A makespan that no completion beats: dependencies as if slots were free from now on, and the work that is left. May stop early once it is `enough`. */
  bound(enough: number): number {
    const { opCount: n, deviceCount: D, topo, cost, tail, pred, leastCost, slotStart } = this.#model;
    const { waiting, arrival, free, latestStart } = this;
    const end = this.#end;
    let bound = this.makespan;
    let work = 0;
    for (let i = 0; i < n; i++) {
      const op = topo[i]!;
      if (waiting[op]! < 0) continue;
      work += leastCost[op]!;
      const edges = pred[op]!;
      let least = Infinity;
      for (let d = 0; d < D; d++) {
        let start = Math.max(latestStart, free[slotStart[d]!]!, arrival[op * D + d]!);
        if (waiting[op]! > 0) {
          for (const { op: before, move } of edges) {
            if (waiting[before]! < 0) continue;
            let soonest = Infinity;
            for (let e = 0; e < D; e++) soonest = Math.min(soonest, end[before * D + e]! + move[e * D + d]!);
            if (soonest > start) start = soonest;
          }
        }
        const at = op * D + d;
        end[at] = start + cost[at]!;
        least = Math.min(least, end[at]! + tail[at]!);
      }
      if (least > bound) {
        bound = least;
        if (bound >= enough) return bound;
      }
    }
    return work > 0 ? Math.max(bound, this.#filled(work), this.#priced()) : bound;
  }

  /**
   * What is left of the devices' time must hold what is left of the work. Under weights w of the devices the makespan is
   * at least Σ w · (when the device is free, over its slots) + Σ over operators of the least w · cost / slots.
   */
  #priced(): number {
    const { prices, slotStart, deviceCount: D } = this.#model;
    let best = 0;
    for (let k = 0; k < prices.length; k++) {
      const { weights } = prices[k]!;
      let sum = this.workLeft[k]!;
      for (let d = 0; d < D; d++) {
        let free = 0;
        for (let slot = slotStart[d]!; slot < slotStart[d + 1]!; slot++) free += Math.max(this.free[slot]!, this.latestStart);
        sum += (weights[d]! * free) / (slotStart[d + 1]! - slotStart[d]!);
      }
      if (sum > best) best = sum;
    }
    return wholeTicks(best);
  }

  /** When the work is done if it can be poured into the slots like water. */
  #filled(work: number): number {
    const levels = this.free.map((ticks) => Math.max(ticks, this.latestStart)).sort();
    let sum = 0;
    for (let count = 1; ; count++) {
      sum += levels[count - 1]!;
      const level = (work + sum) / count;
      if (count === levels.length || level <= levels[count]!) return Math.ceil(level * (1 - 1e-12));
    }
  }
}
