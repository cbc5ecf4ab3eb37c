import type { Instance } from "../core/instance.ts";

/**
 * A lower bound from dependencies, in ticks: the longest chain of operators when every device has any number of slots
 * and every route any number of transfers at once.
 *
 * For each operator and memory it keeps the earliest possible end on any device of that memory. An input is there at
 * the earlier of two moments: its producer's earliest end in the same memory, and its earliest end anywhere plus the
 * quickest way into this memory (smallest latency plus bytes at the largest bandwidth of any route that ends here). So
 * a transfer costs nothing wherever a common memory could be used, and devices of unequal speed are each taken as they
 * are. Job arrivals are respected; a job that follows back to back starts no earlier than the k-th end before it.
 *
 * Sound for schedules in which an operator ends in the memory it began in. Time and memory O((ops + edges) · memories).
 * Infinity when some operator can run nowhere.
 */
export function criticalPathBound(instance: Instance): number {
  const { opCount, deviceCount: D, memoryCount: M, inputs, tensorBytes, tensorProducer, tensorHome, classOf, costTicks, deviceMemory, jobOf } = instance;
  const { latency, ticksPerByte } = quickestWayInto(instance);
  const endIn = new Float64Array(opCount * M).fill(Infinity);
  const endAnywhere = new Float64Array(opCount);
  const ready = new Float64Array(M);
  const releases = new Releases(instance);
  let longest = 0;

  for (const op of releases.order()) {
    ready.fill(releases.of(jobOf[op]!));
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      const producer = tensorProducer[tensor]!;
      const bytes = tensorBytes[tensor]!;
      if (producer < 0) {
        const home = tensorHome[tensor]!;
        if (home >= 0 && bytes > 0) for (let m = 0; m < M; m++) if (m !== home) ready[m] = Math.max(ready[m]!, wholeTicks(latency[m]! + bytes * ticksPerByte[m]!));
        continue;
      }
      const anywhere = endAnywhere[producer]!;
      for (let m = 0; m < M; m++) {
        const moved = bytes > 0 ? anywhere + wholeTicks(latency[m]! + bytes * ticksPerByte[m]!) : anywhere;
        const here = endIn[producer * M + m]!;
        const there = here < moved ? here : moved;
        if (there > ready[m]!) ready[m] = there;
      }
    }
    let earliest = Infinity;
    const cost = classOf[op]! * D;
    for (let d = 0; d < D; d++) {
      const m = deviceMemory[d]!;
      const end = ready[m]! + costTicks[cost + d]!;
      if (end < endIn[op * M + m]!) endIn[op * M + m] = end;
      if (end < earliest) earliest = end;
    }
    endAnywhere[op] = earliest;
    releases.ended(jobOf[op]!, earliest);
    if (earliest > longest) longest = earliest;
  }
  return longest;
}

/** Transfers end on whole ticks; what is hardly above one may be rounding. */
function wholeTicks(ticks: number): number {
  return Math.max(0, Math.ceil(ticks - 1e-5));
}

/** Whatever way a tensor takes, its last hop enters the memory by one of the routes that end there. */
function quickestWayInto(instance: Instance): { latency: Float64Array; ticksPerByte: Float64Array } {
  const M = instance.memoryCount;
  const latency = new Float64Array(M).fill(Infinity);
  const ticksPerByte = new Float64Array(M).fill(Infinity);
  for (let from = 0; from < M; from++) {
    for (let to = 0; to < M; to++) {
      if (from === to || instance.routeLatencyTicks[from * M + to] === Infinity) continue;
      latency[to] = Math.min(latency[to]!, instance.routeLatencyTicks[from * M + to]!);
      ticksPerByte[to] = Math.min(ticksPerByte[to]!, instance.routeTicksPerByte[from * M + to]!);
    }
  }
  return { latency, ticksPerByte };
}

/** Earliest start of each job; those of back-to-back jobs become known as the jobs before them are done. */
class Releases {
  readonly #instance: Instance;
  readonly #release: Float64Array;
  readonly #end: Float64Array;
  readonly #backToBack: boolean;

  constructor(instance: Instance) {
    this.#instance = instance;
    this.#release = instance.jobArrivalTicks.slice();
    this.#end = instance.jobArrivalTicks.map((ticks) => (ticks === Infinity ? 0 : ticks));
    this.#backToBack = instance.jobArrivalTicks.includes(Infinity);
  }

  of(job: number): number {
    return this.#release[job]!;
  }

  ended(job: number, ticks: number): void {
    if (ticks > this.#end[job]!) this.#end[job] = ticks;
  }

  /** Ops in a topological order; job by job where a job's release depends on the ends of those before it. */
  *order(): Iterable<number> {
    const { topo, jobOf, jobCount, opCount } = this.#instance;
    if (!this.#backToBack) return yield* topo;
    const start = new Uint32Array(jobCount + 1);
    for (let op = 0; op < opCount; op++) start[jobOf[op]! + 1]!++;
    for (let job = 0; job < jobCount; job++) start[job + 1]! += start[job]!;
    const fill = start.slice(0, jobCount);
    const byJob = new Uint32Array(opCount);
    for (const op of topo) byJob[fill[jobOf[op]!]!++] = op;
    const ends: number[] = [];
    for (let job = 0; job < jobCount; job++) {
      if (this.#release[job] === Infinity) this.#release[job] = ends.shift() ?? 0;
      yield* byJob.subarray(start[job]!, start[job + 1]!);
      insertSorted(ends, this.#end[job]!);
    }
  }
}

/** New ends are nearly always the largest, so walking from the back is short. */
function insertSorted(sorted: number[], value: number): void {
  let i = sorted.push(value) - 1;
  for (; i > 0 && sorted[i - 1]! > value; i--) sorted[i] = sorted[i - 1]!;
  sorted[i] = value;
}
