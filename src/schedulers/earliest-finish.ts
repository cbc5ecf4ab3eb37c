import { SimulationError } from "../base/errors.ts";
import type { PolicyView } from "../plugin.ts";
import type { Plan } from "./plan.ts";
import { RouteKinds } from "./route-kinds.ts";
import { sortByKey } from "./sort-by-key.ts";
import { TimelineGaps } from "./timeline-gaps.ts";

/**
 * Builds a static plan one op at a time, each inserted into the earliest idle time that is long enough. Ops come in an
 * order that respects every dependency, those of a job before those of the next.
 *
 * What it assumes: estimates are exact; a device with several slots runs one op in each at full speed; a tensor leaves
 * its producer's device as the producer ends, once for each memory that needs it, over a quiet route. So a tensor
 * that was moved for one consumer is there for the others at that same time: a replica never comes earlier than the
 * edge's own transfer would, and needs no bookkeeping. A job that runs back to back starts
 * when all those before it are planned to have ended.
 */
export class EarliestFinish {
  readonly #view: PolicyView;
  readonly #gaps: TimelineGaps;
  readonly #firstSlot: Uint32Array;
  /** A device whose memory is not that of device 0, so that data which neither of the two lacks, no device lacks; -1 = none is known. */
  readonly #elsewhere: number;
  /** By device: when all inputs of the op in question can be there. */
  readonly #arrival: Float64Array;
  readonly #jobStart: Float64Array;
  readonly #routes: RouteKinds;
  /** By kind of route: when the tensor in question has come over it. */
  readonly #over: Float64Array;
  // The last answer of #search.
  #foundSlot = 0;
  #foundStart = 0;
  // The plan.
  readonly #device: Int32Array;
  readonly #slot: Int32Array;
  readonly #start: Float64Array;
  readonly #end: Float64Array;
  readonly #planned: Uint32Array;
  #count = 0;
  #makespan = 0;

  constructor(view: PolicyView, routes: RouteKinds = new RouteKinds(view)) {
    const { opCount, deviceCount, slots } = view;
    this.#view = view;
    this.#firstSlot = new Uint32Array(deviceCount + 1);
    for (let d = 0; d < deviceCount; d++) this.#firstSlot[d + 1] = this.#firstSlot[d]! + slots[d]!;
    this.#gaps = new TimelineGaps(this.#firstSlot[deviceCount]!);
    this.#routes = routes;
    this.#over = new Float64Array(routes.pairs.length);
    this.#elsewhere = routes.of.subarray(0, deviceCount).findIndex((kind) => kind > 0);
    this.#arrival = new Float64Array(deviceCount);
    this.#jobStart = new Float64Array(view.jobCount).fill(-1);
    this.#device = new Int32Array(opCount).fill(-1);
    this.#slot = new Int32Array(opCount).fill(-1);
    this.#start = new Float64Array(opCount);
    this.#end = new Float64Array(opCount);
    this.#planned = new Uint32Array(opCount);
  }

