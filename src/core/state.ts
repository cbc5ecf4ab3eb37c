import type { Scheduler, SyncPolicy } from "../plugin.ts";
import { DeviceChanges, hasChanges } from "./device-changes.ts";
import { DeviceQueues } from "./device-queues.ts";
import { EventKind, eventKey } from "./event-key.ts";
import { EventQueue } from "./event-queue.ts";
import { IdBuffer } from "./id-buffer.ts";
import { estimatesOf, type Instance } from "./instance.ts";
import { OpPhase, OpTable } from "./op-table.ts";
import { LinkedReadyList } from "./ready-list.ts";
import { Replicas } from "./replicas.ts";
import type { ThreadGraph } from "./threads/thread-graph.ts";
import { RowLog } from "./row-log.ts";
import { TransferBuffer } from "./trace-buffer.ts";

/** Everything that changes while a simulation runs, shared by the parts of the engine. */
export class SimulationState {
  readonly instance: Instance;
  readonly queue = new EventQueue();
  readonly ops: OpTable;
  readonly devices: DeviceQueues;
  readonly replicas: Replicas;
  readonly ready: LinkedReadyList;
  readonly rows: RowLog;
  readonly transfers: TransferBuffer;
  /** Integral over time of what was used of each resource. */
  readonly resourceUse: Float64Array;
  now = 0;

  /** Devices follow the order placed strictly. Known for good once {@link fixQueueOrder} was called. */
  inOrder = false;
  /** Edges become visible as soon as their producer ends. */
  readonly dataflow: boolean;
  /** Some tensor has a size: where they all are is kept. */
  readonly tracksData: boolean;
  /** 1 = the job has arrived. */
  readonly jobArrived: Uint8Array;
  /** Held edges: 0 = hidden, 1 = visible, 2 = will be visible. Empty under dataflow. */
  readonly edgeVisible: Uint8Array;

  // What happened in this round.
  /** Ops that ended in slots. */
  readonly endedOps: IdBuffer;
  /** Ops that became ready and are not placed. */
  readonly newReady: IdBuffer;
  /** Devices where a slot was freed, or an op was queued or became startable. */
  readonly touchedDevices: IdBuffer;
  slotFreed = false;
  wakeDue = false;
  endedCount = 0;
  /** Rounds since something started, moved or ended. */
  idleRounds = 0;
  /** By op: 1 = it reads a tensor that nobody makes and that has a home; empty where no op does. */
  readonly readsInitial: Uint8Array;
  /** Undefined where no device is slowed, lost or joins. */
  readonly changes: DeviceChanges | undefined;
  /** Expected ticks of each (class, device), Infinity where it cannot run now; see {@link DeviceChanges.possibleTicks}. */
  readonly possibleTicks: Float64Array;
  /** Where threads run operators. */
  threadGraph: ThreadGraph | undefined;
  /** Until its queue order was read. */
  private scheduler: Scheduler | undefined;

  constructor(instance: Instance, scheduler: Scheduler, sync: SyncPolicy) {
    this.instance = instance;
    this.tracksData = hasData(instance);
    this.ops = new OpTable(instance);
    this.devices = new DeviceQueues(instance, this.ops, sync.phase !== undefined);
    // Pages that are never written are never there: room for all costs nothing, here and below.
    this.endedOps = new IdBuffer(instance.opCount);
    this.newReady = new IdBuffer(instance.opCount);
    this.touchedDevices = new IdBuffer(instance.deviceCount);
    this.ready = new LinkedReadyList(instance.opCount, this.newReady, (op) => this.ops.device[op] === -1);
    // A transfer of every edge.
    this.transfers = new TransferBuffer(this.tracksData ? instance.edgeCount : 0);
    this.replicas = new Replicas(instance, this.ops, this.transfers, this.tracksData);
    this.rows = new RowLog(this.ops, this.devices, this.endedOps);
    this.resourceUse = new Float64Array(instance.resourceCount);
    this.scheduler = scheduler;
    this.dataflow = sync.ended === undefined;
    this.jobArrived = new Uint8Array(instance.jobCount);
    this.edgeVisible = new Uint8Array(this.dataflow ? 0 : instance.edgeCount);
    this.readsInitial = readsInitial(instance);
    this.changes = hasChanges(instance) ? new DeviceChanges(instance) : undefined;
    this.possibleTicks = this.changes?.possibleTicks ?? estimatesOf(instance);
  }

