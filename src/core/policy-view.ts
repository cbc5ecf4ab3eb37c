import type { AdjacencyView, PlanningView, Rehearsal, Scheduler, SchedulerView, TensorsView } from "../plugin.ts";
import { deadlineAfterArrival, firstOps } from "./deadlines.ts";
import type { DeviceQueues } from "./device-queues.ts";
import type { Instance } from "./instance.ts";
import { OpPhase, type OpTable } from "./op-table.ts";
import type { LinkedReadyList } from "./ready-list.ts";
import type { Replicas } from "./replicas.ts";
import { heldPlacement } from "./scheduler-host.ts";
import type { SimulationState } from "./state.ts";
import { ceilTicks } from "./ticks.ts";

/** The one live view that policies get. Reads the engine's state; changes nothing. */
export class LiveView implements SchedulerView, PlanningView {
  readonly tickNs: number;
  readonly opCount: number;
  readonly deviceCount: number;
  readonly edgeCount: number;
  readonly jobCount: number;
  readonly succ: AdjacencyView;
  readonly pred: AdjacencyView;
  readonly topo: Uint32Array;
  readonly slots: Int32Array;
  readonly isDataflow: boolean;
  readonly tensors: TensorsView;
  readonly deviceMemory: Uint32Array;
  readonly memoryBytes: Float64Array;
  readonly ready: LinkedReadyList;
  readonly estimates: Float64Array;
  readonly random: () => number;
  readonly rehearse: (scheduler: Scheduler) => Rehearsal;
  readonly #instance: Instance;
  readonly #classOf: Uint32Array;
  readonly #ops: OpTable;
  readonly #devices: DeviceQueues;
  readonly #replicas: Replicas;
  readonly #state: SimulationState;
  /** See {@link Replicas.sumFetchTicks}: what it said of the op named; -1 = nothing in this round. */
  #fetchesOf = -1;
  #fetchTicks = 0;
  readonly #spared: Float64Array;
  /** By job: see {@link firstOps}. */
  #firstOp: Uint32Array | undefined;

  constructor(state: SimulationState, random: () => number, rehearse: (scheduler: Scheduler) => Rehearsal) {
    const { instance } = state;
    this.tickNs = instance.tickNs;
    this.opCount = instance.opCount;
    this.deviceCount = instance.deviceCount;
    this.edgeCount = instance.edgeCount;
    this.jobCount = instance.jobCount;
    this.succ = instance.succ;
    this.pred = instance.pred;
    this.topo = instance.topo;
    this.slots = instance.slots.slice();
    this.isDataflow = state.dataflow;
    this.tensors = { bytes: instance.tensorBytes, producer: instance.tensorProducer, home: instance.tensorHome, uses: instance.tensorUses, inputs: instance.inputs };
    this.deviceMemory = instance.deviceMemory;
    this.memoryBytes = instance.memoryBytes;
    this.ready = state.ready;
    this.random = random;
    this.rehearse = rehearse;
    this.#instance = instance;
    this.#spared = new Float64Array(instance.deviceCount);
    this.#classOf = instance.classOf;
    this.estimates = state.possibleTicks;
    this.#state = state;
    this.#ops = state.ops;
    this.#devices = state.devices;
    this.#replicas = state.replicas;
  }

  get nowTicks(): number {
    return this.#state.now;
  }

  jobOf(op: number): number {
    return this.#instance.jobOf[op]!;
  }

  arrivalTicks(job: number): number {
    return this.#instance.jobArrivalTicks[job]!;
  }

  deadlineTicks(op: number): number {
    const { jobOf, jobArrivalTicks } = this.#instance;
    const after = deadlineAfterArrival(this.#instance, op);
    if (after === Infinity) return Infinity;
    const arrival = jobArrivalTicks[jobOf[op]!]!;
    return arrival < Infinity ? arrival + after : this.#arrivedTicks(jobOf[op]!) + after;
  }

  /** When a job that runs back to back arrived, which is when its first op became ready; Infinity = it has not. */
  #arrivedTicks(job: number): number {
    this.#firstOp ??= firstOps(this.#instance);
    const ticks = this.#ops.readyTicks[this.#firstOp[job]!]!;
    return Number.isNaN(ticks) ? Infinity : ticks;
  }

  edgeBytes(edge: number): number {
    return this.#instance.tensorBytes[this.#instance.edgeTensor[edge]!]!;
  }

