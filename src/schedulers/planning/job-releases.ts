import type { PolicyView } from "../../plugin.ts";

/**
 * When jobs start, while a schedule is made op by op. One that runs back to back starts as an earlier one ends: the
 * first of them with the first end, the second with the second. Ends are those of jobs whose ops are all scheduled.
 */
export class JobReleases {
  /** There is one job, and it starts at 0: nothing needs to be asked or told. */
  readonly simple: boolean;
  readonly #jobOf: Uint32Array;
  readonly #opsOf: Uint32Array;
  readonly #arrival: Float64Array;
  /** By job: how many of the jobs that run back to back come before it; -1 = it has an arrival of its own. */
  readonly #turn: Int32Array;
  // As scheduled so far, by job: ops that are left, the latest end, the start (NaN = not known).
  readonly #left: Uint32Array;
  readonly #end: Float64Array;
  readonly #start: Float64Array;
  /** Ends of whole jobs, ascending. */
  readonly #ends: Float64Array;
  #endCount = 0;

  constructor(view: PolicyView) {
    const { opCount, jobCount } = view;
    this.#arrival = Float64Array.from({ length: jobCount }, (_, job) => view.arrivalTicks(job));
    this.simple = jobCount === 1 && this.#arrival[0] === 0;
    this.#jobOf = Uint32Array.from({ length: opCount }, (_, op) => view.jobOf(op));
    this.#opsOf = new Uint32Array(jobCount);
    for (const job of this.#jobOf) this.#opsOf[job]!++;
    let turns = 0;
    this.#turn = Int32Array.from(this.#arrival, (ticks) => (ticks === Infinity ? turns++ : -1));
    this.#left = new Uint32Array(jobCount);
    this.#end = new Float64Array(jobCount);
    this.#start = new Float64Array(jobCount);
    this.#ends = new Float64Array(jobCount);
  }

  /** Begins anew. */
  reset(): void {
    if (this.simple) return;
    this.#left.set(this.#opsOf);
    this.#end.fill(0);
    this.#start.fill(NaN);
    this.#endCount = 0;
  }

  /** When the job of `op` starts; Infinity where it runs back to back, and too few others are scheduled to their ends. */
  startOf(op: number): number {
    const job = this.#jobOf[op]!;
    const turn = this.#turn[job]!;
    if (turn < 0) return this.#arrival[job]!;
    if (Number.isNaN(this.#start[job]!)) this.#start[job] = turn < this.#endCount ? this.#ends[turn]! : Infinity;
    return this.#start[job]!;
  }

  /** `op` is scheduled, to end at `ticks`. */
  ended(op: number, ticks: number): void {
    const job = this.#jobOf[op]!;
    if (ticks > this.#end[job]!) this.#end[job] = ticks;
    if (--this.#left[job]! === 0) this.#release(job);
  }

  /** `op` had ended before the schedule begins. A job of such ops alone releases no other: what it released has started. */
  gone(op: number): void {
    const job = this.#jobOf[op]!;
    if (--this.#left[job]! === 0 && this.#end[job]! > 0) this.#release(job);
  }

  #release(job: number): void {
    let at = this.#endCount++;
    for (; at > 0 && this.#ends[at - 1]! > this.#end[job]!; at--) this.#ends[at] = this.#ends[at - 1]!;
    this.#ends[at] = this.#end[job]!;
  }
}
