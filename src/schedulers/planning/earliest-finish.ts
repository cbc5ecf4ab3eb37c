import { SimulationError } from "../../base/errors.ts";
import type { PolicyView } from "../../plugin.ts";
import { asCarriedOut } from "./as-carried-out.ts";
import { InputArrivals } from "./input-arrivals.ts";
import { JobStarts } from "./job-starts.ts";
import type { Plan } from "./plan.ts";
import { ReloadingSlots } from "./reloading-slots.ts";
import { RouteKinds } from "./route-kinds.ts";
import { bestOverSetups, inFull, type SetupShare } from "./setup-shares.ts";
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
 * as an earlier one is planned to end: see {@link JobStarts}.
 *
 * Where a device must load a configuration first, a slot has that of the op before it in the plan, and the op takes the
 * setup and its estimate. Gaps are then only for ops that the configuration before the gap suits: see {@link ReloadingSlots}.
 */
export class EarliestFinish {
  readonly #view: PolicyView;
  readonly #gaps: TimelineGaps;
  readonly #firstSlot: Uint32Array;
  /** By device: 1 = one slot, and nothing to load. */
  readonly #isSimple: Uint8Array;
  /** Slots of the devices that load configurations; undefined where none does. */
  readonly #reloading: ReloadingSlots | undefined;
  readonly #arrivals: InputArrivals;
  readonly #jobs: JobStarts;
  // The last answer of #search.
  #foundSlot = 0;
  #foundStart = 0;
  #foundSetup = 0;
  // The plan.
  readonly #device: Int32Array;
  readonly #slot: Int32Array;
  readonly #start: Float64Array;
  readonly #end: Float64Array;
  readonly #planned: Uint32Array;
  #count = 0;
  #makespan = 0;

  readonly #share: SetupShare;
  readonly #insertion: boolean;

  /**
   * @param share How much of a setup counts when devices are compared; in the plan it takes its time in any case.
   * @param insertion False: gaps stay idle, and every op goes behind the last one of its slot.
   */
  constructor(view: PolicyView, routes: RouteKinds = new RouteKinds(view), share: SetupShare = inFull, insertion = true) {
    const { opCount, deviceCount, slots } = view;
    this.#view = view;
    this.#share = share;
    this.#insertion = insertion;
    this.#firstSlot = new Uint32Array(deviceCount + 1);
    for (let d = 0; d < deviceCount; d++) this.#firstSlot[d + 1] = this.#firstSlot[d]! + slots[d]!;
    this.#isSimple = Uint8Array.from(slots, (count, d) => (count === 1 && view.reloadTicks(d) === 0 ? 1 : 0));
    this.#gaps = new TimelineGaps(this.#firstSlot[deviceCount]!);
    this.#reloading = ReloadingSlots.of(view, this.#firstSlot, insertion);
    this.#jobs = new JobStarts(view);
    this.#device = new Int32Array(opCount).fill(-1);
    this.#slot = new Int32Array(opCount).fill(-1);
    this.#start = new Float64Array(opCount);
    this.#end = new Float64Array(opCount);
    this.#planned = new Uint32Array(opCount);
    this.#arrivals = new InputArrivals(view, routes, this.#device, this.#end);
  }

  /**
   * Plans `op` on the device with the earliest finish, or, where `rest` is given, the smallest finish + `rest[device]`;
   * ties by device id. Its predecessors must be planned.
   * @throws {SimulationError} when no device can run it and be reached by all of its inputs.
   */
  insert(op: number, rest?: Float64Array): void {
    const view = this.#view;
    const arrival = this.arrivals(op);
    const gaps = this.#gaps;
    let best = -1;
    let bestSlot = 0;
    let bestStart = 0;
    let bestSetup = 0;
    let smallest = Infinity;
    for (let d = 0; d < arrival.length; d++) {
      const duration = view.estimateTicks(op, d);
      const after = rest === undefined ? duration : duration + rest[d]!;
      // The search for a gap is spared where the device would lose even without any wait.
      const ready = arrival[d]!;
      if (!(ready + after < smallest)) continue;
      const slot = this.#firstSlot[d]!;
      if (this.#isSimple[d] === 1 && !(this.#insertion && gaps.mayFit(slot, ready, duration))) {
        // Nearly always, and without a call, which would make objects of the numbers.
        const start = Math.max(ready, gaps.tail(slot));
        if (!(start + after < smallest)) continue;
        best = d;
        bestSlot = slot;
        bestStart = start;
        bestSetup = 0;
        smallest = start + after;
        continue;
      }
      this.#search(op, d, ready, duration);
      const finish = this.#foundStart + this.#charge(op, d) + after;
      if (!(finish < smallest)) continue;
      best = d;
      bestSlot = this.#foundSlot;
      bestStart = this.#foundStart;
      bestSetup = this.#foundSetup;
      smallest = finish;
    }
    if (best < 0) throw unreachable(view, op);
    this.#commit(op, best, bestSlot, bestStart, bestSetup);
  }

  /** Plans `op` on `device`, where possible; false, and nothing planned, where it is not. Its predecessors must be planned. */
  insertOn(op: number, device: number): boolean {
    const ready = this.arrivals(op)[device]!;
    const duration = this.#view.estimateTicks(op, device);
    if (ready + duration === Infinity) return false;
    this.#search(op, device, ready, duration);
    this.#commit(op, device, this.#foundSlot, this.#foundStart, this.#foundSetup);
    return true;
  }

