import { HeddleError, SimulationError } from "../base/errors.ts";
import { noiseFactor, randomSource } from "../base/random.ts";
import type { Dispatch, Gate, Scheduler, SyncPolicy } from "../plugin.ts";
import { deadlockError, livelockError, policyError } from "./failures.ts";
import { DeviceQueues } from "./device-queues.ts";
import { EventKind, EventQueue, MAX_ENTITY, eventKey, keyEntity, keyKind } from "./event-queue.ts";
import type { Instance } from "./instance.ts";
import { OpPhase, OpTable } from "./op-table.ts";
import { LiveView } from "./policy-view.ts";
import { IdBuffer } from "./id-buffer.ts";
import { LinkedReadyList } from "./ready-list.ts";
import { Replicas } from "./replicas.ts";
import { SharedResources, ceilTicks, type RetimeSink } from "./shared-resources.ts";
import { RowBuffer, TransferBuffer, traceDigest } from "./trace-buffer.ts";
import { RowKind, SubjectKind, type Trace } from "./trace.ts";

/** What to simulate. Policies are fresh objects: one run uses them up. */
export interface SimulationSpec {
  readonly instance: Instance;
  readonly scheduler: Scheduler;
  /** Default: dataflow. */
  readonly sync?: SyncPolicy;
  /** Names for messages and the result. */
  readonly schedulerName?: string;
  readonly syncName?: string;
  /** Default 0. */
  readonly seed?: number;
  /** False: every operator takes exactly its expected time. Default true. */
  readonly noise?: boolean;
  /** Stop before the first event after this tick; default: run to the end. */
  readonly untilTicks?: number;
  /** `progress[0]` = ops ended so far and `progress[1]` = rounds, updated every round: a watchdog or a progress bar reads it from another thread. */
  readonly progress?: Int32Array;
}

/** Rounds or wake-ups without anything starting or ending, after which a run is called a livelock. */
const MAX_IDLE_ROUNDS = 100_000;
/** Orders operators after transfers where sums are taken. */
const OP_ORDER = 2 ** 32;

/**
 * The event loop, one instant (strictly: one round) at a time. `simulate` runs it to the end; debuggers, tests and
 * notebooks step it.
 * @example
 * const simulation = new Simulation({ instance, scheduler });
 * while (simulation.step()) console.log(simulation.nowTicks);
 * const trace = simulation.trace();
 */
export class Simulation implements Dispatch, Gate, RetimeSink {
  readonly #instance: Instance;
  readonly #scheduler: Scheduler;
  readonly #sync: SyncPolicy;
  readonly #spec: SimulationSpec;
  readonly #seed: number;
  readonly #noise: boolean;
  readonly #inOrder: boolean;
  /** Edges become visible as soon as their producer ends. */
  readonly #dataflow: boolean;
  readonly #hasData: boolean;

  readonly #queue = new EventQueue();
  readonly #ops: OpTable;
  readonly #devices: DeviceQueues;
  readonly #replicas: Replicas;
  readonly #ready: LinkedReadyList;
  readonly #view: LiveView;
  readonly #rows: RowBuffer;
  readonly #transfers = new TransferBuffer();

  // Sharing.
  readonly #resources: SharedResources;
  readonly #sharedRoute: Uint8Array;
  readonly #sharedDevice: Uint8Array;
  readonly #opActivity: Int32Array;
  /** Subject of each activity: an op as it is, a transfer as −1 − id. */
  #activitySubject = new Int32Array(64);
  readonly #resourceUse: Float64Array;

  // Visibility of edges, kept only under policies that hold them.
  readonly #edgeVisible: Uint8Array;
  /** Consumers of each tensor and the edge of each, built only where data moves. */
  readonly #tensorUseStart: Uint32Array;
  readonly #tensorUseOp: Uint32Array;
  readonly #tensorUseEdge: Int32Array;

  // Jobs.
  readonly #jobStart: Uint32Array;
  readonly #jobSources: Uint32Array;
  readonly #jobOpsLeft: Uint32Array;
  readonly #jobArrival: Float64Array;
  readonly #jobEnd: Float64Array;
  #nextBackToBack: number;

  // The round.
  #now = 0;
  #batchKey = new Uint32Array(256);
  #batchGeneration = new Uint32Array(256);
  readonly #endedOps = new IdBuffer();
  readonly #newReady = new IdBuffer();
  #slotFreed = false;
  #wakeDue = false;
  #started = 0;
  #ended = 0;
  #makespan = 0;
  #eventCount = 0;
  #roundCount = 0;
  #dispatchCount = 0;
  #idleRounds = 0;
  /** Hook that is being called, for messages; undefined = the engine's own code. */
  #hook: string | undefined;

