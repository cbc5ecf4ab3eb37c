import { estimatesOf, type Instance } from "./instance.ts";
import { OpPhase, type OpTable } from "./op-table.ts";
import { PlacedQueue, type PlacementRanks } from "./placed-queue.ts";

/**
 * Slots and queues of the devices. Ops that started ahead of the queue are skipped when they come up.
 */
export class DeviceQueues {
  private readonly instance: Instance;
  private readonly estimates: Float64Array;
  private readonly ops: OpTable;
  /** First slot (track) of each device; entry D is the number of slots. */
  readonly slotStart: Int32Array;
  /** Op in each slot; -1 = free. */
  readonly slotOp: Int32Array;
  /** Configuration loaded in each slot; -1 = none yet. */
  readonly slotConfiguration: Int32Array;
  /** When the running segment of the slot's op began, setup excluded. */
  readonly slotSince: Float64Array;
  /** When it ends by its estimate, 0 in free slots; undefined until somebody asks for a backlog. */
  #slotDue: Float64Array | undefined;
  readonly freeSlots: Int32Array;
  /** Devices with room for another op (free slots that no queued op will take), by id; the first {@link roomCount} are valid. */
  readonly room: Uint32Array;
  roomCount: number;
  /** 1 = the queue is to be looked at in this round. */
  readonly touched: Uint8Array;
  /** Ticks spent by ended segments, by device. */
  readonly busyTicks: Float64Array;
  /** Ticks to load another configuration, by device; 0 where no op needs one. */
  readonly reloadTicks: Float64Array;
  private readonly reloads: boolean;
  /** Configuration that a device's last placed op leaves behind; -1 = none yet. */
  private readonly lastConfiguration: Int32Array;
  /** Setup that each queued op was expected to need when it was placed; empty where nothing is ever loaded. */
  private readonly expectedSetup: Float64Array;
  /** Ops placed and not started, by device. */
  readonly queued: Int32Array;
  /** Sum of their estimates and expected setups; kept from when somebody asks for a backlog. */
  private readonly queuedTicks: Float64Array;
  private readonly ranks: PlacementRanks;
  /** The first op of each device's queue; -1 where it is empty. */
  readonly head: Int32Array;
  /** The others. */
  private readonly queues: readonly PlacedQueue[];
  #placements = 0;

  constructor(instance: Instance, ops: OpTable, hasPhases: boolean) {
    const { deviceCount, slots, opCount } = instance;
    this.instance = instance;
    this.estimates = estimatesOf(instance);
    this.ops = ops;
    this.slotStart = new Int32Array(deviceCount + 1);
    for (let d = 0; d < deviceCount; d++) this.slotStart[d + 1] = this.slotStart[d]! + slots[d]!;
    const slotCount = this.slotStart[deviceCount]!;
    this.slotOp = new Int32Array(slotCount).fill(-1);
    this.slotConfiguration = new Int32Array(slotCount).fill(-1);
    this.slotSince = new Float64Array(slotCount);
    this.freeSlots = slots.slice();
    this.room = Uint32Array.from(slots, (_, d) => d);
    this.roomCount = deviceCount;
    this.touched = new Uint8Array(deviceCount);
    this.busyTicks = new Float64Array(deviceCount);
    this.reloadTicks = instance.setupTicks.map((ticks) => (instance.configuration.length > 0 ? ticks : 0));
    this.reloads = this.reloadTicks.some((ticks) => ticks > 0);
    this.lastConfiguration = new Int32Array(deviceCount).fill(-1);
    this.expectedSetup = new Float64Array(this.reloads ? opCount : 0);
    this.queued = new Int32Array(deviceCount);
    this.queuedTicks = new Float64Array(deviceCount);
    this.ranks = { phase: new Uint32Array(hasPhases ? opCount : 0), priority: new Float64Array(opCount), order: new Uint32Array(opCount), ranked: hasPhases ? 1 : 0 };
    this.head = new Int32Array(deviceCount).fill(-1);
    this.queues = Array.from({ length: deviceCount }, () => new PlacedQueue(this.ranks));
  }

