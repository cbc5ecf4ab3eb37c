import type { Scheduler, SyncPolicy } from "../plugin.ts";
import type { DataMover } from "./data-mover.ts";
import type { DeviceChanger } from "./device-changer.ts";
import { EventBatch } from "./event-batch.ts";
import { EventKind, eventKey, eventOrder, keyEntity, keyKind, orderGeneration, orderKey } from "./event-key.ts";
import type { Jobs } from "./jobs.ts";
import { OpPhase } from "./op-table.ts";
import { OP_ORDER, type OpRunner } from "./op-runner.ts";
import type { PolicyPort } from "./policy-port.ts";
import type { LiveView } from "./policy-view.ts";
import type { SchedulerHost } from "./scheduler-host.ts";
import type { SharedResources } from "./shared-resources.ts";
import type { SimulationState } from "./state.ts";
import { THREAD_ORDER } from "./threads/thread-activities.ts";
import type { ThreadFeed } from "./threads/thread-feed.ts";

/** The parts of the engine that act in a round. */
export interface RoundParts {
  readonly state: SimulationState;
  readonly scheduler: Scheduler;
  readonly sync: SyncPolicy;
  readonly policies: PolicyPort;
  readonly view: LiveView;
  readonly resources: SharedResources;
  readonly runner: OpRunner;
  readonly jobs: Jobs;
  /** Undefined where no tensor has a size. */
  readonly data: DataMover | undefined;
  /** Undefined where deciding takes no time. */
  readonly host: SchedulerHost | undefined;
  /** Undefined where no device is slowed, lost or joins. */
  readonly changer: DeviceChanger | undefined;
  /** Undefined where the graph is all there is. */
  readonly feed: ThreadFeed | undefined;
}

/**
 * One round of the event loop: all events of an instant are handled, consumers learn what ended, the scheduler is asked,
 * and devices start what may start. What that brings about at the same instant is the next round's.
 */
export class Round {
  private readonly parts: RoundParts;
  private readonly state: SimulationState;
  private readonly policies: PolicyPort;
  private readonly view: LiveView;
  private readonly resources: SharedResources;
  private readonly data: DataMover | undefined;
  /** The policy that says when consumers learn what ended; undefined where they learn it at once. */
  private readonly gate: SyncPolicy | undefined;
  /** The events of this round. */
  readonly #batch = new EventBatch();

  /** Events handled so far. */
  eventCount = 0;
  /** How often the scheduler was asked so far. */
  dispatchCount = 0;
  /** When an op last ended, in ticks. */
  lastEnd = 0;

  constructor(parts: RoundParts) {
    this.parts = parts;
    this.state = parts.state;
    this.policies = parts.policies;
    this.view = parts.view;
    this.resources = parts.resources;
    this.data = parts.data;
    this.gate = parts.state.dataflow ? undefined : parts.sync;
  }

  /** The round of the events at `now`, of which there is at least one. @throws {SimulationError} on a policy error. */
  run(now: number): void {
    const state = this.state;
    this.#drain(now);
    if (state.endedOps.end > state.endedOps.first) this.#synchronize();
    if (state.changes !== undefined) this.#tellChanges();
    if (this.parts.feed !== undefined) this.parts.feed.round();
    this.#dispatch();
    if (state.touchedDevices.end > 0) this.#startQueued();
    if (this.resources.changed) this.resources.solve(state.now);
  }

