import { SimulationError } from "../../base/errors.ts";
import type { PolicyView } from "../../plugin.ts";
import type { Executions } from "./execution-plan.ts";
import { JobStarts } from "./job-starts.ts";
import { ReloadingSlots } from "./reloading-slots.ts";
import { TimelineGaps } from "./timeline-gaps.ts";
import { TrialIntervals } from "./trial-intervals.ts";

/**
 * Plans ops one at a time, each inserted into the earliest idle time on the device where it ends first, together with
 * duplicates of what it waits for. Ops come in an order that respects every dependency, those of a job before those of the next.
 *
 * On each device: while the op's start waits for data, the predecessor whose data come last is tried as a duplicate in
 * idle time there, with its own predecessors in the same way, `depth` generations back. It is tried as long as its
 * data come sooner; what is kept is the fewest duplicates with which the op ends earliest. An op runs once a device
 * at most, and every execution reads the copy that reaches it first.
 *
 * It assumes what {@link EarliestFinish} assumes. A device that loads configurations takes no duplicates.
 */
export class DuplicationPlanner {
  readonly #view: PolicyView;
  readonly #depth: number;
  readonly #firstSlot: Uint32Array;
  readonly #gaps: TimelineGaps;
  readonly #reloading: ReloadingSlots | undefined;
  readonly #trial: TrialIntervals;
  readonly #jobs: JobStarts;
  /** By edge: 1 = of the edges from its producer to its consumer it takes longest. Of one producer's outputs a reader gets all from one copy. */
  readonly #counts: Uint8Array;
  // Executions, and by op the one planned last; from there back.
  readonly #op: number[] = [];
  readonly #device: number[] = [];
  readonly #start: number[] = [];
  readonly #end: number[] = [];
  readonly #reads: number[] = [];
  readonly #readStart: number[] = [0];
  readonly #before: number[] = [];
  readonly #last: Int32Array;
  #makespan = 0;
  // Duplicates on trial, all on one device.
  readonly #triedOp: number[] = [];
  /** By op; Infinity = not on trial. */
  readonly #triedEnd: Float64Array;
  // Answers of #endOn: the predecessor whose data come last (-1 = it waits for none), and when; where the op would begin.
  #critical = -1;
  #criticalTicks = 0;
  /** Answer of #arrival; -1 = the one on trial. */
  #source = -1;

  /** @param depth Generations of predecessors that may be duplicated for one op: 1 = its own predecessors. */
  constructor(view: PolicyView, depth: number) {
    const { opCount, deviceCount, slots } = view;
    this.#view = view;
    this.#depth = depth;
    this.#firstSlot = new Uint32Array(deviceCount + 1);
    for (let d = 0; d < deviceCount; d++) this.#firstSlot[d + 1] = this.#firstSlot[d]! + slots[d]!;
    this.#gaps = new TimelineGaps(this.#firstSlot[deviceCount]!);
    this.#reloading = ReloadingSlots.of(view, this.#firstSlot);
    this.#trial = new TrialIntervals(view, this);
    this.#jobs = new JobStarts(view);
    this.#counts = longestEdges(view);
    this.#last = new Int32Array(opCount).fill(-1);
    this.#triedEnd = new Float64Array(opCount).fill(Infinity);
  }