  /** Remembers the rank of a placement; the op counts as queued from now on. */
  place(op: number, device: number, priority: number, phase: number): void {
    const ranks = this.ranks;
    if (ranks.phase.length > 0) ranks.phase[op] = phase;
    // Mostly 0, as it was: a column that nobody writes costs nothing.
    if (priority !== 0) {
      ranks.priority[op] = priority;
      ranks.ranked = 1;
    }
    ranks.order[op] = this.#placements++;
    this.expect(op, device);
  }

  /** The op counts as queued on `device` from now on, with the rank that it has. */
  expect(op: number, device: number): void {
    if (this.reloads) this.#expectSetup(op, device);
    if (this.freeSlots[device] === ++this.queued[device]!) this.#loseRoom(device);
    if (this.#slotDue !== undefined) this.queuedTicks[device]! += this.#expectedTicks(op, device);
  }

  #expectSetup(op: number, device: number): void {
    this.expectedSetup[op] = this.setupTicks(op, device);
    const needed = this.configuration(op, device);
    if (needed >= 0) this.lastConfiguration[device] = needed;
  }

  /** Configuration that `op` needs on `device`; -1 = any, as everywhere that loading takes no time. */
  configuration(op: number, device: number): number {
    const { configuration, classOf, deviceCount } = this.instance;
    return this.reloadTicks[device]! > 0 ? configuration[classOf[op]! * deviceCount + device]! : -1;
  }

  /** Expected ticks to load what `op` needs, if it were placed on `device` now; see `PolicyView.setupTicks`. */
  setupTicks(op: number, device: number): number {
    if (!this.reloads) return 0;
    const needed = this.configuration(op, device);
    return needed < 0 || this.#willHaveLoaded(needed, device) ? 0 : this.reloadTicks[device]!;
  }

