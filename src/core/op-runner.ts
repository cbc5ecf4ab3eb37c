import { drawsOf } from "../base/duplicates.ts";
import { SimulationError } from "../base/errors.ts";
import { noiseFactor } from "../base/random.ts";
import { EventKind, eventKey } from "./event-key.ts";
import type { Instance } from "./instance.ts";
import { OpPhase } from "./op-table.ts";
import { PacedOps } from "./paced-ops.ts";
import type { SharedResources } from "./shared-resources.ts";
import type { SimulationState } from "./state.ts";
import { ceilTicks } from "./ticks.ts";
import { RowKind } from "./trace.ts";

/** Order key of an op's activity: after all transfers, by id. */
export const OP_ORDER = 2 ** 32;

const SHARES_MEMORY = 1;
const SHARES_UNITS = 2;

/** Runs operators on slots: setup, fixed phase, shared phase, pausing and resuming. */
export class OpRunner {
  private readonly state: SimulationState;
  private readonly instance: Instance;
  private readonly resources: SharedResources;
  private readonly seed: number;
  private readonly noise: boolean;
  /** See {@link drawsOf}. */
  private readonly draws: Uint32Array | undefined;
  /** Which finite resources the operators of each device draw on. */
  private readonly deviceShares: Uint8Array;
  /** Activity of each op in its shared phase, -1 outside it; empty where no device shares anything. */
  private readonly activity: Int32Array;
  /** Fraction of the whole that was left when the current (or last) segment of an op that was paused began. */
  readonly #fractionLeft = new Map<number, number>();
  /** Speed of each device, and how far ops are that share nothing; undefined where no speed ever changes. */
  private readonly speed: Float64Array | undefined;
  private readonly paced: PacedOps | undefined;
  /** Ops may take another time than expected: there is something to load, draw, share or retime. */
  private readonly varies: boolean;

  constructor(state: SimulationState, resources: SharedResources, seed: number, noise: boolean) {
    const { instance } = state;
    this.state = state;
    this.instance = instance;
    this.resources = resources;
    this.seed = seed;
    this.noise = noise && instance.costSigma.some((sigma) => sigma > 0);
    this.draws = this.noise ? drawsOf(instance) : undefined;
    this.deviceShares = Uint8Array.from({ length: instance.deviceCount }, (_, d) => {
      const memory = instance.memoryDemand.length > 0 && instance.resourceCapacity[instance.deviceMemory[d]!]! < Infinity;
      const units = instance.resourceCapacity[instance.memoryCount + d]! < Infinity;
      return (memory ? SHARES_MEMORY : 0) | (units ? SHARES_UNITS : 0);
    });
    this.activity = new Int32Array(this.deviceShares.some((shares) => shares > 0) ? instance.opCount : 0).fill(-1);
    this.speed = state.changes?.speed;
    this.paced = state.changes && new PacedOps(instance.opCount);
    this.varies = instance.configuration.length > 0 || this.noise || this.activity.length > 0 || this.paced !== undefined;
  }

  /** Starts a ready op on the lowest free slot of its device. */
  start(op: number, device: number): void {
    const instance = this.instance;
    const state = this.state;
    const { ops, devices, now } = state;
    const track = devices.start(op, device, now);
    ops.phase[op] = OpPhase.running;
    ops.slot[op] = track - devices.slotStart[device]!;
    ops.startTicks[op] = now;
    state.idleRounds = 0;
    const cost = state.cost(op, device);
    if (!this.varies) {
      state.queue.push(now + ceilTicks(instance.costTicks[cost]!), eventKey(EventKind.opEnd, op), ops.generation[op]!);
      return;
    }
    const setup = this.#setup(op, cost, device, track);
    const factor = this.#factor(op, device, cost);
    const shares = this.#shares(cost, device);
    if (this.paced !== undefined) return this.#startPaced(op, device, now + setup, shares ? (instance.fixedTicks[cost] ?? 0) * factor : instance.costTicks[cost]! * factor, shares);
    if (!shares) {
      state.queue.push(now + setup + ceilTicks(instance.costTicks[cost]! * factor), eventKey(EventKind.opEnd, op), ops.generation[op]!);
      return;
    }
    const fixed = ceilTicks(setup + (instance.fixedTicks.length > 0 ? instance.fixedTicks[cost]! * factor : 0));
    if (fixed > 0) state.queue.push(now + fixed, eventKey(EventKind.opJoins, op), ops.generation[op]!);
    else this.join(op);
  }

