import { z } from "zod";
import { defineScheduler, type Dispatch, type PolicyReport, type PolicyView, type Scheduler, type SchedulerView } from "../plugin.ts";
import { Drift } from "./planning/drift.ts";
import { firstToComplete } from "./dispatching/first-to-complete.ts";
import { planHeft } from "./heft.ts";
import { planPeft } from "./peft.ts";
import { PlanLanes } from "./planning/plan-lanes.ts";
import { Replanner } from "./planning/replanner.ts";

const options = z.strictObject({
  planner: z.enum(["heft", "peft"]).default("heft").describe("Who makes the first plan. What is left of it is planned anew as HEFT does"),
  threshold: z.number().min(0).default(0.1).describe("An op that ends this much off its planned end, as a fraction of the time that the plan takes, is drift"),
  speed: z.number().positive().default(0.25).describe("A device whose learned factor differs by this fraction from what the plan counts on is drift, too"),
  smoothing: z.number().gt(0).max(1).default(0.1).describe("Weight of a new sample in the factors that are learned by device"),
  patience: z.number().positive().default(0.05).describe("Ops that must have ended since the last plan, as a fraction of those that are not placed"),
  gain: z.number().min(0).max(1).default(0.05).describe("A new plan is taken where it is shorter by this fraction than the old one, as that would go on"),
  prefetch: z.number().min(1).default(2).describe("An op whose inputs must move is placed this many times their transfer before its planned start"),
});
type Options = z.infer<typeof options>;

const paper = "R. Sakellariou, H. Zhao, \"A low-cost rescheduling policy for efficient mapping of workflows on grid systems\", Scientific Programming 12(4), 2004, doi:10.1155/2004/930924";

/**
 * A static plan that is made anew when reality drifts from it. As long as it holds, the run is that of `heft` (or
 * `peft`); but ops are placed late, when they are next and their device has room, or when their inputs must begin to
 * move, so that the others are still free to go elsewhere. An op that ends far from its planned end, or a device that
 * proves slower or faster than the plan has it, calls for a new plan of what is not placed: from how things stand, with
 * estimates times a factor that is learned for each device. The old plan is kept where the new one gains too little.
 * Where a synchronization policy holds outputs back, the plan is placed as a whole, and kept.
 *
 * Plans are made again only after a fraction of the ops that are left has ended: at most about 1 / patience · ln(ops)
 * times, each for what is left then, in all about as much work as 1 / patience first plans.
 * @source Rescheduling only where the delay matters: Sakellariou, Zhao 2004, doi:10.1155/2004/930924
 */
export const hybrid = defineScheduler<z.input<typeof options>>({
  name: "hybrid",
  summary: "heft's plan, with what is not started planned anew when ops end far from their planned ends",
  source: paper,
  options,
  create: (chosen) => new Hybrid(chosen as Options),
});

class Hybrid implements Scheduler {
  readonly queueOrder = "in-order";
  readonly #options: Options;
  #lanes!: PlanLanes;
  #replanner!: Replanner;
  #drift!: Drift;
  #isReady!: Uint8Array;
  /** By op: predecessors that are not placed. An op is placed after them, so no order of queues can wait for itself. */
  #unplaced!: Uint32Array;
  /** Setup that was expected as the op was placed. */
  #setup!: Float64Array;
  #placed!: Uint32Array;
  #placedCount = 0;
  /** By device: the last wake-up asked for. */
  #wake!: Float64Array;
  /** Lost with their device: each is placed where it ends first, as soon as it is ready. */
  readonly #adrift = new Set<number>();
  #devicesChanged = false;
  #plans = 0;
  #changes = 0;

  constructor(chosen: Options) {
    this.#options = chosen;
  }

  prepare(view: PolicyView, out: Dispatch): void {
    const { opCount, deviceCount, pred } = view;
    this.#drift = new Drift(this.#options, deviceCount);
    this.#replanner = new Replanner(view, (device) => this.#drift.factor(device));
    this.#isReady = new Uint8Array(opCount);
    this.#unplaced = Uint32Array.from({ length: opCount }, (_, op) => pred.start[op + 1]! - pred.start[op]!);
    this.#setup = new Float64Array(opCount);
    this.#placed = new Uint32Array(opCount);
    this.#wake = new Float64Array(deviceCount).fill(-1);
    const plan = this.#options.planner === "heft" ? planHeft(view) : planPeft(view);
    this.#lanes = new PlanLanes(view, plan, this.#options.prefetch);
    this.#drift.planMade(plan.makespanTicks);
    this.#advance(view, out);
  }

