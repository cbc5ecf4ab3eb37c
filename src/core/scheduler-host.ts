import { F64Column, U32Column } from "../base/columns.ts";
import { InputError } from "../base/errors.ts";
import type { Scheduler } from "../plugin.ts";
import { EventKind, eventKey } from "./event-key.ts";
import { IdBuffer } from "./id-buffer.ts";
import type { PolicyPort } from "./policy-port.ts";
import type { SimulationState } from "./state.ts";
import { ceilTicks } from "./ticks.ts";

/** What deciding takes: time of the one host thread that runs the scheduler. Ticks, which need not be whole; all default to 0. */
export interface DispatchCost {
  /** For each operator placed. */
  readonly perOpTicks?: number;
  /** For each call of `dispatch`, whether it places anything or not. */
  readonly perCallTicks?: number;
  /** From one call of `dispatch` to the next, at least. */
  readonly minIntervalTicks?: number;
}

/** The host thread's busy times: one entry for each call of `dispatch` that took time or placed something, in order. */
export interface HostUse {
  readonly cost: DispatchCost;
  readonly length: number;
  readonly startTicks: Float64Array;
  readonly endTicks: Float64Array;
  /** Operators placed by the call. */
  readonly placed: Uint32Array;
}

/** `ops.device` of an op whose placement waits for the host: below -1, which stands for "not placed". Its own inverse. */
export function heldPlacement(device: number): number {
  return -2 - device;
}

/**
 * The host thread that runs the scheduler, for runs in which deciding takes time. Placements take effect one after the
 * other as the host works them off; until then, and until the interval is over, the scheduler is not asked again, and
 * what happens meanwhile is kept for its next turn.
 */
export class SchedulerHost {
  private readonly state: SimulationState;
  readonly #cost: DispatchCost;
  private readonly perOp: number;
  private readonly perCall: number;
  private readonly interval: number;
  /** What the scheduler has not been told yet. */
  readonly #ended: IdBuffer;
  readonly #ready: IdBuffer;
  #mayAct = false;

  // Placements that wait, first in first out: those from #done on.
  readonly #op = new U32Column();
  readonly #due = new F64Column();
  #done = 0;
  /** Ops that are to start ahead of the queue when their placement takes effect. */
  readonly #startsAhead = new Set<number>();

  #turnAt = 0;
  #placedInTurn = 0;
  /** The scheduler may be asked again. */
  #nextTurn = 0;
  #askedFor = -1;
  readonly #start = new F64Column();
  readonly #end = new F64Column();
  readonly #placed = new U32Column();

  constructor(state: SimulationState, cost: DispatchCost) {
    this.state = state;
    this.#cost = cost;
    this.perOp = cost.perOpTicks ?? 0;
    this.perCall = cost.perCallTicks ?? 0;
    this.interval = Math.ceil(cost.minIntervalTicks ?? 0);
    this.#ended = new IdBuffer(state.instance.opCount);
    // One may be lost with its device, and be ready once more, before the scheduler's turn.
    this.#ready = new IdBuffer(2 * state.instance.opCount);
    // The queues sum what is placed from the first question on; asked now, they need not know of placements that wait.
    state.devices.backlogTicks(0, 0);
  }

  /**
   * The host's part of a round, after edges were signalled: placements that are done take effect, then the scheduler has
   * its turn if there is a reason and it may be asked. True when `dispatch` was called.
   */
  round(scheduler: Scheduler, policies: PolicyPort): boolean {
    const state = this.state;
    this.#applyDue(policies);
    const { endedOps, newReady, ops } = state;
    for (let i = endedOps.first; i < endedOps.end; i++) this.#ended.push(endedOps.at(i));
    for (let i = newReady.first; i < newReady.end; i++) {
      const op = newReady.at(i);
      if (ops.device[op] !== -1) continue;
      this.#ready.push(op);
      this.#mayAct = true;
    }
    this.#mayAct ||= state.slotFreed || state.wakeDue;
    if (!this.#mayAct) return false;
    if (state.now < this.#nextTurn) {
      this.#wakeAt(this.#nextTurn);
      return false;
    }
    this.#mayAct = false;
    this.#turnAt = state.now;
    this.#placedInTurn = 0;
    policies.askScheduler(scheduler, this.#ended, this.#ready);
    this.#ended.clear();
    this.#ready.clear();
    this.#endTurn();
    return true;
  }

  /** The scheduler places an op in its turn. False where that takes no time: it takes effect at once. */
  holds(op: number): boolean {
    const { now, queue } = this.state;
    const due = now + ceilTicks(this.perCall + ++this.#placedInTurn * this.perOp);
    if (due === now) return false;
    this.#op.push(op);
    this.#due.push(due);
    queue.push(due, eventKey(EventKind.host, 0), 0);
    return true;
  }

  /** The op starts when its placement takes effect, if it can then. */
  startAhead(op: number): void {
    this.#startsAhead.add(op);
  }

  /** Busy times so far, none after `lastTick`. */
  use(lastTick: number): HostUse {
    // Nobody waits for what the last call decided.
    const length = this.#start.length > 0 && this.#start.get(this.#start.length - 1) >= lastTick ? this.#start.length - 1 : this.#start.length;
    return {
      cost: this.#cost, length, startTicks: this.#start.take().subarray(0, length), placed: this.#placed.take().subarray(0, length),
      endTicks: this.#end.take().subarray(0, length).map((end) => Math.min(end, lastTick)),
    };
  }

  #applyDue(policies: PolicyPort): void {
    const { now } = this.state;
    while (this.#done < this.#op.length && this.#due.get(this.#done) <= now) {
      const op = this.#op.get(this.#done++);
      policies.takeEffect(op, this.#startsAhead.delete(op));
      this.state.idleRounds = 0;
    }
  }

  #endTurn(): void {
    const freeAt = this.#turnAt + ceilTicks(this.perCall + this.#placedInTurn * this.perOp);
    this.#nextTurn = Math.max(freeAt, this.#turnAt + this.interval);
    if (freeAt === this.#turnAt && this.#placedInTurn === 0) return;
    this.#start.push(this.#turnAt);
    this.#end.push(freeAt);
    this.#placed.push(this.#placedInTurn);
  }

  #wakeAt(ticks: number): void {
    if (this.#askedFor === ticks) return;
    this.#askedFor = ticks;
    this.state.queue.push(ticks, eventKey(EventKind.host, 0), 0);
  }
}

/** Some part of the cost is not 0. @throws {InputError} when one is no time. */
export function takesTime(cost: DispatchCost | undefined): boolean {
  const parts = Object.entries(cost ?? {}).filter((part): part is [string, number] => part[1] !== undefined);
  for (const [name, ticks] of parts) {
    if (!(ticks >= 0 && ticks < Infinity)) throw new InputError({ code: "bad-dispatch-cost", message: `${name} is ${ticks}, and deciding takes a time from 0` });
  }
  return parts.some(([, ticks]) => ticks > 0);
}

/** Placements that the host has not worked off count as none in a run that was stopped. */
export function placementsInEffect(device: Int32Array): Int32Array {
  return device.some((d) => d < -1) ? device.map((d) => Math.max(d, -1)) : device;
}
