import type { DataMover } from "../data-mover.ts";
import type { Jobs } from "../jobs.ts";
import { OpPhase } from "../op-table.ts";
import type { OpRunner } from "../op-runner.ts";
import type { PolicyPort } from "../policy-port.ts";
import type { SimulationState } from "../state.ts";
import { RowKind } from "../trace.ts";
import type { GraphPort } from "./graph-port.ts";
import type { ThreadHost } from "./thread-host.ts";
import { Phase } from "./thread-table.ts";

/** The parts of the engine that operators need. */
export interface GraphEngine {
  readonly state: SimulationState;
  readonly runner: OpRunner;
  readonly data: DataMover | undefined;
  readonly jobs: Jobs;
  readonly policies: PolicyPort;
}

/**
 * The operator graph as programs meet it: operators that are ready wait in a queue of the program's, threads compute them
 * on their cores or launch them on other devices, and whoever completes one learns which others have become ready.
 */
export class ThreadGraph implements GraphPort {
  private readonly engine: GraphEngine;
  private readonly host: ThreadHost;
  /** The device whose cores the threads run on. */
  private readonly device: number;
  /** By thread: operators that it made ready and has not been told of, the next one last. */
  readonly #made: number[][] = [];
  /** By operator: threads that wait for its inputs, or for its end. */
  readonly #waiting = new Map<number, number[]>();
  /** By operator: 1 = threads run it, on their cores. */
  private readonly isOurs: Uint8Array;
  /** By slot of the device: operators that are under way there. */
  private readonly underWay: Uint32Array;

  constructor(engine: GraphEngine, host: ThreadHost, device: number) {
    this.engine = engine;
    this.host = host;
    this.device = device;
    const { opCount, slots } = engine.state.instance;
    this.isOurs = new Uint8Array(opCount);
    this.underWay = new Uint32Array(slots[device]!);
  }

  /** True where threads run the operator: the engine must not start it on a slot. */
  owns(op: number): boolean {
    return this.isOurs[op] === 1;
  }

  /** The inputs of an operator that threads run are there. */
  startable(op: number): void {
    this.#wakeWaiting(op);
  }

  /** An operator on another device ended. */
  opEnded(op: number): void {
    this.#wakeWaiting(op);
  }

  nextReady(thread: number): number {
    return this.#made[thread]?.pop() ?? -1;
  }

  hasInputs(thread: number, op: number): boolean {
    const { state, data } = this.engine;
    this.#check(thread, op, "runs", OpPhase.ready, OpPhase.running);
    const { ops, instance } = state;
    if (ops.device[op]! < 0) {
      this.isOurs[op] = 1;
      ops.device[op] = this.device;
      ops.placedTicks[op] = state.now;
      data?.fetchInputs(op, instance.deviceMemory[this.device]!);
      state.awaitInputs(op);
    }
    if (ops.missing[op] === 0) return true;
    this.#wait(thread, op);
    return false;
  }

  begin(thread: number, op: number, share: number): number {
    const { state, data, runner } = this.engine;
    const { ops, instance } = state;
    if (ops.phase[op] === OpPhase.ready) {
      ops.phase[op] = OpPhase.running;
      ops.startTicks[op] = state.now;
      ops.slot[op] = this.#takeSlot();
      data?.reserve(op, instance.deviceMemory[this.device]!);
    }
    return share * this.ticksOf(thread, op) * runner.noiseOf(op, this.device);
  }