  /**
   * Plans `op` on the device with the earliest finish, or, where `rest` is given, the smallest finish + `rest[device]`;
   * ties by device id. Its predecessors must be planned.
   * @throws {SimulationError} when no device can run it and be reached by all of its inputs.
   */
  insert(op: number, rest?: Float64Array): void {
    const view = this.#view;
    this.#findArrivals(op);
    let best = -1;
    let bestSlot = 0;
    let bestStart = 0;
    let smallest = Infinity;
    for (let d = 0; d < view.deviceCount; d++) {
      const duration = view.estimateTicks(op, d);
      const after = rest === undefined ? duration : duration + rest[d]!;
      // The search for a gap is spared where the device would lose even without any wait.
      if (!(this.#arrival[d]! + after < smallest)) continue;
      this.#search(d, duration);
      if (!(this.#foundStart + after < smallest)) continue;
      best = d;
      bestSlot = this.#foundSlot;
      bestStart = this.#foundStart;
      smallest = bestStart + after;
    }
    if (best < 0) throw unreachable(view, op);
    this.#commit(op, best, bestSlot, bestStart);
  }

  /** Plans `op` on `device`, where possible; false, and nothing planned, where it is not. Its predecessors must be planned. */
  insertOn(op: number, device: number): boolean {
    this.#findArrivals(op);
    const duration = this.#view.estimateTicks(op, device);
    if (this.#arrival[device]! + duration === Infinity) return false;
    this.#search(device, duration);
    this.#commit(op, device, this.#foundSlot, this.#foundStart);
    return true;
  }

  #findArrivals(op: number): void {
    const view = this.#view;
    const { pred, deviceCount } = view;
    const arrival = this.#arrival;
    arrival.fill(this.#startOfJob(view.jobOf(op)));
    if (this.#elsewhere < 0 || view.dataBytes(op, 0) > 0 || view.dataBytes(op, this.#elsewhere) > 0) {
      // Inputs of the model, and weights that must be brought, begin to move as the job begins.
      for (let d = 0; d < deviceCount; d++) arrival[d]! += view.dataTicks(op, d);
    }
    const { of, away, from, to } = this.#routes;
    const over = this.#over;
    for (let k = pred.start[op]!; k < pred.start[op + 1]!; k++) {
      const producer = pred.node[k]!;
      const device = this.#device[producer]!;
      const end = this.#end[producer]!;
      over[0] = end;
      for (const kind of away[device]!) over[kind] = end + view.transferTicks(pred.edge[k]!, from[kind]!, to[kind]!);
      const row = device * deviceCount;
      for (let d = 0; d < deviceCount; d++) {
        const at = over[of[row + d]!]!;
        if (at > arrival[d]!) arrival[d] = at;
      }
    }
  }

  #startOfJob(job: number): number {
    if (this.#jobStart[job]! < 0) {
      const arrival = this.#view.arrivalTicks(job);
      this.#jobStart[job] = arrival < Infinity ? arrival : this.#makespan;
    }
    return this.#jobStart[job]!;
  }

  /** Earliest start on `device` of `duration` ticks once the inputs are there, into #foundSlot and #foundStart. */
  #search(device: number, duration: number): void {
    const ready = this.#arrival[device]!;
    this.#foundStart = Infinity;
    for (let slot = this.#firstSlot[device]!; slot < this.#firstSlot[device + 1]!; slot++) {
      const start = this.#gaps.earliest(slot, ready, duration);
      if (start >= this.#foundStart) continue;
      this.#foundSlot = slot;
      this.#foundStart = start;
      if (start === ready) return;
    }
  }

  #commit(op: number, device: number, slot: number, start: number): void {
    const duration = this.#view.estimateTicks(op, device);
    const end = start + duration;
    this.#gaps.occupy(slot, start, duration);
    this.#device[op] = device;
    this.#slot[op] = slot - this.#firstSlot[device]!;
    this.#start[op] = start;
    this.#end[op] = end;
    this.#planned[this.#count++] = op;
    if (end > this.#makespan) this.#makespan = end;
  }

  /** The finished plan. Of ops with one start those of no length come first, then as planned, which respects dependencies. */
  plan(): Plan {
    const instantFirst = new Uint32Array(this.#count);
    let placed = 0;
    for (const instant of [true, false]) {
      for (let i = 0; i < this.#count; i++) {
        const op = this.#planned[i]!;
        if ((this.#start[op] === this.#end[op]) === instant) instantFirst[placed++] = op;
      }
    }
    const order = sortByKey(instantFirst, this.#start);
    return { device: this.#device, slot: this.#slot, startTicks: this.#start, endTicks: this.#end, order, makespanTicks: this.#makespan };
  }
}

function unreachable(view: PolicyView, op: number): SimulationError {
  return new SimulationError({
    code: "unreachable-op",
    message: `no device can run "${view.opName(op)}" and be reached by all of its inputs, as planned so far`,
    hint: "give a device a cost for it, or connect the memories of the devices by links",
  });
}
