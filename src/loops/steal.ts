import { z } from "zod";
import { defineLoopPolicy, type ChunkOrigin, type LoopPolicy } from "../plugin.ts";

const options = z.strictObject({
  chunk: z.int().min(1).default(1).describe("Iterations that a worker takes from its own part at a time"),
  victim: z.enum(["richest", "next"]).default("richest").describe("Whom a worker robs that has nothing left: the one with most left, or the next one after it that has something"),
});
type Options = z.infer<typeof options>;

/**
 * Every worker begins with an even part of its own, as `static` has it, and works on it from the front, chunk by chunk. One
 * with nothing left steals the rear half of another's part, rounded up, and works on that. So workers share nothing until
 * they differ, as Affinity scheduling and OpenMP's nonmonotonic schedules do. Ties by worker number.
 * @source E. P. Markatos, T. J. LeBlanc, "Using processor affinity in loop scheduling on shared-memory multiprocessors", IEEE TPDS 5(4), 1994, doi:10.1109/71.273046; R. D. Blumofe, C. E. Leiserson 1999, doi:10.1145/324133.324234
 */
export const steal = defineLoopPolicy<Options>({
  name: "steal",
  summary: "a part for each worker, in chunks; one with nothing left takes the rear half of another's",
  source: 'E. P. Markatos, T. J. LeBlanc, "Using processor affinity in loop scheduling on shared-memory multiprocessors", IEEE TPDS 5(4), 1994, doi:10.1109/71.273046',
  options,
  create: (chosen) => new Steal(chosen),
});

class Steal implements LoopPolicy {
  readonly #options: Options;
  #workers = 0;
  /** By worker: what is left of its part, [begin, end). */
  #begin = new Float64Array(0);
  #end = new Float64Array(0);

  constructor(chosen: Options) {
    this.#options = chosen;
  }

  start(iterations: number, workers: number): void {
    this.#workers = workers;
    if (this.#begin.length < workers) [this.#begin, this.#end] = [new Float64Array(workers), new Float64Array(workers)];
    const least = Math.floor(iterations / workers);
    const longer = iterations % workers;
    for (let worker = 0; worker < workers; worker++) {
      this.#begin[worker] = worker * least + Math.min(worker, longer);
      this.#end[worker] = this.#begin[worker]! + least + (worker < longer ? 1 : 0);
    }
  }

  next(worker: number, chunk: Float64Array): ChunkOrigin {
    const isOwn = this.#left(worker) > 0;
    if (!isOwn && !this.#rob(worker)) return "none";
    chunk[0] = this.#begin[worker]!;
    chunk[1] = Math.min(this.#options.chunk, this.#left(worker));
    this.#begin[worker]! += chunk[1];
    return isOwn ? "own" : "stolen";
  }

  #left(worker: number): number {
    return this.#end[worker]! - this.#begin[worker]!;
  }

  /** Takes the rear half of another's part. False where nothing is left. */
  #rob(thief: number): boolean {
    let victim = -1;
    for (let k = 1; k < this.#workers; k++) {
      const other = (thief + k) % this.#workers;
      const left = this.#left(other);
      if (left > 0 && (victim < 0 || left > this.#left(victim) || (left === this.#left(victim) && other < victim))) victim = other;
      if (victim >= 0 && this.#options.victim === "next") break;
    }
    if (victim < 0) return false;
    this.#end[thief] = this.#end[victim]!;
    this.#begin[thief] = this.#end[victim]! - Math.ceil(this.#left(victim) / 2);
    this.#end[victim] = this.#begin[thief]!;
    return true;
  }
}
