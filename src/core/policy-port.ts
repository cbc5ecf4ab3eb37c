import { HeddleError, thrownText } from "../base/errors.ts";
import type { Dispatch, Gate, Scheduler, SyncPolicy } from "../plugin.ts";
import type { DataMover } from "./data-mover.ts";
import type { DecisionLog } from "./decision-log.ts";
import type { DeviceNews } from "./device-changes.ts";
import { EventKind, eventKey } from "./event-key.ts";
import { noSuchId, policyError, shown } from "./failures.ts";
import type { IdBuffer } from "./id-buffer.ts";
import { OpPhase } from "./op-table.ts";
import type { OpRunner } from "./op-runner.ts";
import type { LiveView } from "./policy-view.ts";
import { soonestDevice } from "./soonest-device.ts";
import { heldPlacement, type SchedulerHost } from "./scheduler-host.ts";
import type { SimulationState } from "./state.ts";

/** The hooks of policies; the engine's own code runs under none of them. */
type Hook = "prepare" | "ready" | "completed" | "lost" | "joined" | "dispatch" | "sync.prepare" | "sync.phase" | "sync.started" | "sync.ended" | "sync.lost";

/**
 * The only door between policies and the engine: calls their hooks, checks everything they ask for, and turns whatever
 * they throw into an error that names them.
 */
export class PolicyPort implements Dispatch, Gate {
  readonly #schedulerName: string;
  readonly #syncName: string;
  readonly #sync: SyncPolicy;
  readonly #state: SimulationState;
  readonly #runner: OpRunner;
  readonly #data: DataMover | undefined;
  readonly #view: LiveView;
  readonly #decisions: DecisionLog | undefined;
  /** Where deciding takes time. */
  readonly #host: SchedulerHost | undefined;
  #hook: Hook | undefined;

  constructor(schedulerName: string, syncName: string, sync: SyncPolicy, state: SimulationState, runner: OpRunner, data: DataMover | undefined, view: LiveView, decisions?: DecisionLog, host?: SchedulerHost) {
    this.#schedulerName = schedulerName;
    this.#syncName = syncName;
    this.#sync = sync;
    this.#state = state;
    this.#runner = runner;
    this.#data = data;
    this.#view = view;
    this.#decisions = decisions;
    this.#host = host;
  }

  /** Runs the body of a hook. @throws {SimulationError} that names the policy and the hook. */
  call<T>(hook: Hook, body: () => T): T {
    const outer = this.#hook;
    this.#hook = hook;
    try {
      return body();
    } catch (error) {
      throw this.#named(error);
    } finally {
      // Hooks nest, and a policy may catch what another one threw.
      this.#hook = outer;
    }
  }

