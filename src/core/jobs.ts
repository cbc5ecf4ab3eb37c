import { EventKind, eventKey } from "./event-key.ts";
import type { SimulationState } from "./state.ts";

/** Repeated instances of the workload: when each arrives, and when its last operator ends. */
export class Jobs {
  private readonly state: SimulationState;
  /** Ops without in-edges, by job: they wait for its arrival. */
  private readonly sourceStart: Uint32Array;
  private readonly sources: Uint32Array;
  private readonly opsLeft: Uint32Array;
  #nextBackToBack = 0;
  #endedCount = 0;
  allEnded: boolean;
  /** Ticks; NaN = not yet. */
  readonly arrivalTicks: Float64Array;
  readonly endTicks: Float64Array;

  constructor(state: SimulationState) {
    const { pred, jobOf, jobCount, opCount, jobArrivalTicks } = state.instance;
    this.state = state;
    this.arrivalTicks = new Float64Array(jobCount).fill(NaN);
    this.endTicks = new Float64Array(jobCount).fill(NaN);
    this.allEnded = jobCount === 0;
    this.opsLeft = new Uint32Array(jobCount);
    this.sourceStart = new Uint32Array(jobCount + 1);
    for (let op = 0; op < opCount; op++) {
      this.opsLeft[jobOf[op]!]!++;
      if (pred.start[op] === pred.start[op + 1]) this.sourceStart[jobOf[op]! + 1]!++;
    }
    for (let job = 0; job < jobCount; job++) this.sourceStart[job + 1]! += this.sourceStart[job]!;
    const fill = this.sourceStart.slice(0, jobCount);
    this.sources = new Uint32Array(this.sourceStart[jobCount]!);
    for (let op = 0; op < opCount; op++) if (pred.start[op] === pred.start[op + 1]) this.sources[fill[jobOf[op]!]!++] = op;
    for (let job = 0; job < jobCount; job++) {
      if (jobArrivalTicks[job]! < Infinity) state.queue.push(jobArrivalTicks[job]!, eventKey(EventKind.jobArrival, job), 0);
    }
  }

  arrive(job: number): void {
    this.arrivalTicks[job] = this.state.now;
    for (let i = this.sourceStart[job]!; i < this.sourceStart[job + 1]!; i++) this.state.satisfy(this.sources[i]!);
    if (this.opsLeft[job] === 0) this.#end(job);
  }

  opEnded(op: number): void {
    const job = this.opsLeft.length === 1 ? 0 : this.state.instance.jobOf[op]!;
    if (--this.opsLeft[job]! === 0) this.#end(job);
  }

  /** The first job that waits for another to end arrives now. */
  #end(job: number): void {
    this.endTicks[job] = this.state.now;
    this.allEnded = ++this.#endedCount === this.endTicks.length;
    const { jobArrivalTicks, jobCount } = this.state.instance;
    while (this.#nextBackToBack < jobCount && jobArrivalTicks[this.#nextBackToBack]! < Infinity) this.#nextBackToBack++;
    if (this.#nextBackToBack < jobCount) this.state.queue.push(this.state.now, eventKey(EventKind.jobArrival, this.#nextBackToBack++), 0);
  }
}
