import { z } from "zod";
import { defineLoopPolicy } from "../plugin.ts";
import { SharedCounter } from "./parts/shared-counter.ts";

const options = z.strictObject({
  factor: z.number().gt(1).default(2).describe("Each round hands out 1 / factor of what is left"),
  chunk: z.int().min(1).default(1).describe("Least iterations of a chunk, but for the last one"),
});

/**
 * Factoring: iterations are handed out in rounds of one chunk for each worker, all of one size: what is left at the
 * beginning of the round, divided by factor and workers, rounded up. Smaller first chunks than `guided`, so one that takes very long does less harm.
 * @source S. F. Hummel, E. Schonberg, L. E. Flynn, "Factoring: a method for scheduling parallel loops", CACM 35(8), 1992, doi:10.1145/135226.135232
 */
export const factoring = defineLoopPolicy<z.infer<typeof options>>({
  name: "factoring",
  summary: "chunks from a shared counter, in rounds of equal ones that hand out half of what is left",
  source: 'S. F. Hummel, E. Schonberg, L. E. Flynn, "Factoring: a method for scheduling parallel loops", CACM 35(8), 1992, doi:10.1145/135226.135232',
  options,
  create: ({ factor, chunk }) => new Factoring(factor, chunk),
});

class Factoring extends SharedCounter {
  readonly #factor: number;
  readonly #least: number;
  #workers = 1;
  #leftInRound = 0;
  #size = 0;

  constructor(factor: number, least: number) {
    super();
    this.#factor = factor;
    this.#least = least;
  }

  protected override begin(_iterations: number, workers: number): void {
    this.#workers = workers;
    this.#leftInRound = 0;
  }

  protected override size(left: number): number {
    if (this.#leftInRound === 0) {
      this.#leftInRound = this.#workers;
      this.#size = Math.max(this.#least, Math.ceil(left / (this.#factor * this.#workers)));
    }
    this.#leftInRound--;
    return this.#size;
  }
}
