import { groupBy } from "../base/csr.ts";
import type { Instance } from "../core/instance.ts";
import { firstArrivals } from "./first-arrivals.ts";
import { WaysInto } from "./ways-into.ts";

/**
 * A lower bound from dependencies, in ticks: the longest chain of operators when every device has any number of slots
 * and every route any number of transfers at once.
 *
 * For each operator and memory it keeps the earliest possible end on any device of that memory. An input is there at
 * the earlier of two moments: its producer's earliest end in the same memory, and its earliest end anywhere plus the
 * quickest way into this memory (smallest latency plus bytes at the largest bandwidth of any route that ends here). So
 * a transfer costs nothing wherever a common memory could be used, and devices of unequal speed are each taken as they
 * are. Job arrivals are respected; the k-th of the jobs that follow back to back starts no earlier than the k-th end of any job.
 *
 * Sound for schedules in which an operator ends in the memory it began in. Time and memory O((ops + edges) · memories).
 * Infinity when some operator can run nowhere.
 * @param heads filled with the earliest start of each op; for one that can run nowhere, Infinity
 */
export function criticalPathBound(instance: Instance, heads?: Float64Array): number {
  const { opCount, deviceCount: D, memoryCount: M, inputs, tensorBytes, tensorProducer, tensorHome, classOf, costTicks, deviceMemory, jobOf } = instance;
  const ways = new WaysInto(instance);
  const { wayOf } = ways;
  const oneWay = ways.count === 1;
  const endIn = new Float64Array(opCount * M).fill(Infinity);
  const endAnywhere = new Float64Array(opCount);
  const ready = new Float64Array(M);
  const releases = new Releases(instance);
  const exists = firstArrivals(instance);
  let longest = 0;

  for (const op of releases.order()) {
    // Wherever an input is used, it is not there before its producer ended somewhere.
    let floor = releases.of(jobOf[op]!);
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const producer = tensorProducer[inputs.item[i]!]!;
      if (producer >= 0 && endAnywhere[producer]! > floor) floor = endAnywhere[producer]!;
    }
    ready.fill(floor);
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      const producer = tensorProducer[tensor]!;
      const home = tensorHome[tensor]!;
      if (producer < 0 && home < 0) continue;
      // Of jobs that follow back to back the first is met first.
      if (producer < 0 && exists[tensor] === Infinity) exists[tensor] = releases.of(jobOf[op]!);
      const arrival = ways.arrivals(producer < 0 ? exists[tensor]! : endAnywhere[producer]!, tensorBytes[tensor]!);
      if (producer < 0) {
        for (let m = 0; m < M; m++) if (m !== home && arrival[wayOf[m]!]! > ready[m]!) ready[m] = arrival[wayOf[m]!]!;
        continue;
      }
      const soonest = arrival[0]!;
      if (oneWay && soonest <= floor) continue;
      for (let m = 0, at = producer * M; m < M; m++, at++) {
        // No branches here: which is less, and whether it is more than before, is as good as random.
        const there = Math.min(endIn[at]!, oneWay ? soonest : arrival[wayOf[m]!]!);
        ready[m] = Math.max(ready[m]!, there);
      }
    }
    let earliest = Infinity;
    let head = Infinity;
    const cost = classOf[op]! * D;
    for (let d = 0; d < D; d++) {
      const m = deviceMemory[d]!;
      const end = ready[m]! + costTicks[cost + d]!;
      if (end < endIn[op * M + m]!) endIn[op * M + m] = end;
      if (end < earliest) earliest = end;
      if (ready[m]! < head && costTicks[cost + d]! < Infinity) head = ready[m]!;
    }
    endAnywhere[op] = earliest;
    if (heads !== undefined) heads[op] = head;
    releases.ended(jobOf[op]!, earliest);
    if (earliest > longest) longest = earliest;
  }
  return longest;
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

  /** Ops in a topological order; where jobs follow back to back, those that arrive by themselves first, then the others one by one. */
  *order(): Iterable<number> {
    const { topo, jobOf, jobCount } = this.#instance;
    if (!this.#backToBack) return yield* topo;
    const { start, item } = groupBy(jobCount, topo.map((op) => jobOf[op]!));
    const byJob = item.map((position) => topo[position]!);
    const follows = (job: number): boolean => this.#instance.jobArrivalTicks[job] === Infinity;
    for (let job = 0; job < jobCount; job++) if (!follows(job)) yield* byJob.subarray(start[job]!, start[job + 1]!);
    const ends = [...this.#end].filter((_, job) => !follows(job)).sort((a, b) => a - b);
    let used = 0;
    for (let job = 0; job < jobCount; job++) {
      if (!follows(job)) continue;
      this.#release[job] = ends[used++] ?? 0;
      yield* byJob.subarray(start[job]!, start[job + 1]!);
      insertSorted(ends, Math.max(this.#release[job]!, this.#end[job]!));
    }
  }
}

/** New ends are nearly always the largest, so walking from the back is short. */
function insertSorted(sorted: number[], value: number): void {
  let i = sorted.push(value) - 1;
  for (; i > 0 && sorted[i - 1]! > value; i--) sorted[i] = sorted[i - 1]!;
  sorted[i] = value;
}
