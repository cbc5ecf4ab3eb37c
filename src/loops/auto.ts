import { defineLoopPolicy, type ChunkOrigin, type LoopPolicy } from "../plugin.ts";
import { guided } from "./guided.ts";
import { openmp } from "./parts/sources.ts";
import { staticLoop } from "./static.ts";

/** Chunks of `guided` get no smaller than this fraction of a worker's even part. */
const leastPart = 1 / 32;

/**
 * The choice is the runtime's, says OpenMP. Here: `static` while each worker has at most 4 iterations, since chunks could
 * then hardly even anything out; else `guided` with chunks of at least 1/32 of a worker's even part, so that it evens out what
 * iterations and workers differ by, at few visits to the counter.
 * @source OpenMP 5.2, 11.5.3 "schedule Clause", auto
 */
export const auto = defineLoopPolicy({
  name: "auto",
  summary: "static for short loops, guided with a fair least chunk for long ones",
  source: `${openmp}, auto`,
  create: () => new Auto(),
});

class Auto implements LoopPolicy {
  readonly #blocks = staticLoop.create({ chunk: 0 });
  #chosen: LoopPolicy = this.#blocks;

  start(iterations: number, workers: number): void {
    const part = iterations / workers;
    this.#chosen = part <= 4 ? this.#blocks : guided.create({ chunk: Math.max(1, Math.floor(part * leastPart)), divisor: 1 });
    this.#chosen.start(iterations, workers);
  }

  next(worker: number, chunk: Float64Array): ChunkOrigin {
    return this.#chosen.next(worker, chunk);
  }
}