  ready(_view: PolicyView, op: number): void {
    this.#isReady[op] = 1;
    this.#replanner.arrived(op);
  }

  completed(view: PolicyView, op: number, actualTicks: number): void {
    const device = view.placement(op);
    const estimate = view.estimateTicks(op, device);
    this.#drift.ended(device, estimate > 0 ? Math.max(0, actualTicks - this.#setup[op]!) / estimate : NaN, view.nowTicks - this.#lanes.endTicks[op]!);
  }

  lost(_view: PolicyView, _device: number, ops: readonly number[]): void {
    for (const op of ops) this.#adrift.add(op);
    this.#devicesChanged = true;
  }

  joined(): void {
    this.#devicesChanged = true;
  }

  dispatch(view: SchedulerView, out: Dispatch): void {
    if (this.#adrift.size > 0) this.#recover(view, out);
    if (this.#drift.callsForPlan(this.#lanes.left) || (this.#devicesChanged && this.#lanes.left > 0)) this.#replan(view);
    this.#devicesChanged = false;
    this.#advance(view, out);
  }

  report(): PolicyReport {
    return { replans: this.#plans, changes: this.#changes };
  }

  #replan(view: PolicyView): void {
    const placed = this.#placed.subarray(0, this.#placedCount);
    const old = this.#replanner.plan(placed, this.#lanes);
    const fresh = this.#replanner.plan(placed);
    const isBetter = this.#devicesChanged || fresh.makespanTicks - view.nowTicks < (1 - this.#options.gain) * (old.makespanTicks - view.nowTicks);
    const plan = isBetter ? fresh : old;
    this.#plans++;
    if (isBetter) this.#changes++;
    this.#lanes = new PlanLanes(view, plan, this.#options.prefetch);
    this.#drift.planMade(plan.makespanTicks - view.nowTicks);
  }

  /** Ahead of all that is queued, which may wait for them. */
  #recover(view: PolicyView, out: Dispatch): void {
    const wait = new Float64Array(view.deviceCount);
    view.waitsInto(wait);
    for (const op of [...this.#adrift].sort((a, b) => a - b)) {
      if (this.#isReady[op] === 0) continue;
      let device = firstToComplete(view, op, wait);
      // Only a device that is not there can run it.
      if (device < 0) device = wait.findIndex((_, d) => view.estimateTicks(op, d) < Infinity);
      this.#adrift.delete(op);
      if (view.reloadTicks(device) > 0) this.#setup[op] = view.setupTicks(op, device);
      out.place(op, device, Number.MAX_VALUE);
      wait[device] = view.waitTicks(device);
    }
  }

  /** Places, of each device, the next ops that are due, and others while there is room. */
  #advance(view: PolicyView, out: Dispatch): void {
    const lanes = this.#lanes;
    for (let again = true; again; ) {
      again = false;
      for (let d = 0; d < view.deviceCount; d++) {
        for (let op = lanes.head(d); op >= 0 && this.#isDue(view, op, d); op = lanes.head(d)) {
          this.#place(view, out, op, d);
          again = true;
        }
      }
    }
    for (let d = 0; d < view.deviceCount; d++) {
      const op = lanes.head(d);
      const due = op < 0 ? Infinity : lanes.due[op]!;
      if (due === Infinity || due <= view.nowTicks || due === this.#wake[d]) continue;
      this.#wake[d] = due;
      out.wakeAt(due);
    }
  }

  #isDue(view: PolicyView, op: number, device: number): boolean {
    if (this.#unplaced[op]! > 0 || this.#replanner.waitsForAnotherJob(op)) return false;
    // A synchronization policy keeps ops from what the plan counts on: then all of it is placed, and waits in queues.
    return !view.isDataflow || this.#lanes.due[op]! <= view.nowTicks || view.freeSlots(device) > view.queued(device);
  }

  #place(view: PolicyView, out: Dispatch, op: number, device: number): void {
    if (view.reloadTicks(device) > 0) this.#setup[op] = view.setupTicks(op, device);
    this.#lanes.take(device);
    this.#placed[this.#placedCount++] = op;
    const { start, node } = view.succ;
    for (let k = start[op]!; k < start[op + 1]!; k++) this.#unplaced[node[k]!]!--;
    out.place(op, device);
  }
}
