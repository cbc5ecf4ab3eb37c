import { SimulationError } from "../base/errors.ts";
import { noiseFactor } from "../base/random.ts";
import { EventKind, eventKey } from "./event-key.ts";
import type { Instance } from "./instance.ts";
import { OpPhase } from "./op-table.ts";
import { ceilTicks, type SharedResources } from "./shared-resources.ts";
import type { SimulationState } from "./state.ts";
import { RowKind, SubjectKind } from "./trace.ts";

/** Order key of an op's activity: after all transfers, by id. */
export const OP_ORDER = 2 ** 32;

const SHARES_MEMORY = 1;
const SHARES_UNITS = 2;

/** Runs operators on slots: setup, fixed phase, shared phase, pausing and resuming. */
export class OpRunner {
  readonly #state: SimulationState;
  readonly #instance: Instance;
  readonly #resources: SharedResources;
  readonly #seed: number;
  readonly #noise: boolean;
  /** Which finite resources the operators of each device draw on. */
  readonly #deviceShares: Uint8Array;
  /** Activity of each op in its shared phase, -1 outside it; empty where no device shares anything. */
  readonly #activity: Int32Array;
  /** Fraction of the whole that was left when the current (or last) segment of an op that was paused began. */
  readonly #fractionLeft = new Map<number, number>();