  /** Calls the policies' `prepare`. @throws {SimulationError} when one fails. */
  constructor(spec: SimulationSpec) {
    const { instance } = spec;
    this.#spec = spec;
    this.#instance = instance;
    this.#scheduler = spec.scheduler;
    this.#sync = spec.sync ?? {};
    this.#seed = spec.seed ?? 0;
    this.#noise = (spec.noise ?? true) && instance.costSigma.length > 0 && instance.costSigma.some((sigma) => sigma > 0);
    this.#inOrder = spec.scheduler.queueOrder === "in-order";
    this.#dataflow = this.#sync.ended === undefined;
    if (instance.edgeCount > MAX_ENTITY || instance.opCount > MAX_ENTITY) {
      throw new SimulationError({ code: "too-large", message: `the instance has more than ${MAX_ENTITY} operators or edges` });
    }

    this.#ops = new OpTable(instance);
    this.#devices = new DeviceQueues(instance, this.#sync.phase !== undefined);
    this.#replicas = new Replicas(instance);
    this.#ready = new LinkedReadyList(instance.opCount);
    this.#rows = new RowBuffer(instance.opCount);
    this.#edgeVisible = new Uint8Array(this.#dataflow ? 0 : instance.edgeCount);
    this.#hasData = instance.memoryCount > 1 && instance.tensorBytes.some((bytes) => bytes > 0);
    [this.#tensorUseStart, this.#tensorUseOp, this.#tensorUseEdge] = this.#hasData ? groupTensorUses(instance) : [new Uint32Array(1), new Uint32Array(0), new Int32Array(0)];

    this.#sharedRoute = new Uint8Array(instance.memoryCount * instance.memoryCount);
    let maxUses = 2;
    for (let route = 0; route < this.#sharedRoute.length; route++) {
      const from = instance.routeResources.start[route]!;
      const to = instance.routeResources.start[route + 1]!;
      maxUses = Math.max(maxUses, to - from);
      for (let i = from; i < to; i++) if (instance.resourceCapacity[instance.routeResources.item[i]!]! < Infinity && instance.routeTicksPerByte[route]! > 0) this.#sharedRoute[route] = 1;
    }
    this.#sharedDevice = new Uint8Array(instance.deviceCount);
    for (let d = 0; d < instance.deviceCount; d++) {
      const memory = instance.resourceCapacity[instance.deviceMemory[d]!]!;
      const units = instance.resourceCapacity[instance.memoryCount + d]!;
      this.#sharedDevice[d] = (memory < Infinity && instance.memoryDemand.length > 0 ? 1 : 0) | (units < Infinity ? 2 : 0);
    }
    this.#resources = new SharedResources(instance.resourceCapacity, maxUses, this);
    this.#resourceUse = new Float64Array(instance.resourceCount);
    this.#opActivity = new Int32Array(this.#sharedDevice.some((shared) => shared > 0) ? instance.opCount : 0).fill(-1);

    [this.#jobStart, this.#jobSources] = groupJobSources(instance);
    this.#jobOpsLeft = new Uint32Array(instance.jobCount);
    for (const job of instance.jobOf) this.#jobOpsLeft[job]!++;
    this.#jobArrival = new Float64Array(instance.jobCount).fill(NaN);
    this.#jobEnd = new Float64Array(instance.jobCount).fill(NaN);
    this.#nextBackToBack = 0;

    const isVisible = this.#dataflow ? (edge: number) => this.#ops.phase[instance.tensorProducer[instance.edgeTensor[edge]!]!] === OpPhase.ended : (edge: number) => this.#edgeVisible[edge] === 1;
    this.#view = new LiveView(instance, this.#ops, this.#devices, this.#replicas, this.#ready, randomSource(this.#seed, `scheduler/${spec.schedulerName ?? ""}`), isVisible);

    this.#callPolicy("prepare", () => {
      this.#sync.prepare?.(this.#view);
      this.#scheduler.prepare?.(this.#view, this);
    });
    for (let job = 0; job < instance.jobCount; job++) {
      const at = instance.jobArrivalTicks[job]!;
      if (at < Infinity) this.#queue.push(at, eventKey(EventKind.jobArrival, job), 0);
    }
  }

  get nowTicks(): number {
    return this.#now;
  }
  /** Every op has ended. */
  get done(): boolean {
    return this.#ended === this.#instance.opCount;
  }
  get view(): LiveView {
    return this.#view;
  }

  /** Runs to the end, or to `untilTicks`. @throws {SimulationError} on a deadlock, livelock or policy error. */
  run(): Trace {
    while (this.step());
    return this.trace();
  }

