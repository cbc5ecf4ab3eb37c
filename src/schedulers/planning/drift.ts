import { LearnedTimes } from "../dispatching/learned-times.ts";

/** When a plan is to be made anew, as fractions; see the options of `hybrid`. */
export interface DriftRules {
  readonly threshold: number;
  readonly speed: number;
  readonly smoothing: number;
  readonly patience: number;
}

/** How far reality is from a plan: ends that are off, and devices that are slower or faster than expected. */
export class Drift {
  readonly #rules: DriftRules;
  readonly #learned: LearnedTimes;
  /** By device: the factor that the plan counts on. */
  readonly #planned: Float64Array;
  /** How far from its planned end an op may end, in ticks. */
  #tolerance = Infinity;
  #hasDrifted = false;
  #endedSince = 0;

  constructor(rules: DriftRules, deviceCount: number) {
    this.#rules = rules;
    this.#learned = new LearnedTimes(deviceCount, rules.smoothing, 1);
    this.#planned = new Float64Array(deviceCount).fill(1);
  }

  /** Actual over expected times on the device, as learned. */
  factor(device: number): number {
    return this.#learned.get(device);
  }

  /** A plan was made that takes `ticks` from now on, and counts on the factors as they are. */
  planMade(ticks: number): void {
    for (let d = 0; d < this.#planned.length; d++) this.#planned[d] = this.factor(d);
    this.#tolerance = this.#rules.threshold * ticks;
    this.#hasDrifted = false;
    this.#endedSince = 0;
  }

  /** An op ended, `offTicks` before or after its planned end; it took `ratio` times what was expected (NaN = nothing was). */
  ended(device: number, ratio: number, offTicks: number): void {
    this.#endedSince++;
    if (Math.abs(offTicks) > this.#tolerance) this.#hasDrifted = true;
    if (Number.isNaN(ratio)) return;
    this.#learned.learn(device, ratio);
    const change = this.factor(device) / this.#planned[device]!;
    if (Math.max(change, 1 / change) > 1 + this.#rules.speed) this.#hasDrifted = true;
  }

  /** Whether `left` ops should be planned anew: there is drift, and enough of them have ended since the last plan. */
  callsForPlan(left: number): boolean {
    return this.#hasDrifted && left > 0 && this.#endedSince >= this.#rules.patience * left;
  }
}