  constructor(state: SimulationState, resources: SharedResources, seed: number, noise: boolean) {
    const { instance } = state;
    this.#state = state;
    this.#instance = instance;
    this.#resources = resources;
    this.#seed = seed;
    this.#noise = noise && instance.costSigma.some((sigma) => sigma > 0);
    this.#deviceShares = Uint8Array.from({ length: instance.deviceCount }, (_, d) => {
      const memory = instance.memoryDemand.length > 0 && instance.resourceCapacity[instance.deviceMemory[d]!]! < Infinity;
      const units = instance.resourceCapacity[instance.memoryCount + d]! < Infinity;
      return (memory ? SHARES_MEMORY : 0) | (units ? SHARES_UNITS : 0);
    });
    this.#activity = new Int32Array(this.#deviceShares.some((shares) => shares > 0) ? instance.opCount : 0).fill(-1);
  }

  /** Starts a ready op on the lowest free slot of its device. */
  start(op: number, device: number): void {
    const instance = this.#instance;
    const state = this.#state;
    const { ops, devices, now } = state;
    const track = devices.start(op, device, now);
    ops.phase[op] = OpPhase.running;
    ops.slot[op] = track - devices.slotStart[device]!;
    ops.startTicks[op] = now;
    state.progressed = true;
    const cost = state.cost(op, device);
    const setup = this.#setup(op, cost, device, track);
    const factor = this.#factor(op, device, cost);
    if (!this.#shares(cost, device)) {
      state.queue.push(now + setup + ceilTicks(instance.costTicks[cost]! * factor), eventKey(EventKind.opEnd, op), ops.generation[op]!);
      return;
    }
    const fixed = ceilTicks(setup + (instance.fixedTicks.length > 0 ? instance.fixedTicks[cost]! * factor : 0));
    if (fixed > 0) state.queue.push(now + fixed, eventKey(EventKind.opJoins, op), ops.generation[op]!);
    else this.join(op);
  }

  /** Loads the configuration that the op needs; its row is written at once, since its end is known. */
  #setup(op: number, cost: number, device: number, track: number): number {
    const { configuration, setupTicks } = this.#instance;
    const { devices, rows, now } = this.#state;
    const needed = configuration.length > 0 ? configuration[cost]! : -1;
    if (needed < 0 || devices.slotConfiguration[track] === needed) return 0;
    devices.slotConfiguration[track] = needed;
    const setup = setupTicks[device]!;
    if (setup === 0) return 0;
    rows.push(track, SubjectKind.op, op, RowKind.setup, now, now + setup);
    devices.busyTicks[device]! += setup;
    devices.slotSince[track] = now + setup;
    return setup;
  }

  #factor(op: number, device: number, cost: number): number {
    return this.#noise ? noiseFactor(this.#seed, op, device, this.#instance.costSigma[cost]!) : 1;
  }

  /** True when the op draws on a finite resource of its device. */
  #shares(cost: number, device: number): boolean {
    const shares = this.#deviceShares[device]!;
    return shares !== 0 && ((shares & SHARES_UNITS) !== 0 || this.#instance.memoryDemand[cost]! > 0);
  }

  /** The fixed phase is over: the op competes for memory bandwidth and compute units. */
  join(op: number): void {
    const instance = this.#instance;
    const device = this.#state.ops.device[op]!;
    const cost = this.#state.cost(op, device);
    const fixed = instance.fixedTicks.length > 0 ? instance.fixedTicks[cost]! : 0;
    this.#share(op, device, cost, (instance.costTicks[cost]! - fixed) * this.#factor(op, device, cost));
  }

  #share(op: number, device: number, cost: number, work: number): void {
    const instance = this.#instance;
    const state = this.#state;
    if (work <= 0) {
      state.queue.push(state.now, eventKey(EventKind.opEnd, op), state.ops.generation[op]!);
      return;
    }
    const activity = this.#resources.open(OP_ORDER + op, work, state.now);
    this.#activity[op] = activity;
    const shares = this.#deviceShares[device]!;
    const demand = instance.memoryDemand.length > 0 ? instance.memoryDemand[cost]! : 0;
    if ((shares & SHARES_MEMORY) !== 0 && demand > 0) {
      this.#resources.use(activity, instance.deviceMemory[device]!, demand);
      state.resourceUse[instance.deviceMemory[device]!]! += demand * work;
    }
    if ((shares & SHARES_UNITS) !== 0) this.#resources.use(activity, instance.memoryCount + device, instance.width[device]!);
  }

  /** The op has done its work: its slot is free. */
  end(op: number): void {
    const { ops } = this.#state;
    this.#leaveSlot(op);
    ops.phase[op] = OpPhase.ended;
    ops.endTicks[op] = this.#state.now;
    this.#state.endedCount++;
    this.#state.progressed = true;
    this.#state.endedOps.push(op);
  }

  /** Writes the segment, frees the slot and whatever the op shared. */
  #leaveSlot(op: number): void {
    const { ops, devices, rows, now } = this.#state;
    const device = ops.device[op]!;
    const track = devices.slotStart[device]! + ops.slot[op]!;
    if (this.#activity.length > 0 && this.#activity[op]! >= 0) {
      this.#resources.close(this.#activity[op]!);
      this.#activity[op] = -1;
    }
    rows.push(track, SubjectKind.op, op, RowKind.run, Math.min(now, devices.slotSince[track]!), now);
    devices.release(track, device, now);
    this.#state.slotFreed = true;
    this.#state.touch(device);
  }

  /**
   * Takes a running op off its slot. What is left of it is a fraction of the whole; see {@link resume}.
   * @returns that fraction, in [0, 1].
   * @throws {SimulationError} when the op is not running.
   */
  pause(op: number): number {
    const instance = this.#instance;
    const state = this.#state;
    const { ops, devices, now } = state;
    if (ops.phase[op] !== OpPhase.running) throw new SimulationError({ code: "not-running", message: `operator "${instance.opNames.at(op)}" is not running and cannot be paused` });
    const device = ops.device[op]!;
    const cost = state.cost(op, device);
    const alone = instance.costTicks[cost]! * this.#factor(op, device, cost);
    const activity = this.#activity.length > 0 ? this.#activity[op]! : -1;
    // In the shared phase the work left is known; before it, or without one, the segment has run at full speed.
    const ran = Math.max(0, now - devices.slotSince[devices.slotStart[device]! + ops.slot[op]!]!);
    const left = activity >= 0 ? this.#resources.remaining(activity, now) / alone : (this.#fractionLeft.get(op) ?? 1) - ran / alone;
    const fraction = alone > 0 ? Math.min(1, Math.max(0, left)) : 0;
    this.#leaveSlot(op);
    ops.generation[op]!++;
    ops.phase[op] = OpPhase.paused;
    this.#fractionLeft.set(op, fraction);
    return fraction;
  }

  /**
   * Goes on with a paused op on a free slot of `device`. It takes the fraction that was left of what the whole op would
   * take there, without another launch.
   * @throws {SimulationError} when it is not paused, or the device has no free slot or cannot run it.
   */
  resume(op: number, device: number): void {
    const instance = this.#instance;
    const state = this.#state;
    const { ops, devices } = state;
    const name = instance.opNames.at(op);
    const fraction = this.#fractionLeft.get(op);
    if (ops.phase[op] !== OpPhase.paused || fraction === undefined) throw new SimulationError({ code: "not-paused", message: `operator "${name}" is not paused` });
    if (!(devices.freeSlots[device]! > 0)) throw new SimulationError({ code: "no-slot", message: `device "${instance.deviceNames[device] ?? device}" has no free slot for "${name}"` });
    const cost = state.cost(op, device);
    if (!(instance.costTicks[cost]! < Infinity)) throw new SimulationError({ code: "cannot-run", message: `device "${instance.deviceNames[device]}" cannot run "${name}"` });
    const track = devices.resume(op, device, state.now);
    ops.phase[op] = OpPhase.running;
    ops.device[op] = device;
    ops.slot[op] = track - devices.slotStart[device]!;
    const work = fraction * instance.costTicks[cost]! * this.#factor(op, device, cost);
    if (this.#shares(cost, device)) this.#share(op, device, cost, work);
    else state.queue.push(state.now + ceilTicks(work), eventKey(EventKind.opEnd, op), ops.generation[op]!);
  }
}