  /** It is this time now: the same instant as before, or a later one. */
  advance(now: number): void {
    if (now > this.now) this.replicas.notePeaks();
    this.replicas.nowTicks = now;
    this.now = now;
  }

  /** Reads the scheduler's queue order, and returns what it is: as the first op is placed, or after `prepare`. Later calls change nothing. */
  fixQueueOrder(): unknown {
    const order = this.scheduler?.queueOrder;
    if (this.scheduler !== undefined) this.inOrder = order === "in-order";
    this.scheduler = undefined;
    return order;
  }

  /** What `op` reads and nobody makes exists for it: its job has arrived. */
  hasInitialInputs(op: number): boolean {
    return this.jobArrived[this.instance.jobOf[op]!] === 1;
  }

  /** False while no input of `op` can exist, so that nobody needs to look at each: before anything ended. */
  mayHaveInputs(op: number): boolean {
    return this.endedCount > 0 || this.readsInitial[op] === 1;
  }

  isVisible(edge: number): boolean {
    if (!this.dataflow) return this.edgeVisible[edge] === 1;
    const { tensorProducer, edgeTensor } = this.instance;
    return this.ops.phase[tensorProducer[edgeTensor[edge]!]!] === OpPhase.ended;
  }

  /** Index of (class of op, device) in the cost tables. */
  cost(op: number, device: number): number {
    return this.instance.classOf[op]! * this.instance.deviceCount + device;
  }

  /** One more of the op's conditions holds; after the last one it is ready. */
  satisfy(op: number): void {
    if (--this.ops.pending[op]! === 0) this.becomeReady(op);
  }

  /** All of the op's conditions hold. */
  becomeReady(op: number): void {
    const { ops } = this;
    ops.phase[op] = OpPhase.ready;
    ops.readyTicks[op] = this.now;
    if (ops.device[op]! < 0) this.newReady.push(op);
    else this.awaitInputs(op);
  }

  /** The op is ready and placed: it may start as soon as all its inputs are there. */
  awaitInputs(op: number): void {
    const { ops } = this;
    if (ops.missing[op] === 0) {
      this.becomeStartable(op);
      return;
    }
    const due = ops.dueTicks[op]!;
    if (due > this.now) this.queue.push(due, eventKey(EventKind.inputsArrive, op), ops.generation[op]!);
    else if (due > 0) this.inputsArrived(op);
  }

  /** The inputs of a ready op whose arrival was known are there. */
  inputsArrived(op: number): void {
    this.ops.dueTicks[op] = 0;
    if (--this.ops.missing[op]! === 0) this.becomeStartable(op);
  }

  /** Ready, placed, and its inputs are there: it may start when its turn comes. */
  becomeStartable(op: number): void {
    const device = this.ops.device[op]!;
    this.ops.dataTicks[op] = this.now;
    if (this.threadGraph?.owns(op) === true) {
      this.threadGraph.startable(op);
      return;
    }
    if (!this.inOrder) this.devices.enqueue(op, device);
    this.touch(device);
  }

  /** The device's queue is looked at before the round ends. */
  touch(device: number): void {
    if (this.devices.touched[device] === 1) return;
    this.devices.touched[device] = 1;
    this.touchedDevices.push(device);
  }
}

/** Some tensor has a size. A plain loop: there may be millions of tensors, all without. */
function hasData({ tensorBytes }: Instance): boolean {
  for (let tensor = 0; tensor < tensorBytes.length; tensor++) if (tensorBytes[tensor]! > 0) return true;
  return false;
}

function readsInitial({ opCount, inputs, tensorProducer, tensorHome, tensorBytes }: Instance): Uint8Array {
  const isInitial = (tensor: number): boolean => tensorProducer[tensor]! < 0 && tensorHome[tensor]! >= 0 && tensorBytes[tensor]! > 0;
  let first = 0;
  while (first < tensorHome.length && !isInitial(first)) first++;
  if (first === tensorHome.length) return new Uint8Array(0);
  const reads = new Uint8Array(opCount);
  for (let op = 0; op < opCount; op++) {
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) if (isInitial(inputs.item[i]!)) reads[op] = 1;
  }
  return reads;
}