  /** Takes as given that `op` occupies `device` from `start` to `end`, or, where these are equal, has left it. It will not be in the plan's order. */
  pin(op: number, device: number, start: number, end: number): void {
    this.#device[op] = device;
    this.#end[op] = end;
    if (end > this.#makespan) this.#makespan = end;
    if (end === start) this.#jobs.gone(op);
    else this.#jobs.ended(op, end);
    if (end === start) return;
    let slot = this.#firstSlot[device]!;
    while (slot + 1 < this.#firstSlot[device + 1]! && this.#tail(device, slot) > start) slot++;
    if (this.#reloading?.has(device) === true) this.#reloading.occupy(slot, start, end - start, this.#view.configuration(op, device));
    else this.#gaps.occupy(slot, start, end - start);
  }

  /** The device where `op` is planned; -1 = not yet. */
  deviceOf(op: number): number {
    return this.#device[op]!;
  }

  /** Planned end of `op`; 0 before it is planned. */
  endOf(op: number): number {
    return this.#end[op]!;
  }

  /** When `op` itself would begin on `device` if it were planned there now, after what counts of its setup; Infinity = never. Its predecessors must be planned. */
  startOn(op: number, device: number): number {
    const ready = this.arrivals(op)[device]!;
    const duration = this.#view.estimateTicks(op, device);
    if (ready + duration === Infinity) return Infinity;
    this.#search(op, device, ready, duration);
    return this.#foundStart + this.#charge(op, device);
  }

  /** When the first of the device's slots has done all that is planned on it. */
  freeAt(device: number): number {
    let free = Infinity;
    for (let slot = this.#firstSlot[device]!; slot < this.#firstSlot[device + 1]!; slot++) free = Math.min(free, this.#tail(device, slot));
    return free;
  }

  /** Earliest start from `ready` on of `duration` ticks in one slot (counted from 0) of `device`, without a setup. */
  startInSlot(device: number, slot: number, ready: number, duration: number): number {
    const at = this.#firstSlot[device]! + slot;
    if (this.#reloading?.has(device) === true) return Math.max(ready, this.#reloading.tail(at));
    return this.#insertion ? this.#gaps.earliest(at, ready, duration) : Math.max(ready, this.#gaps.tail(at));
  }

  /** By device: when all inputs of `op` can be there. Its predecessors must be planned. The array is reused. */
  arrivals(op: number): Float64Array {
    this.#arrivals.find(op, this.#jobs.of(op, this.#makespan));
    return this.#arrivals.ticks;
  }

  /** Earliest end on `device` of `op`, which takes `duration` ticks once its inputs are there at `ready`, into #found… */
  #search(op: number, device: number, ready: number, duration: number): void {
    this.#foundStart = Infinity;
    if (this.#reloading?.has(device) === true) {
      const { slot, start, setup } = this.#reloading.earliest(device, ready, duration, this.#view.configuration(op, device));
      [this.#foundSlot, this.#foundStart, this.#foundSetup] = [slot, start, setup];
      return;
    }
    this.#foundSetup = 0;
    for (let slot = this.#firstSlot[device]!; slot < this.#firstSlot[device + 1]!; slot++) {
      const start = this.#insertion ? this.#gaps.earliest(slot, ready, duration) : Math.max(ready, this.#gaps.tail(slot));
      if (start >= this.#foundStart) continue;
      this.#foundSlot = slot;
      this.#foundStart = start;
      if (start === ready) return;
    }
  }

  /** What counts of the setup that #search found. */
  #charge(op: number, device: number): number {
    return this.#foundSetup === 0 ? 0 : this.#foundSetup * this.#share(device, this.#view.configuration(op, device));
  }

  #tail(device: number, slot: number): number {
    return this.#reloading?.has(device) === true ? this.#reloading.tail(slot) : this.#gaps.tail(slot);
  }

  #commit(op: number, device: number, slot: number, start: number, setup: number): void {
    const duration = setup + this.#view.estimateTicks(op, device);
    const end = start + duration;
    if (this.#reloading?.has(device) === true) this.#reloading.occupy(slot, start, duration, this.#view.configuration(op, device));
    else this.#gaps.occupy(slot, start, duration);
    this.#device[op] = device;
    this.#slot[op] = slot - this.#firstSlot[device]!;
    this.#start[op] = start;
    this.#end[op] = end;
    this.#planned[this.#count++] = op;
    this.#jobs.ended(op, end);
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

/** The plan that `insertAll` makes; where devices load configurations, the best of those of {@link bestOverSetups}. */
export function planByFinish(view: PolicyView, routes: RouteKinds, insertAll: (eft: EarliestFinish) => void, insertion = true): Plan {
  return bestOverSetups(view, (share) => {
    const eft = new EarliestFinish(view, routes, share, insertion);
    insertAll(eft);
    return asCarriedOut(view, eft.plan());
  });
}

function unreachable(view: PolicyView, op: number): SimulationError {
  return new SimulationError({
    code: "unreachable-op",
    message: `no device can run "${view.opName(op)}" and be reached by all of its inputs, as planned so far`,
    hint: "give a device a cost for it, or connect the memories of the devices by links",
  });
}
