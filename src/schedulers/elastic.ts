import { z } from "zod";
import { defineScheduler, type Dispatch, type PolicyReport, type PolicyView, type Scheduler, type SchedulerView } from "../plugin.ts";
import { waitTicks } from "./dispatching/completion-time.ts";
import { firstToComplete } from "./dispatching/first-to-complete.ts";

const options = z.strictObject({
  least: z.int().min(1).default(1).describe("Devices that are always on, those that could do the most of the workload; those without which some op could not run stay on besides"),
  up: z.number().positive().default(4).describe("Another device is switched on when the mean wait for a slot of those that are on is more than this many mean op times"),
  idle: z.number().positive().default(20).describe("One is switched off when it has had nothing to do for this many mean op times, and the wait is less than a quarter of `up`"),
  startUp: z.number().min(0).default(10).describe("Mean op times that a device takes from being switched on until it can run something"),
});
type Options = z.infer<typeof options>;

/** A device is off, starting, or on. */
const Power = { off: 0, starting: 1, on: 2 } as const;

/**
 * Uses as many devices as the load needs. Ready ops go to the device, of those that are on, where they are expected to
 * complete first. When the wait for a slot grows, the next most useful device is switched on, and can be used after its
 * start-up; one that has been idle for long while nothing waits is switched off. Between both thresholds nothing
 * changes, so that a load which wavers does not switch devices all the time. Times are in mean op times of the
 * workload, so that the options do not depend on its scale.
 *
 * The machine knows nothing of it: power that a device draws while it is off is still in the energy of the result.
 * `onNs` in the report is the time that devices were on or starting, summed: what a cloud would bill.
 * @source Threshold rules with hysteresis as cluster autoscalers have them: T. Lorido-Botran, J. Miguel-Alonso, J. A. Lozano, "A review of auto-scaling techniques for elastic applications in cloud environments", Journal of Grid Computing 12, 2014, doi:10.1007/s10723-014-9314-7
 */
export const elastic = defineScheduler<z.input<typeof options>>({
  name: "elastic",
  summary: "as many devices as the load needs: on when ops wait, off when idle, with start-up time and hysteresis",
  source: "T. Lorido-Botran, J. Miguel-Alonso, J. A. Lozano, \"A review of auto-scaling techniques for elastic applications in cloud environments\", Journal of Grid Computing 12, 2014, doi:10.1007/s10723-014-9314-7",
  options,
  create: (chosen) => new Elastic(chosen as Options),
});

class Elastic implements Scheduler {
  readonly #options: Options;
  #power!: Uint8Array;
  /** By device: when it can be used, and since when it has had nothing to do. */
  #usableAt!: Float64Array;
  #idleSince!: Float64Array;
  #onSince!: Float64Array;
  #wait!: Float64Array;
  #isKept!: Uint8Array;
  /** Devices, the most useful first. */
  #order!: number[];
  #meanTicks = 1;
  #onTicks = 0;
  #switchedOn = 0;
  #switchedOff = 0;
  #tickNs = 1;
  #now = 0;

  constructor(chosen: Options) {
    this.#options = chosen;
  }