  /** As `start` goes on, on a device whose speed may change: `work` of its own from `since` on, and then it ends, or shares. */
  #startPaced(op: number, device: number, since: number, work: number, shares: boolean): void {
    const { queue, now, ops } = this.state;
    const kind = shares ? EventKind.opJoins : EventKind.opEnd;
    const at = this.paced!.begin(op, since, work, this.speed![device]!, kind);
    if (shares && at === now) this.join(op);
    else queue.push(at, eventKey(kind, op), ops.generation[op]!);
  }

  /** The device of a running op goes on at another speed; what is left of the op takes longer or shorter. */
  retime(op: number, before: number, after: number): void {
    const { ops, queue, now } = this.state;
    const kind = this.paced!.then(op);
    if (kind !== 0) {
      queue.push(this.paced!.retime(op, now, before, after), eventKey(kind, op), ops.outdate(op));
      return;
    }
    const activity = this.activity[op]!;
    // Its work is done, and it ends in the next round.
    if (activity < 0) return;
    const left = this.resources.remaining(activity, now) * before;
    this.resources.close(activity);
    this.activity[op] = -1;
    this.#withdraw(op, left);
    this.#share(op, ops.device[op]!, this.state.cost(op, ops.device[op]!), left);
  }

  /** What an op was expected to draw of its memory for `work` ticks at normal speed, it does not draw. */
  #withdraw(op: number, work: number): void {
    const { memoryDemand, deviceMemory } = this.instance;
    const device = this.state.ops.device[op]!;
    if ((this.deviceShares[device]! & SHARES_MEMORY) !== 0) this.state.resourceUse[deviceMemory[device]!]! -= (memoryDemand[this.state.cost(op, device)] ?? 0) * work;
  }

  /** The device of a running op is lost, and its work with it: the op is as it was before it started. */
  abort(op: number): void {
    const { ops, devices, rows, now } = this.state;
    const device = ops.device[op]!;
    const track = devices.slotStart[device]! + ops.slot[op]!;
    if (this.activity.length > 0 && this.activity[op]! >= 0) this.#withdraw(op, this.resources.remaining(this.activity[op]!, now) * this.speed![device]!);
    if (devices.slotSince[track]! <= now) rows.push(RowKind.aborted, track, op, devices.slotSince[track]!, now);
    else {
      // It was still loading its configuration: that row was written with the end it would have had.
      rows.shorten(track, now);
      devices.busyTicks[device]! -= devices.slotSince[track]! - now;
      devices.slotSince[track] = now;
    }
    this.#leaveSlot(op, device, track);
    ops.outdate(op);
    ops.phase[op] = OpPhase.ready;
    ops.slot[op] = -1;
    ops.startTicks[op] = NaN;
    this.#fractionLeft.delete(op);
  }

  /** Loads the configuration that the op needs; its row is written at once, since its end is known. */
  #setup(op: number, cost: number, device: number, track: number): number {
    const { configuration, setupTicks } = this.instance;
    const { devices, rows, now } = this.state;
    const needed = configuration.length > 0 ? configuration[cost]! : -1;
    if (needed < 0 || devices.slotConfiguration[track] === needed) return 0;
    devices.slotConfiguration[track] = needed;
    const setup = setupTicks[device]!;
    if (setup === 0) return 0;
    rows.push(RowKind.setup, track, op, now, now + setup);
    devices.busyTicks[device]! += setup;
    devices.delay(track, device, setup);
    return setup;
  }

  /** The factor by which this execution of the op is longer than expected. */
  noiseOf(op: number, device: number): number {
    return this.#factor(op, device, this.state.cost(op, device));
  }

  #factor(op: number, device: number, cost: number): number {
    return this.noise ? noiseFactor(this.seed, this.draws === undefined ? op : this.draws[op]!, device, this.instance.costSigma[cost]!) : 1;
  }

  /** True when the op draws on a finite resource of its device. */
  #shares(cost: number, device: number): boolean {
    const shares = this.deviceShares[device]!;
    return shares !== 0 && ((shares & SHARES_UNITS) !== 0 || this.instance.memoryDemand[cost]! > 0);
  }

  /** The fixed phase is over: the op competes for memory bandwidth and compute units. */
  join(op: number): void {
    const instance = this.instance;
    const device = this.state.ops.device[op]!;
    const cost = this.state.cost(op, device);
    const fixed = instance.fixedTicks.length > 0 ? instance.fixedTicks[cost]! : 0;
    this.#share(op, device, cost, (instance.costTicks[cost]! - fixed) * this.#factor(op, device, cost));
  }

  /** @param work Ticks alone, at normal speed. */
  #share(op: number, device: number, cost: number, work: number): void {
    const instance = this.instance;
    const state = this.state;
    const speed = this.speed === undefined ? 1 : this.speed[device]!;
    this.paced?.share(op);
    if (work <= 0) {
      state.queue.push(state.now, eventKey(EventKind.opEnd, op), state.ops.generation[op]!);
      return;
    }
    const bundle = this.resources.bundle(OP_ORDER + op, state.now);
    const shares = this.deviceShares[device]!;
    const demand = instance.memoryDemand.length > 0 ? instance.memoryDemand[cost]! : 0;
    if ((shares & SHARES_MEMORY) !== 0 && demand > 0) {
      this.resources.use(bundle, instance.deviceMemory[device]!, demand * speed);
      state.resourceUse[instance.deviceMemory[device]!]! += demand * work;
    }
    if ((shares & SHARES_UNITS) !== 0) this.resources.use(bundle, instance.memoryCount + device, instance.width[device]!);
    this.activity[op] = this.resources.open(bundle, OP_ORDER + op, work / speed, state.now);
  }

  /** The op has done its work: its slot is free. */
  end(op: number): void {
    const state = this.state;
    const { ops } = state;
    ops.phase[op] = OpPhase.ended;
    ops.endTicks[op] = state.now;
    state.endedCount++;
    state.idleRounds = 0;
    state.endedOps.push(op);
    const device = ops.device[op]!;
    const track = state.devices.slotStart[device]! + ops.slot[op]!;
    const since = state.devices.slotSince[track]!;
    if (since !== ops.startTicks[op]) state.rows.lastPiece(op, since);
    this.#leaveSlot(op, device, track);
  }

  /** Of a running op on a device whose speed may change: what is left, in ticks alone at normal speed. */
  #workLeft(op: number): number {
    const { ops, now } = this.state;
    const device = ops.device[op]!;
    const kind = this.paced!.then(op);
    if (kind === 0) return this.activity[op]! >= 0 ? this.resources.remaining(this.activity[op]!, now) * this.speed![device]! : 0;
    const cost = this.state.cost(op, device);
    const after = kind === EventKind.opEnd ? 0 : (this.instance.costTicks[cost]! - (this.instance.fixedTicks[cost] ?? 0)) * this.#factor(op, device, cost);
    return after + this.paced!.left(op, now, this.speed![device]!);
  }

  /** Frees the slot and whatever the op shared. */
  #leaveSlot(op: number, device: number, track: number): void {
    if (this.activity.length > 0 && this.activity[op]! >= 0) {
      this.resources.close(this.activity[op]!);
      this.activity[op] = -1;
    }
    this.state.devices.release(track, device, this.state.now);
    this.state.slotFreed = true;
    this.state.touch(device);
  }

  /**
   * Takes a running op off its slot. What is left of it is a fraction of the whole; see {@link resume}.
   * @returns that fraction, in [0, 1].
   * @throws {SimulationError} when the op is not running.
   */
  pause(op: number): number {
    const instance = this.instance;
    const state = this.state;
    const { ops, devices, now } = state;
    if (ops.phase[op] !== OpPhase.running) throw new SimulationError({ code: "not-running", message: `operator "${instance.opNames.at(op)}" is not running and cannot be paused` });
    const device = ops.device[op]!;
    const cost = state.cost(op, device);
    const alone = instance.costTicks[cost]! * this.#factor(op, device, cost);
    const activity = this.activity.length > 0 ? this.activity[op]! : -1;
    // In the shared phase the work left is known; before it, or without one, the segment has run at full speed.
    const track = devices.slotStart[device]! + ops.slot[op]!;
    const since = devices.slotSince[track]!;
    const ran = Math.max(0, now - since);
    const left = this.paced !== undefined ? this.#workLeft(op) / alone : activity >= 0 ? this.resources.remaining(activity, now) / alone : (this.#fractionLeft.get(op) ?? 1) - ran / alone;
    const fraction = alone > 0 ? Math.min(1, Math.max(0, left)) : 0;
    this.#leaveSlot(op, device, track);
    state.rows.push(RowKind.run, track, op, Math.min(now, since), now);
    ops.outdate(op);
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
    const instance = this.instance;
    const state = this.state;
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
    else if (this.paced !== undefined) this.#startPaced(op, device, state.now, work, false);
    else state.queue.push(state.now + ceilTicks(work), eventKey(EventKind.opEnd, op), ops.generation[op]!);
  }
}