  estimateTicks(op: number, device: number): number {
    return this.estimates[this.#classOf[op]! * this.deviceCount + device]!;
  }

  estimatesFrom(op: number): number {
    return this.#classOf[op]! * this.deviceCount;
  }

  isPresent(device: number): boolean {
    return this.#state.changes === undefined || this.#state.changes.isPresent(device);
  }

  setupTicks(op: number, device: number): number {
    return this.#devices.setupTicks(op, device);
  }

  configuration(op: number, device: number): number {
    return this.#devices.configuration(op, device);
  }

  reloadTicks(device: number): number {
    return this.#devices.reloadTicks[device]!;
  }

  transferTicks(edge: number, from: number, to: number): number {
    const { deviceMemory, memoryCount, routeLatencyTicks, routeTicksPerByte } = this.#instance;
    const source = deviceMemory[from]!;
    const target = deviceMemory[to]!;
    if (source === target) return 0;
    const bytes = this.edgeBytes(edge);
    if (bytes === 0) return 0;
    const route = source * memoryCount + target;
    return ceilTicks(routeLatencyTicks[route]! + bytes * routeTicksPerByte[route]!);
  }

  dataTicks(op: number, device: number): number {
    // Who asks about one device will ask about most. What is where changes only between rounds.
    return this.#fetchesOf === op ? this.#fetchTicks - this.#spared[device]! : this.#askDataTicks(op, device);
  }

  #askDataTicks(op: number, device: number): number {
    if (!this.#state.tracksData || !this.#state.mayHaveInputs(op)) return 0;
    if (this.#ops.phase[op] === OpPhase.waiting) return this.#sumInputs(op, device, true);
    this.#fetchTicks = this.#replicas.sumFetchTicks(op, this.#spared);
    this.#fetchesOf = op;
    return this.#fetchTicks - this.#spared[device]!;
  }

  /** Another instant, or another round of it. */
  beginRound(): void {
    this.#fetchesOf = -1;
  }

  dataBytes(op: number, device: number): number {
    return this.#sumInputs(op, device, false);
  }

  /** Over the inputs of `op` that it may see and that are not at `device`: the time to fetch each, or its bytes. */
  #sumInputs(op: number, device: number, inTicks: boolean): number {
    if (!this.#state.tracksData || !this.#state.mayHaveInputs(op)) return 0;
    const memory = this.#instance.deviceMemory[device]!;
    const { tensorProducer, tensorHome, tensorBytes } = this.#instance;
    const { start, item } = this.#instance.inputs;
    const allVisible = this.#ops.phase[op] !== OpPhase.waiting;
    let edge = this.pred.start[op]!;
    let sum = 0;
    for (let i = start[op]!; i < start[op + 1]!; i++) {
      const tensor = item[i]!;
      const visible = tensorProducer[tensor]! >= 0 ? allVisible || this.#state.isVisible(edge++) : tensorHome[tensor]! >= 0;
      if (!visible || tensorBytes[tensor] === 0) continue;
      if (inTicks) sum += this.#replicas.fetchTicks(tensor, memory);
      else if (!this.#replicas.isExpected(tensor, memory)) sum += tensorBytes[tensor]!;
    }
    return sum;
  }

  freeSlots(device: number): number {
    return this.#devices.freeSlots[device]!;
  }

  queued(device: number): number {
    return this.#devices.queued[device]!;
  }

  devicesWithRoom(out: Uint32Array): number {
    const { room, roomCount } = this.#devices;
    for (let i = 0; i < roomCount; i++) out[i] = room[i]!;
    return roomCount;
  }

  backlogTicks(device: number): number {
    return this.#devices.backlogTicks(device, this.nowTicks);
  }

  waitTicks(device: number): number {
    return this.#devices.waitTicks(device, this.nowTicks);
  }

  waitsInto(out: Float64Array): void {
    this.#devices.waitsInto(out, this.nowTicks);
  }

  freeBytes(device: number): number {
    return this.#replicas.freeBytes(this.#instance.deviceMemory[device]!);
  }

  busyTicks(device: number): number {
    let sum = this.#devices.busyTicks[device]!;
    for (let track = this.#devices.slotStart[device]!; track < this.#devices.slotStart[device + 1]!; track++) {
      if (this.#devices.slotOp[track]! >= 0) sum += this.nowTicks - this.#devices.slotSince[track]!;
    }
    return sum;
  }

  placement(op: number): number {
    const device = this.#ops.device[op]!;
    return device < -1 ? heldPlacement(device) : device;
  }

  startTicks(op: number): number {
    return this.#ops.startTicks[op]!;
  }

  endTicks(op: number): number {
    return this.#ops.phase[op] === OpPhase.ended ? this.#ops.endTicks[op]! : NaN;
  }

  opName(op: number): string {
    return this.#instance.opNames.at(op);
  }

  opKind(op: number): string {
    return this.#instance.classKinds[this.#instance.classOf[op]!]!;
  }

  deviceName(device: number): string {
    return this.#instance.deviceNames[device]!;
  }
}
