import { resized } from "../base/columns.ts";
import type { Instance } from "./instance.ts";

/**
 * Slots and queues of the devices. Each queue is a binary heap of op ids by (phase, if there are any; priority, higher
 * first; then the order placed). Entries that started ahead of the queue are skipped when they come up.
 */
export class DeviceQueues {
  readonly #instance: Instance;
  /** First slot (track) of each device; entry D is the number of slots. */
  readonly slotStart: Uint32Array;
  /** Op in each slot; -1 = free. */
  readonly slotOp: Int32Array;
  /** Configuration loaded in each slot; -1 = none yet. */
  readonly slotConfiguration: Int32Array;
  /** When the running segment of the slot's op began, setup excluded. */
  readonly slotSince: Float64Array;
  readonly freeSlots: Int32Array;
  /** 1 = the queue is to be looked at in this round. */
  readonly touched: Uint8Array;
  /** Ticks spent by ended segments, by device. */
  readonly busyTicks: Float64Array;
  /** Ticks to load another configuration, by device; 0 where no op needs one. */
  readonly reloadTicks: Float64Array;
  readonly #reloads: boolean;
  /** Configuration that a device's last placed op leaves behind; -1 = none yet. */
  readonly #lastConfiguration: Int32Array;
  /** Setup that each queued op was expected to need when it was placed; empty where nothing is ever loaded. */
  readonly #expectedSetup: Float64Array;
  /** Ops placed and not started, and the sum of their estimates and expected setups, by device. */
  readonly queued: Int32Array;
  readonly queuedTicks: Float64Array;
  readonly #priority: Float64Array;
  readonly #order: Uint32Array;
  /** Phase of each op under a synchronization policy that has phases; empty otherwise. */
  readonly #phase: Uint32Array;
  readonly #heaps: Int32Array[];
  readonly #heapLength: Int32Array;
  #placements = 0;

  constructor(instance: Instance, hasPhases: boolean) {
    const { deviceCount, slots, opCount } = instance;
    this.#instance = instance;
    this.slotStart = new Uint32Array(deviceCount + 1);
    for (let d = 0; d < deviceCount; d++) this.slotStart[d + 1] = this.slotStart[d]! + slots[d]!;
    const slotCount = this.slotStart[deviceCount]!;
    this.slotOp = new Int32Array(slotCount).fill(-1);
    this.slotConfiguration = new Int32Array(slotCount).fill(-1);
    this.slotSince = new Float64Array(slotCount);
    this.freeSlots = slots.slice();
    this.touched = new Uint8Array(deviceCount);
    this.busyTicks = new Float64Array(deviceCount);
    this.reloadTicks = instance.setupTicks.map((ticks) => (instance.configuration.length > 0 ? ticks : 0));
    this.#reloads = this.reloadTicks.some((ticks) => ticks > 0);
    this.#lastConfiguration = new Int32Array(deviceCount).fill(-1);
    this.#expectedSetup = new Float64Array(this.#reloads ? opCount : 0);
    this.queued = new Int32Array(deviceCount);
    this.queuedTicks = new Float64Array(deviceCount);
    this.#priority = new Float64Array(opCount);
    this.#order = new Uint32Array(opCount);
    this.#phase = new Uint32Array(hasPhases ? opCount : 0);
    this.#heaps = Array.from({ length: deviceCount }, () => new Int32Array(16));
    this.#heapLength = new Int32Array(deviceCount);
  }