  prepare(view: PolicyView): void {
    const { deviceCount } = view;
    this.#tickNs = view.tickNs;
    this.#power = new Uint8Array(deviceCount);
    this.#usableAt = new Float64Array(deviceCount);
    this.#idleSince = new Float64Array(deviceCount);
    this.#onSince = new Float64Array(deviceCount);
    this.#wait = new Float64Array(deviceCount);
    this.#meanTicks = meanOfBest(view);
    this.#order = byUse(view);
    this.#isKept = needed(view, this.#order.slice(0, this.#options.least));
    for (let d = 0; d < deviceCount; d++) if (this.#isKept[d] === 1) this.#power[d] = Power.on;
  }

  lost(view: PolicyView, device: number): void {
    if (this.#power[device] !== Power.off) this.#switchOff(device, view.nowTicks);
  }

  dispatch(view: SchedulerView, out: Dispatch): void {
    this.#now = view.nowTicks;
    for (let d = 0; d < this.#power.length; d++) if (this.#power[d] === Power.starting && this.#usableAt[d]! <= view.nowTicks) this.#power[d] = Power.on;
    const isOn = (d: number): boolean => this.#power[d] === Power.on;
    for (let d = 0; d < this.#wait.length; d++) this.#wait[d] = isOn(d) ? waitTicks(view, d) : Infinity;
    for (let op = view.ready.first(), next; op >= 0; op = next) {
      next = view.ready.next(op);
      let device = firstToComplete(view, op, this.#wait, isOn);
      // No device that is on can run it, such as after a loss: any that can is switched on.
      if (device < 0) device = anyFor(view, op);
      if (this.#power[device] !== Power.on) this.#switchOn(view, out, device, 0);
      out.place(op, device);
      this.#wait[device] = waitTicks(view, device);
    }
    this.#adjust(view, out);
  }

  report(): PolicyReport {
    let ticks = this.#onTicks;
    for (let d = 0; d < this.#power.length; d++) if (this.#power[d] !== Power.off) ticks += this.#now - this.#onSince[d]!;
    return { onNs: ticks * this.#tickNs, switchedOn: this.#switchedOn, switchedOff: this.#switchedOff };
  }

  #adjust(view: SchedulerView, out: Dispatch): void {
    const now = view.nowTicks;
    const { up, idle, startUp } = this.#options;
    let [waits, on, starting, next] = [0, 0, 0, -1];
    for (const d of this.#order) {
      if (this.#power[d] === Power.on) {
        on++;
        waits += waitTicks(view, d);
        if (view.queued(d) > 0 || view.freeSlots(d) < view.slots[d]!) this.#idleSince[d] = now;
      } else if (this.#power[d] === Power.starting) starting++;
      else if (next < 0 && view.isPresent(d)) next = d;
    }
    const wait = on > 0 ? waits / on / this.#meanTicks : Infinity;
    if (wait > up && starting === 0 && next >= 0) this.#switchOn(view, out, next, Math.ceil(startUp * this.#meanTicks));
    if (wait >= up / 4) return;
    for (let d = 0; d < this.#power.length; d++) {
      if (this.#power[d] !== Power.on || this.#isKept[d] === 1) continue;
      const due = this.#idleSince[d]! + idle * this.#meanTicks;
      // Nobody may have asked when it was due.
      if (due <= now) this.#switchOff(d, Math.ceil(due));
    }
  }

  #switchOn(view: PolicyView, out: Dispatch, device: number, startUp: number): void {
    this.#switchedOn++;
    this.#onSince[device] = this.#idleSince[device] = view.nowTicks;
    this.#usableAt[device] = view.nowTicks + startUp;
    this.#power[device] = startUp > 0 ? Power.starting : Power.on;
    if (startUp > 0) out.wakeAt(this.#usableAt[device]!);
  }

  #switchOff(device: number, at: number): void {
    this.#switchedOff++;
    this.#power[device] = Power.off;
    this.#onTicks += at - this.#onSince[device]!;
  }
}

/** Mean over the ops of their time on the device that runs them fastest; at least 1. */
function meanOfBest(view: PolicyView): number {
  let sum = 0;
  for (let op = 0; op < view.opCount; op++) sum += view.estimateTicks(op, anyFor(view, op));
  return Math.max(1, sum / Math.max(1, view.opCount));
}

/** The device that runs `op` fastest, ties by id. */
function anyFor(view: PolicyView, op: number): number {
  let best = 0;
  for (let d = 1; d < view.deviceCount; d++) if (view.estimateTicks(op, d) < view.estimateTicks(op, best)) best = d;
  return best;
}

/** Devices by how much of the workload they could do in the time that the best takes; ties by id. */
function byUse(view: PolicyView): number[] {
  const use = new Float64Array(view.deviceCount);
  for (let op = 0; op < view.opCount; op++) {
    const best = Math.max(1, view.estimateTicks(op, anyFor(view, op)));
    for (let d = 0; d < use.length; d++) use[d]! += (view.slots[d]! * best) / Math.max(1, view.estimateTicks(op, d));
  }
  return [...use.keys()].sort((a, b) => use[b]! - use[a]! || a - b);
}

/** These devices, and those without which some op could not run. */
function needed(view: PolicyView, devices: readonly number[]): Uint8Array {
  const kept = new Uint8Array(view.deviceCount);
  for (const d of devices) kept[d] = 1;
  for (let op = 0; op < view.opCount; op++) {
    let runs = false;
    for (let d = 0; d < kept.length && !runs; d++) runs = kept[d] === 1 && view.estimateTicks(op, d) < Infinity;
    if (!runs) kept[anyFor(view, op)] = 1;
  }
  return kept;
}