  #willHaveLoaded(needed: number, device: number): boolean {
    // Queued ops take the lowest free slots first.
    let taken = this.queued[device]!;
    const room = this.freeSlots[device]! > taken;
    if (!room && this.lastConfiguration[device] === needed) return true;
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
    return this.estimates[this.instance.classOf[op]! * this.instance.deviceCount + device]!;
  }

  /** Takes the lowest free slot for a queued op. Returns the slot's track. */
  start(op: number, device: number, now: number): number {
    // One slot and one queued op less: room stays what it was.
    this.freeSlots[device]!--;
    this.queued[device]!--;
    if (this.#slotDue !== undefined) this.queuedTicks[device]! -= this.#expectedTicks(op, device);
    return this.#fillSlot(op, device, now);
  }

  /** Takes the lowest free slot for an op that is not queued. Returns the slot's track. */
  resume(op: number, device: number, now: number): number {
    if (--this.freeSlots[device]! === this.queued[device]) this.#loseRoom(device);
    return this.#fillSlot(op, device, now);
  }

  #fillSlot(op: number, device: number, now: number): number {
    let track = this.slotStart[device]!;
    while (this.slotOp[track] !== -1) track++;
    this.slotOp[track] = op;
    this.slotSince[track] = now;
    if (this.#slotDue !== undefined) this.#slotDue[track] = now + this.#estimate(op, device);
    return track;
  }

  /** A placed op that has not started is not placed any more. It stays in the queue, which {@link remove} empties. */
  unplace(op: number, device: number): void {
    if (this.freeSlots[device] === this.queued[device]!--) this.#gainRoom(device);
    if (this.#slotDue !== undefined) this.queuedTicks[device]! -= this.#expectedTicks(op, device);
  }

  /** The op may be placed once more, with a priority of its own. */
  forgetPriority(op: number): void {
    this.ranks.priority[op] = 0;
  }

  /** The device is gone: nothing is queued or loaded there, and it has no slots. All that it had was released and unplaced. */
  remove(device: number): void {
    while (this.head[device]! >= 0) this.dequeue(device);
    this.slotConfiguration.fill(-1, this.slotStart[device], this.slotStart[device + 1]);
    this.lastConfiguration[device] = -1;
    if (this.freeSlots[device]! > this.queued[device]!) this.#loseRoom(device);
    this.freeSlots[device] = 0;
  }

  /** The device is there again, with all its slots free. */
  restore(device: number): void {
    this.freeSlots[device] = this.slotStart[device + 1]! - this.slotStart[device]!;
    if (this.freeSlots[device]! > this.queued[device]!) this.#gainRoom(device);
  }

  /** The op that was put into the slot of `device` loads its configuration first. */
  delay(track: number, device: number, ticks: number): void {
    this.slotSince[track]! += ticks;
    if (this.#slotDue !== undefined) this.#slotDue[track] = this.slotSince[track]! + this.#estimate(this.slotOp[track]!, device);
  }

  release(track: number, device: number, now: number): void {
    this.busyTicks[device]! += now - this.slotSince[track]!;
    this.slotOp[track] = -1;
    if (this.#slotDue !== undefined) this.#slotDue[track] = 0;
    if (this.freeSlots[device]!++ === this.queued[device]) this.#gainRoom(device);
  }

  #gainRoom(device: number): void {
    const { room } = this;
    let at = this.roomCount++;
    for (; at > 0 && room[at - 1]! > device; at--) room[at] = room[at - 1]!;
    room[at] = device;
  }

  #loseRoom(device: number): void {
    const { room } = this;
    let at = 0;
    while (room[at] !== device) at++;
    const last = --this.roomCount;
    // By hand: a call of copyWithin costs more than the few steps it saves.
    for (; at < last; at++) room[at] = room[at + 1]!;
  }

  /** Expected work: what is left of running ops by their estimates, plus all that is queued, with the setups expected. */
  backlogTicks(device: number, now: number): number {
    if (this.#slotDue === undefined) this.#keepBacklogs();
    return this.runningTicks(device, now, this.queuedTicks[device]!);
  }

  /** Expected time until an op placed now can begin: none while there is room, else the backlog divided among the slots. */
  waitTicks(device: number, now: number): number {
    return this.freeSlots[device]! > this.queued[device]! ? 0 : this.backlogTicks(device, now) / this.instance.slots[device]!;
  }

  /** Fills `out` with the {@link waitTicks} of each device. */
  waitsInto(out: Float64Array, now: number): void {
    const due = this.#slotDue ?? this.#keepBacklogs();
    const { queuedTicks, slotStart, room, roomCount } = this;
    const deviceCount = queuedTicks.length;
    for (let device = 0, first = 0; device < deviceCount; device++) {
      const end = slotStart[device + 1]!;
      let sum = queuedTicks[device]!;
      for (let track = first; track < end; track++) {
        const left = due[track]! - now;
        if (left > 0) sum += left;
      }
      out[device] = sum / (end - first);
      first = end;
    }
    for (let i = 0; i < roomCount; i++) out[room[i]!] = 0;
  }

  /** What is left of running ops by their estimates, on top of `sum`. */
  runningTicks(device: number, now: number, sum = 0): number {
    const due = this.#slotDue ?? this.#keepBacklogs();
    for (let track = this.slotStart[device]!, end = this.slotStart[device + 1]!; track < end; track++) {
      const left = due[track]! - now;
      if (left > 0) sum += left;
    }
    return sum;
  }

  #keepBacklogs(): Float64Array {
    const { device, phase } = this.ops;
    const due = (this.#slotDue = new Float64Array(this.slotOp.length));
    for (let track = 0; track < due.length; track++) {
      const op = this.slotOp[track]!;
      if (op >= 0) due[track] = this.slotSince[track]! + this.#estimate(op, device[op]!);
    }
    for (let op = 0; op < device.length; op++) if (device[op]! >= 0 && phase[op]! < OpPhase.running) this.queuedTicks[device[op]!]! += this.#expectedTicks(op, device[op]!);
    return due;
  }

  #expectedTicks(op: number, device: number): number {
    const estimate = this.#estimate(op, device);
    return this.reloads ? estimate + this.expectedSetup[op]! : estimate;
  }

  // ── queues ──

  enqueue(op: number, device: number): void {
    const first = this.head[device]!;
    if (first < 0) this.head[device] = op;
    else this.head[device] = this.queues[device]!.behind(first, op);
  }

  /** Takes the first op off the queue, which is not empty. */
  dequeue(device: number): void {
    this.head[device] = this.queues[device]!.take();
  }
}
