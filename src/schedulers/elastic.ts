import { z } from "zod";
import { defineScheduler, type Dispatch, type PolicyReport, type PolicyView, type Scheduler, type SchedulerView } from "../plugin.ts";
import { devicesByUse, meanBestTicks, neededDevices } from "./dispatching/device-use.ts";
import { KindQueues } from "./dispatching/kind-queues.ts";
import { fastestDevice } from "./dispatching/preferred-device.ts";

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
 * Uses as many devices as the load needs. Ready ops go to devices that are on as `dmda` places them, where queue,
 * execution and the time to bring the inputs are shortest together. When the wait for a slot grows, the next most
 * useful device is switched on, and can be used after its start-up; what would wait for long, and be done sooner by a
 * device that is starting, is held back until then, with what is behind it of its kind. A device that has been idle for
 * long while nothing waits is switched off. Between both thresholds nothing changes, so that a load which wavers does not switch
 * devices all the time. Times are in mean op times of the workload, so that the options do not depend on its scale.
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
  #held!: KindQueues;
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
    this.#held = new KindQueues(view);
    this.#meanTicks = meanBestTicks(view);
    this.#order = devicesByUse(view);
    this.#isKept = neededDevices(view, this.#order.slice(0, this.#options.least));
    for (let d = 0; d < deviceCount; d++) if (this.#isKept[d] === 1) this.#power[d] = Power.on;
  }

  ready(view: PolicyView, op: number): void {
    this.#held.push(view, op);
  }

  lost(view: PolicyView, device: number): void {
    if (this.#power[device] !== Power.off) this.#switchOff(device, view.nowTicks);
  }

  dispatch(view: SchedulerView, out: Dispatch): void {
    this.#now = view.nowTicks;
    for (let d = 0; d < this.#power.length; d++) if (this.#power[d] === Power.starting && this.#usableAt[d]! <= view.nowTicks) this.#power[d] = Power.on;
    for (let d = 0; d < this.#wait.length; d++) this.#wait[d] = this.#power[d] === Power.on ? view.waitTicks(d) : Infinity;
    this.#held.open();
    for (let op = this.#held.first(); op >= 0; op = this.#held.first()) {
      let device = this.#nearest(view, op);
      if (device >= 0 && this.#wait[device]! > this.#options.up * this.#meanTicks) {
        this.#switchOnIfLate(view, out);
        if (this.#comesSooner(view, op, device)) {
          this.#held.close();
          continue;
        }
      }
      // No device that is on can run it, such as after a loss: any that can is switched on.
      if (device < 0) device = fastestDevice(view, op);
      if (this.#power[device] !== Power.on) this.#switchOn(view, out, device, 0);
      this.#held.take();
      out.place(op, device);
      this.#wait[device] = view.waitTicks(device);
    }
    this.#switchOnIfLate(view, out);
    this.#switchOffIdle(view);
  }

  report(): PolicyReport {
    let ticks = this.#onTicks;
    for (let d = 0; d < this.#power.length; d++) if (this.#power[d] !== Power.off) ticks += this.#now - this.#onSince[d]!;
    return { onNs: ticks * this.#tickNs, switchedOn: this.#switchedOn, switchedOff: this.#switchedOff };
  }

  /** Of the devices that are on, the one with the shortest queue, execution and transfers, summed; ties by id; -1 = none can run `op`. */
  #nearest(view: PolicyView, op: number): number {
    let best = -1;
    let soonest = Infinity;
    for (let d = 0; d < this.#wait.length; d++) {
      const wait = this.#wait[d]!;
      if (wait + view.estimateTicks(op, d) >= soonest) continue;
      const score = scoreOf(view, op, d, wait);
      if (score < soonest) [best, soonest] = [d, score];
    }
    return best;
  }

  /** Whether a device that is starting is expected to have done `op` before `device`. */
  #comesSooner(view: PolicyView, op: number, device: number): boolean {
    const score = scoreOf(view, op, device, this.#wait[device]!);
    return this.#order.some((d) => this.#power[d] === Power.starting && scoreOf(view, op, d, this.#usableAt[d]! - view.nowTicks) < score);
  }

  /** The mean wait for a slot of those that are on, in mean op times. */
  #meanWait(view: SchedulerView): number {
    let [waits, on, slots] = [0, 0, 0];
    for (let d = 0; d < this.#power.length; d++) {
      if (this.#power[d] !== Power.on) continue;
      on++;
      slots += view.slots[d]!;
      waits += view.waitTicks(d);
    }
    return on > 0 ? waits / on / this.#meanTicks + this.#held.length / slots : Infinity;
  }

  #switchOnIfLate(view: SchedulerView, out: Dispatch): void {
    const { up, startUp } = this.#options;
    if (this.#power.includes(Power.starting) || this.#meanWait(view) <= up) return;
    const next = this.#order.find((d) => this.#power[d] === Power.off && view.isPresent(d));
    if (next !== undefined) this.#switchOn(view, out, next, Math.ceil(startUp * this.#meanTicks));
  }

  #switchOffIdle(view: SchedulerView): void {
    const now = view.nowTicks;
    const { up, idle } = this.#options;
    for (let d = 0; d < this.#power.length; d++) if (view.queued(d) > 0 || view.freeSlots(d) < view.slots[d]!) this.#idleSince[d] = now;
    if (this.#meanWait(view) >= up / 4) return;
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

/** Queue, execution and the time to bring the inputs, summed. */
function scoreOf(view: PolicyView, op: number, device: number, wait: number): number {
  return wait + view.estimateTicks(op, device) + view.setupTicks(op, device) + view.dataTicks(op, device);
}
