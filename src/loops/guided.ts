import { z } from "zod";
import { defineLoopPolicy } from "../plugin.ts";
import { SharedCounter } from "./parts/shared-counter.ts";

const options = z.strictObject({
  chunk: z.int().min(1).default(1).describe("Least iterations of a chunk, but for the last one"),
  divisor: z.number().min(1).default(1).describe("A chunk is what is left, divided by workers and by this: 1 = as published and in GCC's libgomp, 2 = as in LLVM's libomp"),
});

/**
 * Guided self-scheduling: each chunk is what is left divided by the number of workers, rounded up, and never less than the
 * least chunk. Large chunks at first, so few visits to the counter; small ones at the end, so that workers end together
 * even if they did not begin together.
 * @source C. D. Polychronopoulos, D. J. Kuck, "Guided self-scheduling: a practical scheduling scheme for parallel supercomputers", IEEE Transactions on Computers C-36(12), 1987, doi:10.1109/TC.1987.5009495; OpenMP 5.2, 11.5.3, guided
 */
export const guided = defineLoopPolicy<z.infer<typeof options>>({
  name: "guided",
  summary: "chunks from a shared counter, each what is left divided by the workers",
  source: 'C. D. Polychronopoulos, D. J. Kuck, "Guided self-scheduling: a practical scheduling scheme for parallel supercomputers", IEEE Transactions on Computers C-36(12), 1987, doi:10.1109/TC.1987.5009495',
  options,
  create: ({ chunk, divisor }) => new Guided(chunk, divisor),
});

class Guided extends SharedCounter {
  readonly #least: number;
  readonly #divisor: number;
  #parts = 1;

  constructor(least: number, divisor: number) {
    super();
    this.#least = least;
    this.#divisor = divisor;
  }

  protected override begin(_iterations: number, workers: number): void {
    this.#parts = workers * this.#divisor;
  }

  protected override size(left: number): number {
    return Math.max(this.#least, Math.ceil(left / this.#parts));
  }
}