  /**
   * One round: all events of the next (time, round), then each policy once. False when nothing was left to do.
   * @throws {SimulationError} on a deadlock, livelock or policy error.
   */
  step(): boolean {
    if (this.#hook !== undefined) throw new SimulationError({ code: "policy-error", message: `step was called from the policy hook ${this.#hook}` });
    if (this.done) return false;
    if (this.#queue.length === 0) throw deadlockError(this.#instance, this.#ops, this.#devices, this.#schedulerName, this.#inOrder, this.#now);
    if (this.#queue.headTime > (this.#spec.untilTicks ?? Infinity)) return false;
    const progressBefore = this.#started + this.#ended + this.#transfers.length;
    this.#drain();
    this.#applySync();
    this.#askScheduler();
    this.#startQueued();
    if (this.#resources.changed) this.#resources.solve(this.#now);
    this.#roundCount++;
    if (this.#spec.progress !== undefined) {
      this.#spec.progress[0] = this.#ended;
      this.#spec.progress[1] = this.#roundCount;
    }
    if (this.#started + this.#ended + this.#transfers.length > progressBefore) this.#idleRounds = 0;
    else if (++this.#idleRounds > MAX_IDLE_ROUNDS) throw livelockError(this.#schedulerName, this.#now, MAX_IDLE_ROUNDS, this.#instance.tickNs);
    return true;
  }

  /** Everything that happened so far. */
  trace(): Trace {
    const ops = this.#ops;
    const trace = {
      instance: this.#instance, scheduler: this.#schedulerName, sync: this.#spec.syncName ?? (this.#dataflow ? "dataflow" : "custom"), seed: this.#seed,
      complete: this.done, makespanTicks: this.#makespan, rows: this.#rows.take(),
      ops: { device: ops.device, slot: ops.slot, readyTicks: ops.readyTicks, placedTicks: ops.placedTicks, dataTicks: ops.dataTicks, startTicks: ops.startTicks, endTicks: ops.endTicks },
      transfers: this.#transfers.take(), jobs: { arrivalTicks: this.#jobArrival, endTicks: this.#jobEnd },
      peakBytes: this.#replicas.peakBytes, resourceUse: this.#resourceUse,
      eventCount: this.#eventCount, roundCount: this.#roundCount, dispatchCount: this.#dispatchCount,
    };
    let digest: string | undefined;
    return { ...trace, get digest() { return (digest ??= traceDigest(trace)); } };
  }

  // ── 1 · events ──

  /** Takes all events of the next instant, then handles them: what they push for the same instant belongs to the next round. */
  #drain(): void {
    const queue = this.#queue;
    const now = queue.headTime;
    if (!(now < Number.MAX_SAFE_INTEGER)) throw new SimulationError({ code: "time-overflow", message: `simulated time passed 2^53 ticks of ${this.#instance.tickNs} ns`, hint: "use a coarser tick" });
    this.#now = now;
    this.#view.nowTicks = now;
    let count = 0;
    while (queue.length > 0 && queue.headTime === now) {
      if (count === this.#batchKey.length) this.#growBatch();
      this.#batchKey[count] = queue.headKey;
      this.#batchGeneration[count++] = queue.headGeneration;
      queue.pop();
    }
    this.#eventCount += count;
    for (let i = 0; i < count; i++) this.#handle(keyKind(this.#batchKey[i]!), keyEntity(this.#batchKey[i]!), this.#batchGeneration[i]!);
  }

  #handle(kind: EventKind, entity: number, generation: number): void {
    switch (kind) {
      case EventKind.opEnd:
        if (this.#ops.generation[entity] === generation) this.#endOp(entity);
        return;
      case EventKind.transferEnd:
        if (this.#transfers.generation[entity] === generation) this.#endTransfer(entity);
        return;
      case EventKind.jobArrival:
        this.#jobArrival[entity] = this.#now;
        for (let i = this.#jobStart[entity]!; i < this.#jobStart[entity + 1]!; i++) this.#satisfy(this.#jobSources[i]!);
        if (this.#jobOpsLeft[entity] === 0) this.#endJob(entity);
        return;
      case EventKind.signal:
        this.#makeVisible(entity);
        return;
      case EventKind.transferJoins:
        this.#joinTransfer(entity);
        return;
      case EventKind.opJoins:
        if (this.#ops.generation[entity] === generation) this.#joinOp(entity, 1);
        return;
      case EventKind.wake:
        this.#wakeDue = true;
    }
  }

  #growBatch(): void {
    const key = new Uint32Array(this.#batchKey.length * 2), generation = new Uint32Array(this.#batchKey.length * 2);
    key.set(this.#batchKey);
    generation.set(this.#batchGeneration);
    this.#batchKey = key;
    this.#batchGeneration = generation;
  }

  #endJob(job: number): void {
    this.#jobEnd[job] = this.#now;
    const { jobArrivalTicks, jobCount } = this.#instance;
    while (this.#nextBackToBack < jobCount && jobArrivalTicks[this.#nextBackToBack]! < Infinity) this.#nextBackToBack++;
    if (this.#nextBackToBack < jobCount) this.#queue.push(this.#now, eventKey(EventKind.jobArrival, this.#nextBackToBack++), 0);
  }

  // ── operators ──

  #endOp(op: number): void {
    const { ops, devices } = { ops: this.#ops, devices: this.#devices };
    const device = ops.device[op]!;
    const track = devices.slotStart[device]! + ops.slot[op]!;
    this.#closeActivity(op);
    this.#rows.push(track, SubjectKind.op, op, RowKind.run, devices.slotSince[track]!, this.#now);
    devices.release(track, device, this.#now);
    ops.phase[op] = OpPhase.ended;
    ops.endTicks[op] = this.#now;
    this.#slotFreed = true;
    this.#ended++;
    this.#makespan = this.#now;
    if (this.#hasData) this.#settleTensors(op, device);
    const job = this.#instance.jobOf[op]!;
    if (--this.#jobOpsLeft[job]! === 0) this.#endJob(job);
    this.#endedOps.push(op);
  }

  /** Its outputs exist where it ran; one use of each input is over. */
  #settleTensors(op: number, device: number): void {
    const { inputs, succ, edgeTensor, tensorBytes, deviceMemory } = this.#instance;
    const memory = deviceMemory[device]!;
    for (let i = succ.start[op]!; i < succ.start[op + 1]!; i++) {
      const tensor = edgeTensor[succ.edge[i]!]!;
      if (tensorBytes[tensor]! > 0) this.#replicas.markPresent(tensor, memory);
    }
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) if (tensorBytes[inputs.item[i]!]! > 0) this.#replicas.consumed(inputs.item[i]!);
  }

  #startOp(op: number, device: number): void {
    const { ops, devices, instance } = { ops: this.#ops, devices: this.#devices, instance: this.#instance };
    const now = this.#now;
    const track = devices.occupy(op, device, now);
    devices.unqueue(op, device);
    ops.phase[op] = OpPhase.running;
    ops.slot[op] = track - devices.slotStart[device]!;
    ops.startTicks[op] = now;
    this.#started++;
    if (this.#hasData) this.#reserveOutputs(op, device);
    const cost = instance.classOf[op]! * instance.deviceCount + device;
    const setup = this.#setup(op, cost, device, track);
    const factor = this.#factor(op, device, cost);
    const work = instance.costTicks[cost]! * factor;
    if (!this.#sharesOn(cost, device)) {
      const end = now + setup + ceilTicks(work);
      devices.slotEnd[track] = end;
      this.#queue.push(end, eventKey(EventKind.opEnd, op), ops.generation[op]!);
    } else {
      devices.slotEnd[track] = NaN;
      const fixed = ceilTicks(setup + (instance.fixedTicks.length > 0 ? instance.fixedTicks[cost]! * factor : 0));
      if (fixed > 0) this.#queue.push(now + fixed, eventKey(EventKind.opJoins, op), ops.generation[op]!);
      else this.#joinOp(op, 1);
    }
    if (this.#sync.started !== undefined) {
      this.#hook = "sync.started";
      this.#sync.started(this.#view, op);
      this.#hook = undefined;
    }
  }

  /** Loads the configuration the op needs; the row is written at once, since its end is known. */
  #setup(op: number, cost: number, device: number, track: number): number {
    const { configuration, setupTicks } = this.#instance;
    const needed = configuration.length > 0 ? configuration[cost]! : -1;
    if (needed < 0 || this.#devices.slotConfiguration[track] === needed) return 0;
    this.#devices.slotConfiguration[track] = needed;
    const setup = setupTicks[device]!;
    if (setup > 0) {
      this.#rows.push(track, SubjectKind.op, op, RowKind.setup, this.#now, this.#now + setup);
      this.#devices.busyTicks[device]! += setup;
      this.#devices.slotSince[track] = this.#now + setup;
    }
    return setup;
  }

  #factor(op: number, device: number, cost: number): number {
    return this.#noise ? noiseFactor(this.#seed, op, device, this.#instance.costSigma[cost]!) : 1;
  }

  /** True when the op draws on a finite resource of its device. */
  #sharesOn(cost: number, device: number): boolean {
    const shared = this.#sharedDevice[device]!;
    return shared !== 0 && ((shared & 2) !== 0 || this.#instance.memoryDemand[cost]! > 0);
  }

  /** Enters the shared phase with the given fraction of it left. */
  #joinOp(op: number, fraction: number): void {
    const { instance, ops } = { instance: this.#instance, ops: this.#ops };
    const device = ops.device[op]!;
    const cost = instance.classOf[op]! * instance.deviceCount + device;
    const fixed = instance.fixedTicks.length > 0 ? instance.fixedTicks[cost]! : 0;
    const work = (instance.costTicks[cost]! - fixed) * this.#factor(op, device, cost) * fraction;
    this.#share(op, device, cost, work);
  }

  #share(op: number, device: number, cost: number, work: number): void {
    if (work <= 0) {
      this.#queue.push(this.#now, eventKey(EventKind.opEnd, op), this.#ops.generation[op]!);
      return;
    }
    const instance = this.#instance;
    const activity = this.#resources.open(OP_ORDER + op, work, this.#now);
    this.#bindActivity(activity, op);
    this.#opActivity[op] = activity;
    const shared = this.#sharedDevice[device]!;
    const demand = instance.memoryDemand.length > 0 ? instance.memoryDemand[cost]! : 0;
    if ((shared & 1) !== 0 && demand > 0) this.#resources.use(activity, instance.deviceMemory[device]!, demand);
    if ((shared & 2) !== 0) this.#resources.use(activity, instance.memoryCount + device, instance.width[device]!);
  }

  #closeActivity(op: number): void {
    if (this.#opActivity.length === 0) return;
    const activity = this.#opActivity[op]!;
    if (activity < 0) return;
    this.#resources.close(activity);
    this.#opActivity[op] = -1;
  }

  #bindActivity(activity: number, subject: number): void {
    if (activity >= this.#activitySubject.length) {
      const bigger = new Int32Array(activity * 2);
      bigger.set(this.#activitySubject);
      this.#activitySubject = bigger;
    }
    this.#activitySubject[activity] = subject;
  }

  /** {@link RetimeSink}: the end of an activity moved; the older event goes stale. */
  retimed(activity: number, endTicks: number): void {
    const subject = this.#activitySubject[activity]!;
    if (subject >= 0) {
      const generation = ++this.#ops.generation[subject]!;
      if (endTicks < Infinity) this.#queue.push(endTicks, eventKey(EventKind.opEnd, subject), generation);
    } else {
      const transfer = -1 - subject;
      const generation = ++this.#transfers.generation[transfer]!;
      if (endTicks < Infinity) this.#queue.push(endTicks, eventKey(EventKind.transferEnd, transfer), generation);
    }
  }

  /**
   * Takes a running op off its slot. What is left of it is a fraction of the whole; see {@link resume}.
   * @returns that fraction, in [0, 1].
   * @throws {SimulationError} when the op is not running.
   */
  pause(op: number): number {
    const { ops, devices, instance } = { ops: this.#ops, devices: this.#devices, instance: this.#instance };
    if (ops.phase[op] !== OpPhase.running) throw new SimulationError({ code: "not-running", message: `operator "${instance.opNames.at(op)}" is not running and cannot be paused` });
    const device = ops.device[op]!;
    const track = devices.slotStart[device]! + ops.slot[op]!;
    const cost = instance.classOf[op]! * instance.deviceCount + device;
    const alone = instance.costTicks[cost]! * this.#factor(op, device, cost);
    const activity = this.#opActivity.length > 0 ? this.#opActivity[op]! : -1;
    const ranTicks = Math.max(0, this.#now - devices.slotSince[track]!);
    // In the shared phase the work left is known; before it, or without one, the segment has run at full speed.
    const leftBefore = this.#fractionLeft.get(op) ?? 1;
    const left = activity >= 0 ? this.#resources.remaining(activity, this.#now) / alone : leftBefore - ranTicks / alone;
    const fraction = alone > 0 ? Math.min(1, Math.max(0, left)) : 0;
    this.#closeActivity(op);
    ops.generation[op]!++;
    if (this.#now > devices.slotSince[track]!) this.#rows.push(track, SubjectKind.op, op, RowKind.run, devices.slotSince[track]!, this.#now);
    devices.release(track, device, this.#now);
    ops.phase[op] = OpPhase.paused;
    this.#fractionLeft.set(op, fraction);
    return fraction;
  }
  readonly #fractionLeft = new Map<number, number>();

  /**
   * Goes on with a paused op on a free slot of `device` (default: where it was). It takes the fraction that was left
   * of what the whole op would take there, without another launch.
   * @throws {SimulationError} when it is not paused, the device has no free slot, or cannot run it.
   */
  resume(op: number, device: number = this.#ops.device[op]!): void {
    const { ops, devices, instance } = { ops: this.#ops, devices: this.#devices, instance: this.#instance };
    const fraction = this.#fractionLeft.get(op);
    const name = instance.opNames.at(op);
    if (ops.phase[op] !== OpPhase.paused || fraction === undefined) throw new SimulationError({ code: "not-paused", message: `operator "${name}" is not paused` });
    if (devices.freeSlots[device]! < 1) throw new SimulationError({ code: "no-slot", message: `device "${instance.deviceNames[device]}" has no free slot for "${name}"` });
    const cost = instance.classOf[op]! * instance.deviceCount + device;
    if (!(instance.costTicks[cost]! < Infinity)) throw new SimulationError({ code: "cannot-run", message: `device "${instance.deviceNames[device]}" cannot run "${name}"` });
    const track = devices.occupy(op, device, this.#now);
    ops.phase[op] = OpPhase.running;
    ops.device[op] = device;
    ops.slot[op] = track - devices.slotStart[device]!;
    const work = fraction * instance.costTicks[cost]! * this.#factor(op, device, cost);
    if (this.#sharesOn(cost, device)) {
      this.#share(op, device, cost, work);
      this.#resources.solve(this.#now);
    } else {
      devices.slotEnd[track] = this.#now + ceilTicks(work);
      this.#queue.push(devices.slotEnd[track]!, eventKey(EventKind.opEnd, op), ops.generation[op]!);
    }
  }

  // ── visibility and data ──

  /** One more of the op's conditions holds; after the last one it is ready. */
  #satisfy(op: number): void {
    if (--this.#ops.pending[op]! > 0) return;
    const ops = this.#ops;
    ops.phase[op] = OpPhase.ready;
    ops.readyTicks[op] = this.#now;
    if (ops.device[op]! < 0) this.#newReady.push(op);
    else if (ops.missing[op] === 0) this.#becomeStartable(op);
  }

  #makeVisible(edge: number): void {
    const { edgeTensor, tensorBytes } = this.#instance;
    const consumer = this.#edgeConsumer(edge);
    if (!this.#dataflow) this.#edgeVisible[edge] = 1;
    const tensor = edgeTensor[edge]!;
    const device = this.#ops.device[consumer]!;
    if (device >= 0 && this.#hasData && tensorBytes[tensor]! > 0) this.#fetch(consumer, tensor, this.#instance.deviceMemory[device]!);
    this.#satisfy(consumer);
  }

  /** Edges are numbered by consumer, so the consumer is found by bisection; only held edges come this way. */
  #edgeConsumer(edge: number): number {
    const start = this.#instance.pred.start;
    let low = 0;
    let high = this.#instance.opCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (start[middle]! <= edge) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The op will read the tensor in `memory`: start moving it unless it is there or on its way. */
  #fetch(op: number, tensor: number, memory: number): void {
    if (this.#replicas.isPresent(tensor, memory)) return;
    this.#ops.missing[op]!++;
    if (this.#replicas.isComing(tensor, memory)) return;
    const instance = this.#instance;
    const from = this.#replicas.nearest(tensor, memory);
    if (from < 0) {
      throw new SimulationError({ code: "no-route", message: `tensor "${instance.tensorNames.at(tensor)}" cannot reach memory "${instance.memoryNames[memory]}": no route from where it is`, hint: "add a link between the memories" });
    }
    this.#replicas.markComing(tensor, memory);
    const id = this.#transfers.add(tensor, from, memory, op, this.#now);
    if (id > MAX_ENTITY) throw new SimulationError({ code: "too-large", message: `more than ${MAX_ENTITY} transfers` });
    const route = from * instance.memoryCount + memory;
    const latency = instance.routeLatencyTicks[route]!;
    if (this.#sharedRoute[route] === 0) {
      const ticks = ceilTicks(latency + instance.tensorBytes[tensor]! * instance.routeTicksPerByte[route]!);
      this.#queue.push(this.#now + ticks, eventKey(EventKind.transferEnd, id), 0);
    } else {
      const fixed = ceilTicks(latency);
      if (fixed > 0) this.#queue.push(this.#now + fixed, eventKey(EventKind.transferJoins, id), 0);
      else this.#joinTransfer(id);
    }
  }

  #joinTransfer(id: number): void {
    const instance = this.#instance;
    const route = this.#transfers.from[id]! * instance.memoryCount + this.#transfers.to[id]!;
    const perByte = instance.routeTicksPerByte[route]!;
    const activity = this.#resources.open(id, instance.tensorBytes[this.#transfers.tensor[id]!]! * perByte, this.#now);
    this.#bindActivity(activity, -1 - id);
    this.#transfers.activity[id] = activity;
    for (let i = instance.routeResources.start[route]!; i < instance.routeResources.start[route + 1]!; i++) {
      const resource = instance.routeResources.item[i]!;
      if (instance.resourceCapacity[resource]! < Infinity) this.#resources.use(activity, resource, 1 / perByte);
    }
  }

  #endTransfer(id: number): void {
    const { instance, transfers, ops } = { instance: this.#instance, transfers: this.#transfers, ops: this.#ops };
    const tensor = transfers.tensor[id]!;
    const memory = transfers.to[id]!;
    const activity = transfers.activity[id]!;
    if (activity >= 0) this.#resources.close(activity);
    transfers.endTicks[id] = this.#now;
    this.#rows.push(0, SubjectKind.transfer, id, RowKind.transfer, transfers.startTicks[id]!, this.#now);
    this.#replicas.markPresent(tensor, memory);
    const route = transfers.from[id]! * instance.memoryCount + memory;
    for (let i = instance.routeResources.start[route]!; i < instance.routeResources.start[route + 1]!; i++) this.#resourceUse[instance.routeResources.item[i]!]! += instance.tensorBytes[tensor]!;
    for (let i = this.#tensorUseStart[tensor]!; i < this.#tensorUseStart[tensor + 1]!; i++) {
      const op = this.#tensorUseOp[i]!;
      const device = ops.device[op]!;
      if (device < 0 || instance.deviceMemory[device] !== memory || ops.phase[op]! >= OpPhase.running) continue;
      const edge = this.#tensorUseEdge[i]!;
      if (!this.#dataflow && edge >= 0 && this.#edgeVisible[edge] === 0) continue;
      if (--ops.missing[op]! === 0 && ops.phase[op] === OpPhase.ready) this.#becomeStartable(op);
    }
  }

  /** Space for the outputs, and for resident weights read for the first time here. */
  #reserveOutputs(op: number, device: number): void {
    const { succ, inputs, edgeTensor, tensorBytes, tensorProducer, tensorHome, deviceMemory } = this.#instance;
    const memory = deviceMemory[device]!;
    for (let i = succ.start[op]!; i < succ.start[op + 1]!; i++) {
      const tensor = edgeTensor[succ.edge[i]!]!;
      if (tensorBytes[tensor]! > 0 && !this.#replicas.isComing(tensor, memory)) this.#replicas.markComing(tensor, memory);
    }
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      if (tensorProducer[tensor]! < 0 && tensorHome[tensor]! < 0 && tensorBytes[tensor]! > 0 && !this.#replicas.isComing(tensor, memory)) this.#replicas.markComing(tensor, memory);
    }
  }

  /** Everything the op needs is there: it may start when its turn comes. */
  #becomeStartable(op: number): void {
    this.#ops.dataTicks[op] = this.#now;
    if (!this.#inOrder) this.#devices.enqueue(op, this.#ops.device[op]!);
  }

  // ── 2 · synchronization ──

  #applySync(): void {
    const ended = this.#endedOps;
    if (ended.length === 0) return;
    if (this.#dataflow) {
      for (let i = 0; i < ended.length; i++) this.#signalAll(ended.at(i));
    } else {
      this.#callPolicy("sync.ended", () => {
        for (let i = 0; i < ended.length; i++) this.#sync.ended!(this.#view, ended.at(i), this);
      });
    }
  }

  #signalAll(op: number): void {
    const { succ, edgeTensor, tensorBytes, deviceMemory } = this.#instance;
    const ops = this.#ops;
    for (let i = succ.start[op]!, end = succ.start[op + 1]!; i < end; i++) {
      const consumer = succ.node[i]!;
      if (this.#hasData) {
        const device = ops.device[consumer]!;
        if (device >= 0) {
          const tensor = edgeTensor[succ.edge[i]!]!;
          if (tensorBytes[tensor]! > 0) this.#fetch(consumer, tensor, deviceMemory[device]!);
        }
      }
      this.#satisfy(consumer);
    }
  }

  /** {@link Gate} */
  signal(edge: number, atTicks: number = this.#now): void {
    if (this.#hook !== "sync.ended") this.#reject(`signalled an edge outside its "ended" hook`);
    if (!(edge >= 0 && edge < this.#instance.edgeCount)) this.#reject(`signalled edge ${edge}, which does not exist`);
    if (this.#edgeVisible[edge] !== 0) this.#reject(`signalled edge ${edge} twice`);
    if (this.#ops.phase[this.#instance.tensorProducer[this.#instance.edgeTensor[edge]!]!] !== OpPhase.ended) this.#reject(`signalled edge ${edge} before its producer ended`);
    if (!(atTicks >= this.#now)) this.#reject(`signalled edge ${edge} at ${atTicks}, which is in the past`);
    if (atTicks > this.#now) {
      this.#edgeVisible[edge] = 2;
      this.#queue.push(Math.ceil(atTicks), eventKey(EventKind.signal, edge), 0);
    } else this.#makeVisible(edge);
  }

  // ── 3 · the scheduler ──

  #askScheduler(): void {
    const scheduler = this.#scheduler;
    const { ended: endedOps, ready: newReady } = { ended: this.#endedOps, ready: this.#newReady };
    if (scheduler.completed !== undefined && endedOps.length > 0) {
      this.#callPolicy("completed", () => {
        for (let i = 0; i < endedOps.length; i++) {
          const op = endedOps.at(i);
          scheduler.completed!(this.#view, op, this.#ops.endTicks[op]! - this.#ops.startTicks[op]!);
        }
      });
    }
    newReady.sort();
    for (let i = 0; i < newReady.length; i++) this.#ready.append(newReady.at(i));
    if (scheduler.ready !== undefined && newReady.length > 0) {
      this.#callPolicy("ready", () => {
        for (let i = 0; i < newReady.length; i++) scheduler.ready!(this.#view, newReady.at(i));
      });
    }
    if (newReady.length > 0 || this.#slotFreed || this.#wakeDue) {
      this.#dispatchCount++;
      this.#hook = "dispatch";
      try {
        scheduler.dispatch(this.#view, this);
      } catch (error) {
        throw this.#wrap(error);
      }
      this.#hook = undefined;
    }
    endedOps.clear();
    newReady.clear();
    this.#slotFreed = false;
    this.#wakeDue = false;
  }

  /** {@link Dispatch} */
  place(op: number, device: number, priority = 0): void {
    const { instance, ops } = { instance: this.#instance, ops: this.#ops };
    if (this.#hook !== "dispatch" && this.#hook !== "prepare") this.#reject(`placed an operator outside "prepare" and "dispatch"`);
    if (!(Number.isInteger(op) && op >= 0 && op < instance.opCount)) this.#reject(`placed operator ${op}, which does not exist`);
    if (!(Number.isInteger(device) && device >= 0 && device < instance.deviceCount)) this.#reject(`placed operator "${instance.opNames.at(op)}" on device ${device}, which does not exist`);
    if (ops.device[op]! >= 0) this.#reject(`placed operator "${instance.opNames.at(op)}" twice`);
    if (!(instance.costTicks[instance.classOf[op]! * instance.deviceCount + device]! < Infinity)) this.#reject(`placed operator "${instance.opNames.at(op)}" on "${instance.deviceNames[device]}", which cannot run it`);
    if (Number.isNaN(priority)) this.#reject(`placed operator "${instance.opNames.at(op)}" with priority NaN`);
    ops.device[op] = device;
    ops.placedTicks[op] = this.#now;
    this.#devices.place(op, device, priority, this.#sync.phase?.(op) ?? 0);
    if (this.#ready.has(op)) this.#ready.remove(op);
    if (this.#inOrder) this.#devices.enqueue(op, device);
    if (this.#hasData) this.#fetchInputs(op, instance.deviceMemory[device]!);
    if (ops.phase[op] === OpPhase.ready && ops.missing[op] === 0) this.#becomeStartable(op);
  }

  #fetchInputs(op: number, memory: number): void {
    const { inputs, pred, tensorBytes, tensorProducer, tensorHome } = this.#instance;
    let edge = pred.start[op]!;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      const producer = tensorProducer[tensor]!;
      const visible = producer >= 0 ? (this.#dataflow ? this.#ops.phase[producer] === OpPhase.ended : this.#edgeVisible[edge] === 1) : tensorHome[tensor]! >= 0;
      if (producer >= 0) edge++;
      if (visible && tensorBytes[tensor]! > 0) this.#fetch(op, tensor, memory);
    }
  }

  /** {@link Dispatch} */
  start(op: number): void {
    const { instance, ops } = { instance: this.#instance, ops: this.#ops };
    if (this.#hook !== "dispatch") this.#reject(`started an operator outside "dispatch"`);
    const name = op >= 0 && op < instance.opCount ? instance.opNames.at(op) : String(op);
    const device = ops.device[op] ?? -1;
    if (device < 0) this.#reject(`started operator "${name}", which is not placed`);
    if (ops.phase[op] !== OpPhase.ready || ops.missing[op]! > 0) this.#reject(`started operator "${name}", which is not ready or whose inputs are not there`);
    if (this.#devices.freeSlots[device]! < 1) this.#reject(`started operator "${name}" on "${instance.deviceNames[device]}", which has no free slot`);
    this.#startOp(op, device);
  }

  /** {@link Dispatch} */
  wakeAt(ticks: number): void {
    if (!(ticks >= this.#now)) this.#reject(`asked to be woken at ${ticks}, which is in the past`);
    if (ticks < Infinity) this.#queue.push(Math.ceil(ticks), eventKey(EventKind.wake, 0), 0);
  }

  // ── 4 · queues ──

  /** Devices in id order take what may start while they have free slots. */
  #startQueued(): void {
    const { ops, devices } = { ops: this.#ops, devices: this.#devices };
    for (let device = 0; device < this.#instance.deviceCount; device++) {
      while (devices.freeSlots[device]! > 0) {
        const op = devices.head(device);
        if (op < 0) break;
        const phase = ops.phase[op]!;
        if (phase >= OpPhase.running) {
          devices.dequeue(device);
          continue;
        }
        if (phase !== OpPhase.ready || ops.missing[op]! > 0) break;
        devices.dequeue(device);
        this.#startOp(op, device);
      }
    }
  }

  // ── failures ──

  get #schedulerName(): string {
    return this.#spec.schedulerName ?? "scheduler";
  }

  #callPolicy(hook: string, body: () => void): void {
    this.#hook = hook;
    try {
      body();
    } catch (error) {
      throw this.#wrap(error);
    }
    this.#hook = undefined;
  }

  #wrap(error: unknown): Error {
    if (error instanceof HeddleError) return error;
    return policyError(this.#policyName, `failed in "${this.#hook}": ${error instanceof Error ? error.message : String(error)}`, this.#now, this.#instance.tickNs);
  }

  get #policyName(): string {
    return this.#hook?.startsWith("sync") === true ? `sync policy "${this.#spec.syncName ?? "custom"}"` : `scheduler "${this.#schedulerName}"`;
  }

  #reject(what: string): never {
    throw policyError(this.#policyName, what, this.#now, this.#instance.tickNs);
  }
}

/** Consumers of every tensor with the edge of each (-1 for tensors without producer). */
function groupTensorUses(instance: Instance): [Uint32Array, Uint32Array, Int32Array] {
  const { inputs, tensorCount, tensorProducer, opCount } = instance;
  const start = new Uint32Array(tensorCount + 1);
  for (let i = 0; i < inputs.item.length; i++) start[inputs.item[i]! + 1]!++;
  for (let t = 0; t < tensorCount; t++) start[t + 1]! += start[t]!;
  const fill = start.slice(0, tensorCount);
  const op = new Uint32Array(inputs.item.length);
  const edge = new Int32Array(inputs.item.length);
  let nextEdge = 0;
  for (let consumer = 0; consumer < opCount; consumer++) {
    for (let i = inputs.start[consumer]!; i < inputs.start[consumer + 1]!; i++) {
      const tensor = inputs.item[i]!;
      const at = fill[tensor]!++;
      op[at] = consumer;
      edge[at] = tensorProducer[tensor]! >= 0 ? nextEdge++ : -1;
    }
  }
  return [start, op, edge];
}

/** Ops without in-edges, by job: they wait for its arrival. */
function groupJobSources(instance: Instance): [Uint32Array, Uint32Array] {
  const { pred, jobOf, jobCount, opCount } = instance;
  const start = new Uint32Array(jobCount + 1);
  for (let op = 0; op < opCount; op++) if (pred.start[op] === pred.start[op + 1]) start[jobOf[op]! + 1]!++;
  for (let job = 0; job < jobCount; job++) start[job + 1]! += start[job]!;
  const fill = start.slice(0, jobCount);
  const sources = new Uint32Array(start[jobCount]!);
  for (let op = 0; op < opCount; op++) if (pred.start[op] === pred.start[op + 1]) sources[fill[jobOf[op]!]!++] = op;
  return [start, sources];
}
