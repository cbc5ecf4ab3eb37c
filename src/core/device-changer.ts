import type { DataMover } from "./data-mover.ts";
import type { ChangingInstance, DeviceChanges } from "./device-changes.ts";
import { EventKind, eventKey } from "./event-key.ts";
import { OpPhase } from "./op-table.ts";
import type { OpRunner } from "./op-runner.ts";
import type { SimulationState } from "./state.ts";

/** Slows devices, takes them away and brings them back, and does what follows for the ops that they have. */
export class DeviceChanger {
  private readonly state: SimulationState;
  private readonly instance: ChangingInstance;
  private readonly changes: DeviceChanges;
  private readonly runner: OpRunner;
  private readonly data: DataMover | undefined;

  constructor(state: SimulationState, changes: DeviceChanges, runner: OpRunner, data: DataMover | undefined) {
    this.state = state;
    this.instance = state.instance as ChangingInstance;
    this.changes = changes;
    this.runner = runner;
    this.data = data;
    for (let d = 0; d < state.instance.deviceCount; d++) if (!changes.isPresent(d)) state.devices.remove(d);
  }

  /** Puts every change to come on the calendar; those of tick 0 hold already. */
  schedule(): void {
    const { changeTicks } = this.instance;
    for (let i = 0; i < changeTicks.length; i++) if (changeTicks[i]! > 0) this.state.queue.push(changeTicks[i]!, eventKey(EventKind.deviceChange, i), 0);
  }

  /** The change with this position in the instance happens now. */
  apply(change: number): void {
    const state = this.state;
    const { speed } = this.changes;
    const device = this.instance.changeDevice[change]!;
    const after = this.instance.changeSpeed[change]!;
    const before = speed[device]!;
    state.idleRounds = 0;
    if (before === after) return;
    if (after === 0) this.#lose(device);
    else if (before > 0) this.#retime(device, before, after);
    speed[device] = after;
    if (before === 0) this.#join(device);
    if (before === 0 || after === 0) {
      this.changes.listPossible(change + 1);
      // There are other devices to choose from: reason enough to ask the scheduler.
      state.slotFreed = true;
    }
  }

  #retime(device: number, before: number, after: number): void {
    const { slotStart, slotOp } = this.state.devices;
    // Set first: what is opened anew runs at the new speed.
    this.changes.speed[device] = after;
    for (let track = slotStart[device]!; track < slotStart[device + 1]!; track++) if (slotOp[track]! >= 0) this.runner.retime(slotOp[track]!, before, after);
  }

  #join(device: number): void {
    this.state.devices.restore(device);
    this.state.touch(device);
    this.changes.news.push({ device });
  }

  /** What ran there is lost, and what was queued there is not placed any more. What ended there stays, and can be read. */
  #lose(device: number): void {
    const { ops, devices, instance } = this.state;
    const memory = instance.deviceMemory[device]!;
    const aborted: number[] = [];
    for (let track = devices.slotStart[device]!; track < devices.slotStart[device + 1]!; track++) {
      const op = devices.slotOp[track]!;
      if (op < 0) continue;
      this.runner.abort(op);
      this.data?.discard(op, memory);
      this.#takeOff(op);
      aborted.push(op);
    }
    const queued: number[] = [];
    for (let op = 0; op < instance.opCount; op++) {
      if (ops.device[op] !== device || ops.phase[op]! >= OpPhase.running) continue;
      devices.unplace(op, device);
      this.data?.forgetInputs(op, memory);
      this.#takeOff(op);
      queued.push(op);
    }
    devices.remove(device);
    const byId = (list: number[]): number[] => list.sort((a, b) => a - b);
    this.changes.news.push({ device, lost: { ops: byId([...aborted, ...queued]), aborted: byId(aborted) } });
  }

  /** The op is as if it had never been placed. */
  #takeOff(op: number): void {
    const { ops, devices, newReady } = this.state;
    devices.forgetPriority(op);
    ops.device[op] = -1;
    ops.placedTicks[op] = NaN;
    ops.dataTicks[op] = NaN;
    if (ops.phase[op] !== OpPhase.ready) return;
    // It has been in there before.
    newReady.makeRoom();
    newReady.push(op);
  }
}
