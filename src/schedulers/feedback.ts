import { z } from "zod";
import { defineScheduler, type Dispatch, type PolicyView, type Scheduler, type SchedulerView } from "../plugin.ts";
import { kindIds, type KindIds } from "./dispatching/kind-ids.ts";
import { LearnedTimes } from "./dispatching/learned-times.ts";

const options = z.strictObject({
  start: z.enum(["estimates", "nothing"]).default("estimates").describe("What it knows before the first completion. `estimates`: the expected times, each (kind, device) with a factor that is learned. `nothing`: only what can run where; it learns a mean time by (kind, device), and tries each pair once; until the first of a pair has ended, its ops are taken for average ones"),
  smoothing: z.number().gt(0).max(1).default(0.25).describe("Weight of a new sample in the exponential average"),
});
type Options = z.infer<typeof options>;

/**
 * Feedback: each op, as it becomes ready, to the device where it is expected to complete first, with times learned from
 * completions by operator kind and device: an exponential average of the median of the last three, so that one outlier
 * changes nothing. It needs no right profile: a device whose estimates are wrong by a factor is found out after a few
 * ops of a kind. What is queued on a device is counted with the learned times, too. Ties by device id.
 * @source Execution times kept by kind of task and device, as StarPU's history-based models do: Augonnet et al. 2011, doi:10.1002/cpe.1631
 */
export const feedback = defineScheduler<Options>({
  name: "feedback",
  summary: "each ready op to the device where it completes first, by times learned from completions by kind and device",
  source: "C. Augonnet, S. Thibault, R. Namyst, P.-A. Wacrenier, \"StarPU: a unified platform for task scheduling on heterogeneous multicore architectures\", CCPE 23(2), 2011, doi:10.1002/cpe.1631",
  options,
  create: (chosen) => new Feedback(chosen),
});

class Feedback implements Scheduler {
  readonly #options: Options;
  #kinds!: KindIds;
  /** By kind · deviceCount + device: actual over expected time, or actual time in ticks. */
  #learned!: LearnedTimes;
  /** By kind · deviceCount + device: 1 = an op was placed. */
  #tried!: Uint8Array;
  /** Ops that have ended, and the sum of their times. */
  #ended = 0;
  #endedTicks = 0;
  /** By op: what it was expected to take when it was placed, and how much of that was setup. */
  #expected!: Float64Array;
  #setup!: Float64Array;
  /** By device: expected ticks of all ops placed and not ended; actual ticks of those that ended. */
  #pending!: Float64Array;
  #done!: Float64Array;

  constructor(chosen: Options) {
    this.#options = chosen;
  }

  prepare(view: PolicyView): void {
    const { opCount, deviceCount } = view;
    const { start, smoothing } = this.#options;
    this.#kinds = kindIds(view);
    this.#learned = new LearnedTimes(this.#kinds.count * deviceCount, smoothing, start === "estimates" ? 1 : NaN);
    this.#tried = new Uint8Array(this.#kinds.count * deviceCount);
    this.#expected = new Float64Array(opCount);
    this.#setup = new Float64Array(opCount);
    this.#pending = new Float64Array(deviceCount);
    this.#done = new Float64Array(deviceCount);
  }

  completed(view: PolicyView, op: number, actualTicks: number): void {
    const device = view.placement(op);
    this.#pending[device]! -= this.#expected[op]!;
    this.#done[device]! += actualTicks;
    const ran = Math.max(0, actualTicks - this.#setup[op]!);
    const estimate = this.#options.start === "estimates" ? view.estimateTicks(op, device) : 1;
    this.#ended++;
    this.#endedTicks += ran;
    if (estimate > 0) this.#learned.learn(this.#cell(view, op, device), ran / estimate);
  }

  /** Its queue is empty, and what ran there will run elsewhere. */
  lost(view: PolicyView, device: number): void {
    this.#pending[device] = 0;
    this.#done[device] = view.busyTicks(device);
  }

  dispatch(view: SchedulerView, out: Dispatch): void {
    for (let op = view.ready.first(), next; op >= 0; op = next) {
      next = view.ready.next(op);
      let best = -1;
      let soonest = Infinity;
      for (let d = 0; d < view.deviceCount; d++) {
        if (view.estimateTicks(op, d) === Infinity) continue;
        const begin = this.#waitTicks(view, d);
        if (begin >= soonest) continue;
        const end = Math.max(begin, view.dataTicks(op, d)) + view.setupTicks(op, d) + this.#predict(view, op, d);
        if (best < 0 || end < soonest) [best, soonest] = [d, end];
      }
      if (best < 0) continue;
      this.#setup[op] = view.setupTicks(op, best);
      this.#tried[this.#cell(view, op, best)] = 1;
      this.#expected[op] = this.#setup[op]! + this.#predict(view, op, best);
      this.#pending[best]! += this.#expected[op]!;
      out.place(op, best);
    }
  }

  /** 0 for a pair that was not tried, so that it is. */
  #predict(view: PolicyView, op: number, device: number): number {
    const learned = this.#learned.get(this.#cell(view, op, device));
    if (this.#options.start === "estimates") return learned * view.estimateTicks(op, device);
    if (!Number.isNaN(learned)) return learned;
    if (this.#tried[this.#cell(view, op, device)] === 0) return 0;
    return this.#ended > 0 ? this.#endedTicks / this.#ended : 1;
  }

  #cell(view: PolicyView, op: number, device: number): number {
    return this.#kinds.of[op]! * view.deviceCount + device;
  }

  /** As {@link PolicyView.backlogTicks} by slot, by what was learned: ended ops are taken off what the slots have been busy with. */
  #waitTicks(view: PolicyView, device: number): number {
    if (view.freeSlots(device) > view.queued(device)) return 0;
    const underWay = Math.max(0, view.busyTicks(device) - this.#done[device]!);
    return Math.max(0, this.#pending[device]! - underWay) / view.slots[device]!;
  }
}
