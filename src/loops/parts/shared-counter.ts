import type { ChunkOrigin, LoopPolicy } from "../../plugin.ts";

/**
 * Chunks from a counter that all workers share: whoever comes next takes the iterations from there on, as many as the
 * rule says, but at least one and no more than are left.
 */
export abstract class SharedCounter implements LoopPolicy {
  #next = 0;
  #left = 0;

  start(iterations: number, workers: number): void {
    this.#next = 0;
    this.#left = iterations;
    this.begin(iterations, workers);
  }

  next(_worker: number, chunk: Float64Array): ChunkOrigin {
    if (this.#left <= 0) return "none";
    const count = Math.min(this.#left, Math.max(1, this.size(this.#left)));
    chunk[0] = this.#next;
    chunk[1] = count;
    this.#next += count;
    this.#left -= count;
    return "shared";
  }

  /** The loop begins. */
  protected abstract begin(iterations: number, workers: number): void;
  /** How many iterations the next chunk has, of those that are left. */
  protected abstract size(left: number): number;
}