  /** The scheduler's turn in a round: what ended, what became ready, then `dispatch`. No closures: it runs every round. */
  askScheduler(scheduler: Scheduler, endedOps: IdBuffer, newReady: IdBuffer): void {
    const { ops } = this.#state;
    try {
      if (scheduler.completed !== undefined && endedOps.end > endedOps.first) {
        this.#hook = "completed";
        for (let i = endedOps.first; i < endedOps.end; i++) scheduler.completed(this.#view, endedOps.at(i), ops.endTicks[endedOps.at(i)]! - ops.startTicks[endedOps.at(i)]!);
      }
      if (scheduler.ready !== undefined && newReady.end > newReady.first) {
        this.#hook = "ready";
        for (let i = newReady.first; i < newReady.end; i++) scheduler.ready(this.#view, newReady.at(i));
      }
      this.#hook = "dispatch";
      scheduler.dispatch(this.#view, this);
    } catch (error) {
      throw this.#named(error);
    }
    this.#hook = undefined;
  }

  /** A device was lost, with these ops, or joined. */
  tell(scheduler: Scheduler, device: number, lost: DeviceNews["lost"]): void {
    if (lost === undefined) {
      if (scheduler.joined !== undefined) this.call("joined", () => scheduler.joined!(this.#view, device));
      return;
    }
    if (this.#sync.lost !== undefined) this.call("sync.lost", () => this.#sync.lost!(this.#view, device, lost.aborted, this));
    if (scheduler.lost !== undefined) this.call("lost", () => scheduler.lost!(this.#view, device, lost.ops));
  }

  #mayPlace(): boolean {
    return this.#hook === "dispatch" || this.#hook === "prepare";
  }

  #named(error: unknown): Error {
    if (error instanceof HeddleError) return error;
    return this.#error(`failed in "${this.#hook}": ${thrownText(error)}`, error);
  }

  #error(what: string, cause?: unknown): Error {
    const policy = this.#hook?.startsWith("sync") === true ? `sync policy "${this.#syncName}"` : `scheduler "${this.#schedulerName}"`;
    return policyError(policy, what, this.#state.now, this.#state.instance.tickNs, cause);
  }

  /** From here on it is known how devices take from their queues. */
  fixQueueOrder(): void {
    const order = this.#state.fixQueueOrder();
    if (order !== undefined && order !== "ready-first" && order !== "in-order") throw this.#error(`has the queueOrder ${shown(order)}: it is "ready-first" or "in-order"`);
  }

  // ── Dispatch ──

  place(op: number, device: number, priority = 0): void {
    const { instance, ops, devices } = this.#state;
    // Ids out of range meet undefined here: a few comparisons tell the usual case from every error, and only then is it asked which.
    if (!this.#mayPlace() || ops.device[op] !== -1 || !(this.#state.possibleTicks[this.#state.cost(op, device)]! < Infinity) || op >>> 0 !== op || device >>> 0 !== device || device >= instance.deviceCount || +priority !== priority) {
      if (!this.#isAbsent(op, device) || +priority !== priority) throw this.#badPlacement(op, device, priority);
      device = this.#instead(op);
    }
    if (this.#decisions !== undefined) this.#decisions.note(this.#view, op, device, ops.phase[op] !== OpPhase.ready);
    if (this.#hook === "prepare") this.fixQueueOrder();
    if (this.#state.changes !== undefined && ops.phase[op] !== OpPhase.ready) this.#state.changes.isPlanned[op] = 1;
    devices.place(op, device, priority, this.#phaseOf(op));
    if (this.#host !== undefined && this.#hook === "dispatch" && this.#host.holds(op)) {
      ops.device[op] = heldPlacement(device);
      this.#state.ready.remove(op);
    } else this.#bind(op, device);
  }

  /** The device has the op from now on: its inputs move there, and it waits for its turn. */
  #bind(op: number, device: number): void {
    const { instance, ops, devices, ready } = this.#state;
    ops.device[op] = device;
    ops.placedTicks[op] = this.#state.now;
    if (this.#state.inOrder) devices.enqueue(op, device);
    if (this.#data !== undefined) this.#data.fetchInputs(op, instance.deviceMemory[device]!);
    if (ops.phase[op] === OpPhase.ready) {
      ready.remove(op);
      this.#state.awaitInputs(op);
    }
  }

  /** The host has worked off the op's placement. With `ahead` it starts at once, if it can; else it waits for its turn. */
  takeEffect(op: number, ahead: boolean): void {
    const { ops, devices } = this.#state;
    let device = heldPlacement(ops.device[op]!);
    if (!(this.#state.possibleTicks[this.#state.cost(op, device)]! < Infinity)) {
      // It was lost meanwhile. What was placed later may wait for this op, so it keeps its rank.
      devices.unplace(op, device);
      device = this.#instead(op);
      devices.expect(op, device);
    }
    this.#bind(op, device);
    if (ahead && ops.phase[op] === OpPhase.ready && ops.missing[op] === 0 && devices.freeSlots[device]! > 0) this.startOp(op, device);
  }

  /** All is right with the placement but that the device is not there. */
  #isAbsent(op: number, device: number): boolean {
    const { instance, ops, changes } = this.#state;
    return this.#mayPlace() && changes !== undefined && Number.isInteger(op) && ops.device[op] === -1 && Number.isInteger(device) && device < instance.deviceCount && instance.costTicks[this.#state.cost(op, device)]! < Infinity && !changes.isPresent(device);
  }

  /** The device that the engine chooses for an op whose own is not there. */
  #instead(op: number): number {
    this.#state.changes!.redirected++;
    return soonestDevice(this.#view, op);
  }

  /** Places an op that has become ready and that was lost with the device that it was planned for, ahead of all that is queued: others may wait for it. */
  placeAgain(op: number): void {
    const { changes, devices, ops, now } = this.#state;
    changes!.redirected++;
    const waiting = changes!.ahead.filter((other) => ops.phase[other]! < OpPhase.running && ops.device[other]! >= 0);
    const device = soonestDevice(this.#view, op, (d) => {
      // What is queued comes after it, but for those that came this way before.
      let [count, ticks] = [0, devices.runningTicks(d, now)];
      for (const other of waiting) {
        if (ops.device[other] !== d) continue;
        count++;
        ticks += this.#view.estimateTicks(other, d);
      }
      return devices.freeSlots[d]! > count ? 0 : ticks / this.#view.slots[d]!;
    });
    changes!.ahead.splice(0, Infinity, ...waiting, op);
    // Not infinite: two such priorities are compared by their difference.
    this.#state.devices.place(op, device, Number.MAX_VALUE, this.#phaseOf(op));
    this.#bind(op, device);
  }

  #badPlacement(op: number, device: number, priority: unknown): Error {
    const { instance, ops } = this.#state;
    if (!this.#mayPlace()) return this.#error(`placed an operator outside "prepare" and "dispatch"`);
    if (!(Number.isInteger(op) && op >= 0 && op < instance.opCount)) return this.#error(`placed ${noSuchId("operator", op)}`);
    const name = instance.opNames.at(op);
    if (!(Number.isInteger(device) && device >= 0 && device < instance.deviceCount)) return this.#error(`placed operator "${name}" on ${noSuchId("device", device)}`);
    if (ops.device[op] !== -1) return this.#error(`placed operator "${name}" twice`);
    if (!(instance.costTicks[this.#state.cost(op, device)]! < Infinity)) return this.#error(`placed operator "${name}" on "${instance.deviceNames[device]}", which cannot run it`);
    return this.#error(`placed operator "${name}" with priority ${shown(priority)}: priorities are numbers`);
  }

  start(op: number): void {
    const { instance, ops, devices } = this.#state;
    if (this.#hook !== "dispatch") throw this.#error(`started an operator outside "dispatch"`);
    if (!(Number.isInteger(op) && op >= 0 && op < instance.opCount)) throw this.#error(`started ${noSuchId("operator", op)}`);
    const name = instance.opNames.at(op);
    const device = ops.device[op]!;
    if (device === -1) throw this.#error(`started operator "${name}", which is not placed`);
    if (device < -1) {
      // Its inputs cannot be on their way yet.
      if (ops.phase[op] !== OpPhase.ready || devices.freeSlots[heldPlacement(device)]! < 1) throw this.#error(`started operator "${name}", which is not ready or whose device has no free slot`);
      this.#host!.startAhead(op);
      return;
    }
    if (ops.phase[op] !== OpPhase.ready || ops.missing[op]! > 0) throw this.#error(`started operator "${name}", which is not ready or whose inputs are not there`);
    if (devices.freeSlots[device]! < 1) throw this.#error(`started operator "${name}" on "${instance.deviceNames[device]}", which has no free slot`);
    this.startOp(op, device);
  }

  wakeAt(ticks: number): void {
    if (!(ticks >= this.#state.now)) throw this.#error(`asked to be woken at ${ticks}, which is in the past`);
    if (ticks < Infinity) this.#state.queue.push(Math.ceil(ticks), eventKey(EventKind.wake, 0), 0);
  }

  /** Starts an op whose turn has come, and tells the synchronization policy. */
  startOp(op: number, device: number): void {
    if (this.#data !== undefined) this.#data.reserve(op, this.#state.instance.deviceMemory[device]!);
    this.#runner.start(op, device);
    if (this.#sync.started !== undefined) this.call("sync.started", () => this.#sync.started!(this.#view, op));
  }

  #phaseOf(op: number): number {
    if (this.#sync.phase === undefined) return 0;
    return this.call("sync.phase", () => {
      const phase = this.#sync.phase!(op);
      if (!(Number.isInteger(phase) && phase >= 0 && phase < 2 ** 32)) throw this.#error(`put operator "${this.#state.instance.opNames.at(op)}" in phase ${phase}, and phases are whole numbers from 0`);
      return phase;
    });
  }

  // ── Gate ──

  signal(edge: number, atTicks: number = this.#state.now): void {
    const { instance, ops, edgeVisible, now, queue } = this.#state;
    if (this.#hook !== "sync.ended" && this.#hook !== "sync.lost") throw this.#error(`signalled an edge outside "ended" and "lost"`);
    if (!(Number.isInteger(edge) && edge >= 0 && edge < instance.edgeCount)) throw this.#error(`signalled ${noSuchId("edge", edge)}`);
    if (edgeVisible[edge] !== 0) throw this.#error(`signalled edge ${edge} twice`);
    if (ops.phase[instance.tensorProducer[instance.edgeTensor[edge]!]!] !== OpPhase.ended) throw this.#error(`signalled edge ${edge} before its producer ended`);
    if (!(atTicks >= now)) throw this.#error(`signalled edge ${edge} at ${atTicks}, which is in the past`);
    if (atTicks > now) {
      edgeVisible[edge] = 2;
      queue.push(Math.ceil(atTicks), eventKey(EventKind.signal, edge), 0);
    } else this.makeVisible(edge);
  }

  /** The consumer of a held edge may see it from now on. */
  makeVisible(edge: number): void {
    const consumer = this.#consumerOf(edge);
    this.#state.edgeVisible[edge] = 1;
    if (this.#data !== undefined) this.#data.edgeVisible(consumer, edge);
    this.#state.satisfy(consumer);
  }

  /** Edges are numbered by consumer, so it is found by bisection. */
  #consumerOf(edge: number): number {
    const { pred, opCount } = this.#state.instance;
    let low = 0;
    let high = opCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (pred.start[middle]! <= edge) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