  /** Takes all events of an instant, then handles them: what they push for the same instant belongs to the next round. */
  #drain(now: number): void {
    const { queue, replicas } = this.state;
    const isFirstRound = now > this.state.now;
    this.state.advance(now);
    this.view.beginRound();
    if (queue.headTime < this.resources.nextEnd) {
      const order = queue.headOrder;
      queue.pop();
      // Mostly it is the only one: nothing to put in order.
      if (queue.headTime > now) {
        const key = orderKey(order);
        this.eventCount++;
        if (isFirstRound && keyKind(key) < EventKind.transferEnd) replicas.nowTicks = now - 1;
        this.#handle(keyKind(key), keyEntity(key), orderGeneration(order));
        replicas.nowTicks = now;
        return;
      }
      this.#batch.push(order);
    }
    const batch = this.#batch;
    while (queue.headTime === now) {
      batch.push(queue.headOrder);
      queue.pop();
    }
    if (this.resources.nextEnd === now) {
      while (this.resources.nextEnd === now) this.#pushSharedEnd(this.resources.takeNext());
      batch.sort();
    }
    this.eventCount += batch.length;
    for (let i = 0; i < batch.length; i++) {
      const key = orderKey(batch.at(i));
      // Events before transfers end do not see what arrives at this very tick.
      replicas.nowTicks = isFirstRound && keyKind(key) < EventKind.transferEnd ? now - 1 : now;
      this.#handle(keyKind(key), keyEntity(key), orderGeneration(batch.at(i)));
    }
    replicas.nowTicks = now;
    batch.clear();
  }

  /** The end of an activity that shares resources, as an event. */
  #pushSharedEnd(order: number): void {
    if (order >= THREAD_ORDER) this.#batch.push(eventOrder(this.parts.feed!.host.sharedEndKey(order), this.parts.feed!.host.sharedEndGeneration(order)));
    else if (order >= OP_ORDER) this.#batch.push(eventOrder(eventKey(EventKind.opEnd, order - OP_ORDER), this.state.ops.generation[order - OP_ORDER]!));
    else this.#batch.push(eventOrder(eventKey(EventKind.transferEnd, order), 0));
  }

  #handle(kind: EventKind, entity: number, generation: number): void {
    if (kind !== EventKind.opEnd) this.#handleOther(kind, entity, generation);
    else if (this.state.ops.generation[entity] === generation) this.#endOp(entity);
  }

  #endOp(op: number): void {
    this.parts.runner.end(op);
    this.lastEnd = this.state.now;
    if (this.data !== undefined) this.data.settle(op);
    this.parts.jobs.opEnded(op);
  }

  /** All events but the end of an op, which is the most frequent one. */
  #handleOther(kind: EventKind, entity: number, generation: number): void {
    const state = this.state;
    switch (kind) {
      case EventKind.transferEnd:
        this.data!.end(entity);
        return;
      case EventKind.jobArrival:
        state.jobArrived[entity] = 1;
        this.data?.jobArrived(entity);
        this.parts.jobs.arrive(entity);
        return;
      case EventKind.signal:
        this.policies.makeVisible(entity);
        return;
      case EventKind.transferJoins:
        this.data!.join(entity);
        return;
      case EventKind.opJoins:
        if (state.ops.generation[entity] === generation) this.parts.runner.join(entity);
        return;
      case EventKind.wake:
        state.wakeDue = true;
        return;
      case EventKind.deviceChange:
        this.parts.changer!.apply(entity);
        return;
      case EventKind.inputsArrive:
        if (state.ops.generation[entity] === generation) state.inputsArrived(entity);
        return;
      case EventKind.threadTimer:
      case EventKind.threadDone:
      case EventKind.message:
      case EventKind.fileEnd:
      case EventKind.slice:
      case EventKind.watch:
        this.parts.feed!.host.handle(kind, entity, generation);
        return;
      case EventKind.host:
        // The round is all that it is for: the host looks at the time.
    }
  }

  /** Consumers of the ops that ended learn of it: at once, or when the policy says. */
  #synchronize(): void {
    const { endedOps } = this.state;
    const { gate } = this;
    if (gate === undefined) {
      for (let i = endedOps.first; i < endedOps.end; i++) this.#signalAll(endedOps.at(i));
      return;
    }
    this.policies.call("sync.ended", () => {
      for (let i = endedOps.first; i < endedOps.end; i++) gate.ended!(this.view, endedOps.at(i), this.policies);
    });
  }

  /** Policies learn which devices left and came; what was planned for one that left, and is ready, goes elsewhere. */
  #tellChanges(): void {
    const { newReady, ops, changes } = this.state;
    const { news, isPlanned } = changes!;
    for (const { device, lost } of news) this.policies.tell(this.parts.scheduler, device, lost);
    news.length = 0;
    if (newReady.end === newReady.first || this.parts.scheduler.lost !== undefined) return;
    newReady.sort();
    const offered: number[] = [];
    for (let i = newReady.first; i < newReady.end; i++) {
      const op = newReady.at(i);
      if (isPlanned[op] === 1 && ops.device[op] === -1) this.policies.placeAgain(op);
      else offered.push(op);
    }
    newReady.truncate(newReady.first);
    for (const op of offered) newReady.push(op);
  }

  #signalAll(op: number): void {
    const state = this.state;
    const { start, node } = state.instance.succ;
    const { pending } = state.ops;
    if (this.data !== undefined) this.data.outputVisible(op);
    for (let i = start[op]!, end = start[op + 1]!; i < end; i++) {
      const consumer = node[i]!;
      if (--pending[consumer]! === 0) state.becomeReady(consumer);
    }
  }

  #dispatch(): void {
    const state = this.state;
    const { endedOps, newReady, ready } = state;
    if (newReady.end > newReady.first + 1) newReady.sort();
    ready.append(newReady);
    if (this.parts.host !== undefined) {
      if (this.parts.host.round(this.parts.scheduler, this.policies)) this.dispatchCount++;
    } else {
      // An op that ended has left a slot.
      if (endedOps.end > endedOps.first || newReady.end > newReady.first || state.slotFreed || state.wakeDue) {
        this.dispatchCount++;
        this.policies.askScheduler(this.parts.scheduler, endedOps, newReady);
      }
    }
    endedOps.endRound();
    newReady.endRound();
    state.slotFreed = false;
    state.wakeDue = false;
  }

  /** Devices in id order take what may start while they have free slots; only those where something changed are looked at. */
  #startQueued(): void {
    const { ops, devices, touchedDevices } = this.state;
    if (touchedDevices.end > 1) touchedDevices.sort();
    for (let i = 0; i < touchedDevices.end; i++) {
      const device = touchedDevices.at(i);
      devices.touched[device] = 0;
      while (devices.freeSlots[device]! > 0) {
        const op = devices.head[device]!;
        if (op < 0) break;
        const phase = ops.phase[op]!;
        const startable = phase === OpPhase.ready && ops.missing[op] === 0;
        if (!startable && phase < OpPhase.running) break;
        devices.dequeue(device);
        if (startable) this.policies.startOp(op, device);
      }
    }
    touchedDevices.clear();
  }
}
