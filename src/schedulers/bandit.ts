import { z } from "zod";
import { defineScheduler, type Dispatch, type PolicyView, type Scheduler, type SchedulerView } from "../plugin.ts";
import { kindIds, type KindIds } from "./dispatching/kind-ids.ts";

const paper = "P. Auer, N. Cesa-Bianchi, P. Fischer, \"Finite-time analysis of the multiarmed bandit problem\", Machine Learning 47, 2002, doi:10.1023/A:1013689704352";

const options = z.strictObject({
  exploration: z.number().min(0).default(1).describe("Weight of the confidence term: 0 = always the best so far, 1 = as published, more = tries more"),
});

/**
 * A bandit for each operator kind, whose arms are the devices (UCB1): each op, as it becomes ready, to the device with
 * the highest `reward + exploration · √(2 ln n / nᵈ)`, n ops of the kind placed so far, nᵈ of them on the device. The
 * reward is the shortest expected completion on any device over that on this one, where an op is expected to take the
 * mean that its kind took there, times the ops there, this one included, over the slots: bursts of ops that are placed
 * before the first has ended would overload the best device otherwise. Devices of which nothing is known yet have a
 * reward of 1, and each is tried once before any other choice. Needs no cost model. Ties by device id.
 * @source Auer, Cesa-Bianchi, Fischer 2002, figure 1, doi:10.1023/A:1013689704352
 */
export const bandit = defineScheduler<z.infer<typeof options>>({
  name: "bandit",
  summary: "for each kind of op, a bandit (UCB1) over the devices, rewarded by short times as they happened",
  source: paper,
  options,
  create: ({ exploration }) => new Bandit(exploration),
});

class Bandit implements Scheduler {
  readonly #exploration: number;
  #kinds!: KindIds;
  /** By kind · deviceCount + device: ops placed, ops ended, and the sum of the times of those. */
  #placed!: Float64Array;
  #ended!: Float64Array;
  #ticks!: Float64Array;
  /** By kind: ops placed. */
  #trials!: Float64Array;
  /** By device, for the op in question; Infinity = nothing is known. */
  #completion!: Float64Array;

  constructor(exploration: number) {
    this.#exploration = exploration;
  }

  prepare(view: PolicyView): void {
    this.#kinds = kindIds(view);
    const cells = this.#kinds.count * view.deviceCount;
    this.#placed = new Float64Array(cells);
    this.#ended = new Float64Array(cells);
    this.#ticks = new Float64Array(cells);
    this.#trials = new Float64Array(this.#kinds.count);
    this.#completion = new Float64Array(view.deviceCount);
  }

  completed(view: PolicyView, op: number, actualTicks: number): void {
    const cell = this.#kinds.of[op]! * view.deviceCount + view.placement(op);
    this.#ended[cell]!++;
    this.#ticks[cell]! += actualTicks;
  }

  dispatch(view: SchedulerView, out: Dispatch): void {
    for (let op = view.ready.first(), next; op >= 0; op = next) {
      next = view.ready.next(op);
      const device = this.#choose(view, op);
      if (device < 0) continue;
      const kind = this.#kinds.of[op]!;
      this.#placed[kind * view.deviceCount + device]!++;
      this.#trials[kind]!++;
      out.place(op, device);
    }
  }

  #choose(view: PolicyView, op: number): number {
    const kind = this.#kinds.of[op]!;
    const row = kind * view.deviceCount;
    let shortest = Infinity;
    for (let d = 0; d < view.deviceCount; d++) {
      const mean = this.#ended[row + d] === 0 ? Infinity : this.#ticks[row + d]! / this.#ended[row + d]!;
      this.#completion[d] = mean * opsBySlot(view, d);
      shortest = Math.min(shortest, this.#completion[d]!);
    }
    const spread = 2 * roundedLog(this.#trials[kind]!);
    let best = -1;
    let highest = -Infinity;
    for (let d = 0; d < view.deviceCount; d++) {
      if (view.estimateTicks(op, d) === Infinity) continue;
      if (this.#placed[row + d] === 0) return d;
      const reward = this.#ended[row + d] === 0 || this.#completion[d] === shortest ? 1 : shortest / this.#completion[d]!;
      const index = reward + this.#exploration * Math.sqrt(spread / this.#placed[row + d]!);
      if (index > highest) [best, highest] = [d, index];
    }
    return best;
  }
}

/** Ops on `device` with one more, by slot; at least 1. */
function opsBySlot(view: PolicyView, device: number): number {
  const slots = view.slots[device]!;
  return Math.max(1, (view.queued(device) + slots - view.freeSlots(device) + 1) / slots);
}

/** Natural logarithm of a count, to 9 decimals: its last bits differ between platforms. */
function roundedLog(count: number): number {
  return count <= 1 ? 0 : Math.round(Math.log(count) * 1e9) / 1e9;
}