  /** What was planned so far. */
  get executions(): Executions {
    return { op: this.#op, device: this.#device, startTicks: this.#start, endTicks: this.#end, reads: this.#reads, readStart: this.#readStart };
  }

  /**
   * Plans `op` on the device where it ends first; ties by fewer duplicates, then by device id. Its predecessors must be planned.
   * @throws {SimulationError} when no device can run it and be reached by all of its inputs.
   */
  insert(op: number): void {
    const view = this.#view;
    let best = -1;
    let soonest = Infinity;
    let fewest = Infinity;
    for (let d = 0; d < view.deviceCount; d++) {
      if (!(this.#release(op, d) + view.estimateTicks(op, d) <= soonest)) continue;
      const end = this.#hasten(op, d, this.#depth);
      const duplicates = this.#triedOp.length;
      this.#giveBack(d, 0);
      if (!(end < soonest || (end === soonest && end < Infinity && duplicates < fewest))) continue;
      best = d;
      soonest = end;
      fewest = duplicates;
    }
    if (best < 0) {
      throw new SimulationError({ code: "unreachable-op", message: `no device can run "${view.opName(op)}" and be reached by all of its inputs, as planned so far`, hint: "give a device a cost for it, or connect the memories of the devices by links" });
    }
    this.#hasten(op, best, this.#depth);
    const duplicates = this.#triedOp.slice();
    const ends = duplicates.map((duplicate) => this.#triedEnd[duplicate]!);
    this.#giveBack(best, 0);
    duplicates.forEach((duplicate, i) => this.#commit(duplicate, best, ends[i]!));
    this.#commit(op, best, soonest);
    this.#jobs.ended(op, soonest);
  }

  /** Earliest start from `ready` on of `duration` ticks in one slot (counted from 0) of `device`, by the plan so far. */
  startInSlot(device: number, slot: number, ready: number, duration: number): number {
    return this.#gaps.earliest(this.#firstSlot[device]! + slot, ready, duration);
  }

  /** Earliest end of `op` on `device`, with the duplicates for it left on trial; Infinity = never. */
  #hasten(op: number, device: number, depth: number): number {
    let end = this.#endOn(op, device);
    if (depth === 0 || this.#reloading?.has(device) === true) return end;
    let kept = this.#triedOp.length;
    while (this.#critical >= 0 && !this.#runsOn(this.#critical, device)) {
      const parent = this.#critical;
      const arrival = this.#criticalTicks;
      const parentEnd = this.#hasten(parent, device, depth - 1);
      if (!(parentEnd < arrival)) break;
      const duration = this.#view.estimateTicks(parent, device);
      this.#trial.take(device, parentEnd - duration, duration);
      this.#triedOp.push(parent);
      this.#triedEnd[parent] = parentEnd;
      const hastened = this.#endOn(op, device);
      if (!(hastened < end)) continue;
      end = hastened;
      kept = this.#triedOp.length;
    }
    this.#giveBack(device, kept);
    return end;
  }

  /** Planned there, or on trial. */
  #runsOn(op: number, device: number): boolean {
    if (this.#triedEnd[op]! < Infinity) return true;
    for (let e = this.#last[op]!; e >= 0; e = this.#before[e]!) if (this.#device[e] === device) return true;
    return false;
  }

  /** Takes off trial all but the first `kept` duplicates. */
  #giveBack(device: number, kept: number): void {
    this.#trial.giveBack(device, this.#triedOp.length - kept);
    while (this.#triedOp.length > kept) this.#triedEnd[this.#triedOp.pop()!] = Infinity;
  }

  /** Earliest end of `op` on `device` with what is planned and on trial. */
  #endOn(op: number, device: number): number {
    const { pred } = this.#view;
    let ready = this.#release(op, device);
    this.#critical = -1;
    for (let k = pred.start[op]!; k < pred.start[op + 1]!; k++) {
      if (this.#counts[pred.edge[k]!] === 0) continue;
      const arrival = this.#arrival(pred.node[k]!, pred.edge[k]!, device);
      if (arrival <= ready) continue;
      ready = arrival;
      this.#critical = pred.node[k]!;
    }
    this.#criticalTicks = ready;
    const duration = this.#view.estimateTicks(op, device);
    if (ready + duration === Infinity) return Infinity;
    if (this.#reloading?.has(device) === true) {
      const { start, setup } = this.#reloading.earliest(device, ready, duration, this.#view.configuration(op, device));
      return start + setup + duration;
    }
    return this.#trial.earliest(device, ready, duration) + duration;
  }

  /** When the tensor of `edge` can be on `device`, from the execution of its producer from which it comes first. */
  #arrival(producer: number, edge: number, device: number): number {
    let soonest = this.#triedEnd[producer]!;
    this.#source = -1;
    for (let e = this.#last[producer]!; e >= 0; e = this.#before[e]!) {
      const arrival = this.#end[e]! + this.#view.transferTicks(edge, this.#device[e]!, device);
      // Of equals the one planned first.
      if (arrival > soonest || arrival === Infinity) continue;
      soonest = arrival;
      this.#source = e;
    }
    return soonest;
  }

  /** When what `op` reads and nobody makes can be on `device`. */
  #release(op: number, device: number): number {
    return this.#jobs.of(op, this.#makespan) + this.#view.dataTicks(op, device);
  }

  #commit(op: number, device: number, end: number): void {
    const { pred } = this.#view;
    for (let k = pred.start[op]!; k < pred.start[op + 1]!; k++) {
      if (this.#counts[pred.edge[k]!] === 0) continue;
      this.#arrival(pred.node[k]!, pred.edge[k]!, device);
      this.#reads.push(this.#source);
    }
    this.#readStart.push(this.#reads.length);
    this.#occupy(op, device, end);
    this.#before.push(this.#last[op]!);
    this.#last[op] = this.#op.push(op) - 1;
    this.#device.push(device);
    this.#start.push(end - this.#view.estimateTicks(op, device));
    this.#end.push(end);
    if (end > this.#makespan) this.#makespan = end;
  }

  #occupy(op: number, device: number, end: number): void {
    const duration = this.#view.estimateTicks(op, device);
    if (this.#reloading?.has(device) === true) {
      const configuration = this.#view.configuration(op, device);
      this.#endOn(op, device);
      const { slot, start, setup } = this.#reloading.earliest(device, this.#criticalTicks, duration, configuration);
      this.#reloading.occupy(slot, start, setup + duration, configuration);
      return;
    }
    let slot = 0;
    while (this.startInSlot(device, slot, end - duration, duration) !== end - duration) slot++;
    this.#gaps.occupy(this.#firstSlot[device]! + slot, end - duration, duration);
  }
}

function longestEdges(view: PolicyView): Uint8Array {
  const { opCount, edgeCount, pred } = view;
  const counts = new Uint8Array(edgeCount);
  /** By producer: the largest edge to the consumer at hand, of which the mark says which it is. */
  const largest = new Int32Array(opCount).fill(-1);
  for (let op = 0; op < opCount; op++) {
    for (let k = pred.start[op]!; k < pred.start[op + 1]!; k++) {
      const known = largest[pred.node[k]!]!;
      if (known >= 0 && view.edgeBytes(known) >= view.edgeBytes(pred.edge[k]!)) continue;
      if (known >= 0) counts[known] = 0;
      counts[pred.edge[k]!] = 1;
      largest[pred.node[k]!] = pred.edge[k]!;
    }
    for (let k = pred.start[op]!; k < pred.start[op + 1]!; k++) largest[pred.node[k]!] = -1;
  }
  return counts;
}