  /**
   * The lowest slot that has fewest operators. Threads move from core to core while one is under way, and several threads
   * may compute it, so that a slot is a place in the picture and no core; where threads have begun more operators than there
   * are slots, some of them have one slot together.
   */
  #takeSlot(): number {
    const underWay = this.underWay;
    let slot = 0;
    for (let other = 1; other < underWay.length && underWay[slot]! > 0; other++) if (underWay[other]! < underWay[slot]!) slot = other;
    underWay[slot]!++;
    return slot;
  }

  demandOf(op: number): number {
    const { instance } = this.engine.state;
    return instance.memoryDemand.length > 0 ? instance.memoryDemand[this.engine.state.cost(op, this.device)]! : 0;
  }

  complete(thread: number, op: number): void {
    this.#check(thread, op, "completes", OpPhase.running);
    const { state, data, jobs } = this.engine;
    const { ops, rows, now, devices } = state;
    ops.phase[op] = OpPhase.ended;
    ops.endTicks[op] = now;
    this.underWay[ops.slot[op]!]!--;
    state.endedCount++;
    rows.push(RowKind.run, devices.slotStart[this.device]! + ops.slot[op]!, op, ops.startTicks[op]!, now);
    devices.busyTicks[this.device]! += now - ops.startTicks[op]!;
    data?.settle(op);
    const before = state.newReady.end;
    this.#signalConsumers(op);
    jobs.opEnded(op);
    this.#keepMade(thread, before);
  }

  launch(thread: number, op: number, device: number): void {
    // Also ahead of its inputs: the device takes it when they are there.
    this.#check(thread, op, "launches", OpPhase.waiting, OpPhase.ready);
    const { policies, state } = this.engine;
    const target = device >= 0 ? device : this.#fastestOther(op);
    if (!this.#mayLaunch(op, target)) this.host.fail(thread, "bad-launch", `launches operator "${state.instance.opNames.at(op)}"${device >= 0 ? ` on "${state.instance.deviceNames[device]}", ${this.#whyNot(device)}` : this.#othersWhyNot()}`, "launch it on a device that is there and can run it, or compute it on the cores");
    policies.call("dispatch", () => policies.place(op, target));
  }

  hasEnded(thread: number, op: number): boolean {
    if (this.engine.state.ops.phase[op] === OpPhase.ended) return true;
    this.#wait(thread, op);
    return false;
  }

  ticksOf(thread: number, op: number): number {
    const { state } = this.engine;
    const ticks = state.instance.costTicks[state.cost(op, this.device)]!;
    if (!(ticks < Infinity)) this.host.fail(thread, "cannot-run", `cannot compute operator "${state.instance.opNames.at(op)}" on "${state.instance.deviceNames[this.device]}"`);
    return ticks;
  }

  #mayLaunch(op: number, device: number): boolean {
    const { state } = this.engine;
    return device !== this.device && state.possibleTicks[state.cost(op, device)]! < Infinity;
  }

  /** Why it cannot run what is launched there. */
  #whyNot(device: number): string {
    if (device === this.device) return "the device whose cores threads run on";
    return this.#isLost(device) ? "which is not there" : "which cannot run it";
  }

  /** The same, of all devices but the threads' own. */
  #othersWhyNot(): string {
    const { deviceNames } = this.engine.state.instance;
    const lost = deviceNames.filter((_, device) => this.#isLost(device)).map((name) => `"${name}"`);
    return `, and no device can run it but "${deviceNames[this.device]}", whose cores threads run on${lost.length > 0 ? `: ${lost.join(", ")} ${lost.length === 1 ? "is" : "are"} not there` : ""}`;
  }

  #isLost(device: number): boolean {
    return this.engine.state.changes?.isPresent(device) === false;
  }

  /** The device that runs the operator soonest by the estimates, threads' own left out; that one where there is no other. */
  #fastestOther(op: number): number {
    const { state } = this.engine;
    let best = this.device;
    let least = Infinity;
    for (let device = 0; device < state.instance.deviceCount; device++) {
      const ticks = state.possibleTicks[state.cost(op, device)]!;
      if (device !== this.device && ticks < least) [best, least] = [device, ticks];
    }
    return best;
  }

  #signalConsumers(op: number): void {
    const { state, data } = this.engine;
    const { start, node, edge } = state.instance.succ;
    for (let i = start[op]!; i < start[op + 1]!; i++) {
      data?.edgeVisible(node[i]!, edge[i]!);
      state.satisfy(node[i]!);
    }
  }

  /** What this thread made ready is its own to hand on. */
  #keepMade(thread: number, before: number): void {
    const { newReady } = this.engine.state;
    const made = (this.#made[thread] ??= []);
    for (let i = newReady.end - 1; i >= before; i--) made.push(newReady.at(i));
    newReady.truncate(before);
    made.sort((a, b) => b - a);
  }

  #wait(thread: number, op: number): void {
    const waiting = this.#waiting.get(op);
    if (waiting === undefined) this.#waiting.set(op, [thread]);
    else waiting.push(thread);
    this.host.park(thread, -1);
  }

  #wakeWaiting(op: number): void {
    const waiting = this.#waiting.get(op);
    if (waiting === undefined) return;
    this.#waiting.delete(op);
    for (const thread of waiting) if (this.host.table.phase[thread] === Phase.waiting) this.host.wake(thread);
  }

  #check(thread: number, op: number, does: string, ...phases: readonly number[]): void {
    const { state } = this.engine;
    const count = state.instance.opCount;
    if (!(op >= 0 && op < count && Number.isInteger(op))) this.host.fail(thread, "bad-operator", `${does} operator ${op}, but there are ${count}, from 0`);
    if (!phases.includes(state.ops.phase[op]!)) this.host.fail(thread, "bad-operator", `${does} operator "${state.instance.opNames.at(op)}", which is ${["not ready", "ready, but does not run", "running already", "paused", "over"][state.ops.phase[op]!]}`);
  }
}
