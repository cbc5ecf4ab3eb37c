import type { Dispatch, PolicyView, Scheduler, SchedulerView } from "../../plugin.ts";
import { SetupCredit } from "./setup-credit.ts";

/** Where the mapping heuristics min-min, max-min, sufferage, MET and MCT come from. */
export const mappingPaper = "M. Maheswaran et al., \"Dynamic mapping of a class of independent tasks onto heterogeneous computing systems\", JPDC 59(2), 1999, doi:10.1006/jpdc.1999.1581";

/**
 * The ready ops of one dispatch, which a batch heuristic maps to the queues of the devices. All of them are mapped at
 * once and for good, since a placement starts moving the inputs: an op that becomes ready later is mapped later.
 *
 * As in the literature, the expected completion time of an op on a device is the time until the device is available
 * plus the time the op takes there, and this includes bringing its inputs: `wait + (dataTicks + estimateTicks)`.
 * On devices that load configurations the setup charged at that time is added; it changes as ops are mapped. Credits
 * (see {@link SetupCredit}) change between batches, not within one.
 * Ops are numbered 0 .. length - 1 by id.
 */
export class MetaTask {
  length = 0;
  readonly deviceCount: number;
  /** Expected time until each device can begin another op; rises as ops are mapped to it. */
  readonly wait: Float64Array;
  /** `costs[i * deviceCount + device]`, without setups; Infinity = cannot run there. */
  costs = new Float64Array(0);
  /** By device: ticks to load a configuration; 0 = it loads none. */
  readonly #reloadTicks: Float64Array;
  /** Whether any device loads configurations. */
  readonly hasReloads: boolean;
  readonly #view: PolicyView;
  readonly #setups: SetupCredit;
  readonly #unsettled: (() => void)[] = [];
  #ops = new Uint32Array(16);
  /** The memory of `costs`. */
  #costs = new Float64Array(0);

  constructor(view: PolicyView) {
    const { deviceCount } = view;
    this.#view = view;
    this.deviceCount = deviceCount;
    this.wait = new Float64Array(deviceCount);
    this.#reloadTicks = Float64Array.from({ length: deviceCount }, (_, d) => view.reloadTicks(d));
    this.#setups = new SetupCredit(view);
    this.hasReloads = this.#setups.hasReloads;
  }

  /** Takes in every ready op. */
  collect(view: SchedulerView): void {
    const { ready } = view;
    const { deviceCount } = this;
    if (ready.length > this.#ops.length) this.#ops = new Uint32Array(2 * ready.length);
    this.length = 0;
    for (let op = ready.first(); op >= 0; op = ready.next(op)) this.#ops[this.length++] = op;
    this.#ops.subarray(0, this.length).sort();
    if (this.#costs.length < this.length * deviceCount) this.#costs = new Float64Array(this.#ops.length * deviceCount);
    this.costs = this.#costs.subarray(0, this.length * deviceCount);
    for (let i = 0; i < this.length; i++) {
      const op = this.#ops[i]!;
      for (let d = 0; d < deviceCount; d++) {
        const cost = view.estimateTicks(op, d);
        this.costs[i * deviceCount + d] = cost === Infinity ? Infinity : cost + view.dataTicks(op, d);
      }
    }
    view.waitsInto(this.wait);
  }

  /** Expected completion of op `i` on `device`, in ticks from now. */
  completion(i: number, device: number): number {
    const completion = this.wait[device]! + this.costs[i * this.deviceCount + device]!;
    return this.#reloadTicks[device] === 0 ? completion : completion + this.#setups.charged(this.#ops[i]!, device);
  }

  /** The wait for `device` with what a setup may add: with an op's cost, at least its completion. One tick is for roundings. */
  longestWait(device: number): number {
    return this.#reloadTicks[device] === 0 ? this.wait[device]! : this.wait[device]! + this.#reloadTicks[device]! + 1;
  }

  /** Configuration that op `i` needs on `device`; -1 = any. */
  configuration(i: number, device: number): number {
    return this.#reloadTicks[device] === 0 ? -1 : this.#view.configuration(this.#ops[i]!, device);
  }

  /** The device where op `i` is expected to complete first, ties by id; -1 = nowhere. */
  best(i: number): number {
    let best = -1;
    let soonest = Infinity;
    for (let d = 0; d < this.deviceCount; d++) {
      const completion = this.completion(i, d);
      if (completion >= soonest) continue;
      best = d;
      soonest = completion;
    }
    return best;
  }

  /** The op that is numbered `i`. */
  op(i: number): number {
    return this.#ops[i]!;
  }

  /** Places op `i` on `device`. */
  map(i: number, device: number, view: PolicyView, out: Dispatch): void {
    if (this.hasReloads) this.#unsettled.push(this.#setups.settle(this.#ops[i]!, device, this.wait));
    out.place(this.#ops[i]!, device);
    this.wait[device] = view.waitTicks(device);
  }

  /** Ends the batch. */
  settle(): void {
    for (const settle of this.#unsettled) settle();
    this.#unsettled.length = 0;
  }
}

/** A scheduler that maps all ready ops at each dispatch with `heuristic`. One ready op alone goes where it completes first. */
export function batchScheduler(heuristic: (tasks: MetaTask, map: (i: number, device: number) => void, view: PolicyView) => void): Scheduler {
  let tasks: MetaTask;
  return {
    prepare(view: PolicyView): void {
      tasks = new MetaTask(view);
    },
    dispatch(view: SchedulerView, out: Dispatch): void {
      if (view.ready.length === 0) return;
      tasks.collect(view);
      if (tasks.length > 1) heuristic(tasks, (i, device) => tasks.map(i, device, view, out), view);
      else if (tasks.best(0) >= 0) tasks.map(0, tasks.best(0), view, out);
      tasks.settle();
    },
  };
}
