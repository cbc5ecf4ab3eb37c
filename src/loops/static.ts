import { z } from "zod";
import { defineLoopPolicy, type ChunkOrigin, type LoopPolicy } from "../plugin.ts";
import { openmp } from "./parts/sources.ts";

const options = z.strictObject({
  chunk: z.int().min(0).default(0).describe("Iterations that each worker gets in turn; 0 = one block for each, as equal as possible"),
});

/**
 * Iterations cut beforehand. Without `chunk`: one block for each worker, those of the first (iterations mod workers) one
 * longer. With it: chunks of this size dealt out in turn (cyclic), the last one what is left. Nothing is shared while it
 * runs, and nothing evens out iterations that take differently long.
 * @source OpenMP 5.2, 11.5.3 "schedule Clause", static
 */
export const staticLoop = defineLoopPolicy<z.infer<typeof options>>({
  name: "static",
  summary: "cut beforehand: one block for each worker, or chunks of one size in turn",
  source: `${openmp}, static`,
  options,
  create: ({ chunk }) => (chunk === 0 ? new Blocks() : new Cyclic(chunk)),
});

class Blocks implements LoopPolicy {
  #iterations = 0;
  #workers = 1;
  #isTaken = new Uint8Array(0);

  start(iterations: number, workers: number): void {
    this.#iterations = iterations;
    this.#workers = workers;
    if (this.#isTaken.length < workers) this.#isTaken = new Uint8Array(workers);
    else this.#isTaken.fill(0);
  }

  next(worker: number, chunk: Float64Array): ChunkOrigin {
    const least = Math.floor(this.#iterations / this.#workers);
    const longer = this.#iterations % this.#workers;
    const count = least + (worker < longer ? 1 : 0);
    if (this.#isTaken[worker] === 1 || count === 0) return "none";
    this.#isTaken[worker] = 1;
    chunk[0] = worker * least + Math.min(worker, longer);
    chunk[1] = count;
    return "own";
  }
}

class Cyclic implements LoopPolicy {
  readonly #chunk: number;
  #iterations = 0;
  #workers = 1;
  /** By worker: chunks it has had. */
  #had = new Float64Array(0);

  constructor(chunk: number) {
    this.#chunk = chunk;
  }

  start(iterations: number, workers: number): void {
    this.#iterations = iterations;
    this.#workers = workers;
    if (this.#had.length < workers) this.#had = new Float64Array(workers);
    else this.#had.fill(0);
  }

  next(worker: number, chunk: Float64Array): ChunkOrigin {
    const first = (this.#had[worker]! * this.#workers + worker) * this.#chunk;
    if (first >= this.#iterations) return "none";
    this.#had[worker]!++;
    chunk[0] = first;
    chunk[1] = Math.min(this.#chunk, this.#iterations - first);
    return "own";
  }
}