  /** Remembers the rank of a placement; the op counts as queued from now on. */
  place(op: number, device: number, priority: number, phase: number): void {
    if (this.#phase.length > 0) this.#phase[op] = phase;
    this.#priority[op] = priority;
    this.#order[op] = this.#placements++;
    if (this.#reloads) this.#expectSetup(op, device);
    this.queued[device]!++;
    this.queuedTicks[device]! += this.#estimate(op, device);
  }

  #expectSetup(op: number, device: number): void {
    const setup = this.setupTicks(op, device);
    this.#expectedSetup[op] = setup;
    this.queuedTicks[device]! += setup;
    const needed = this.configuration(op, device);
    if (needed >= 0) this.#lastConfiguration[device] = needed;
  }

  /** Configuration that `op` needs on `device`; -1 = any, as everywhere that loading takes no time. */
  configuration(op: number, device: number): number {
    const { configuration, classOf, deviceCount } = this.#instance;
    return this.reloadTicks[device]! > 0 ? configuration[classOf[op]! * deviceCount + device]! : -1;
  }

  /** Expected ticks to load what `op` needs, if it were placed on `device` now; see `PolicyView.setupTicks`. */
  setupTicks(op: number, device: number): number {
    if (!this.#reloads) return 0;
    const needed = this.configuration(op, device);
    return needed < 0 || this.#willHaveLoaded(needed, device) ? 0 : this.reloadTicks[device]!;
  }

  #willHaveLoaded(needed: number, device: number): boolean {
    // Queued ops take the lowest free slots first.
    let taken = this.queued[device]!;
    const room = this.freeSlots[device]! > taken;
    if (!room && this.#lastConfiguration[device] === needed) return true;
    const first = this.slotStart[device]!;
    const end = this.slotStart[device + 1]!;
    // What the only slot has loaded now is of no use behind another op.
    if (!room && end - first === 1) return false;
    for (let track = first; track < end; track++) {
      if (room && (this.slotOp[track]! >= 0 || taken-- > 0)) continue;
      if (this.slotConfiguration[track] === needed) return true;
      if (room) return false;
    }
    return false;
  }

  #estimate(op: number, device: number): number {
    return this.#instance.costTicks[this.#instance.classOf[op]! * this.#instance.deviceCount + device]!;
  }

  /** Takes the lowest free slot for `op`, which leaves the queue. Returns the slot's track. */
  occupy(op: number, device: number, now: number): number {
    let track = this.slotStart[device]!;
    while (this.slotOp[track] !== -1) track++;
    this.slotOp[track] = op;
    this.slotSince[track] = now;
    this.freeSlots[device]!--;
    return track;
  }

  unqueue(op: number, device: number): void {
    this.queued[device]!--;
    this.queuedTicks[device]! -= this.#estimate(op, device);
    if (this.#reloads) this.queuedTicks[device]! -= this.#expectedSetup[op]!;
  }

  release(track: number, device: number, now: number): void {
    this.busyTicks[device]! += now - this.slotSince[track]!;
    this.slotOp[track] = -1;
    this.freeSlots[device]!++;
  }

  /** Expected work: what is left of running ops by their estimates, plus all that is queued, with the setups expected. */
  backlogTicks(device: number, now: number): number {
    let sum = this.queuedTicks[device]!;
    for (let track = this.slotStart[device]!; track < this.slotStart[device + 1]!; track++) {
      const op = this.slotOp[track]!;
      if (op >= 0) sum += Math.max(0, this.slotSince[track]! + this.#estimate(op, device) - now);
    }
    return sum;
  }

  // ── heap ──

  /** First op of the device's queue; -1 when empty. */
  head(device: number): number {
    return this.#heapLength[device]! > 0 ? this.#heaps[device]![0]! : -1;
  }

  #before(a: number, b: number): boolean {
    if (this.#phase.length > 0 && this.#phase[a] !== this.#phase[b]) return this.#phase[a]! < this.#phase[b]!;
    const byPriority = this.#priority[a]! - this.#priority[b]!;
    return byPriority > 0 || (byPriority === 0 && this.#order[a]! < this.#order[b]!);
  }

  enqueue(op: number, device: number): void {
    let heap = this.#heaps[device]!;
    let i = this.#heapLength[device]!++;
    if (i === heap.length) heap = this.#heaps[device] = resized(heap, i * 2);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(op, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = op;
  }

  dequeue(device: number): void {
    const heap = this.#heaps[device]!;
    const n = --this.#heapLength[device]!;
    if (n === 0) return;
    const last = heap[n]!;
    let i = 0;
    for (let child = 1; child < n; child = 2 * i + 1) {
      if (child + 1 < n && this.#before(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}
