import { z } from "zod";
import { defineLoopPolicy } from "../plugin.ts";
import { SharedCounter } from "./parts/shared-counter.ts";

const options = z.strictObject({
  first: z.int().min(0).default(0).describe("Iterations of the first chunk; 0 = iterations / (2 × workers), rounded down"),
  last: z.int().min(1).default(1).describe("Iterations of the last chunk"),
});

/**
 * Trapezoid self-scheduling: chunks shrink by the same number of iterations each time, from the first size to the last.
 * As even as `guided`, with a decrement in place of a division. With first size f, last size l: ⌈2·iterations / (f + l)⌉
 * chunks are planned, each ⌊(f − l) / (chunks − 1)⌋ smaller than the one before.
 * @source T. H. Tzen, L. M. Ni, "Trapezoid self-scheduling: a practical scheduling scheme for parallel compilers", IEEE TPDS 4(1), 1993, doi:10.1109/71.205655
 */
export const trapezoid = defineLoopPolicy<z.infer<typeof options>>({
  name: "trapezoid",
  summary: "chunks from a shared counter, each smaller than the one before by the same number",
  source: 'T. H. Tzen, L. M. Ni, "Trapezoid self-scheduling: a practical scheduling scheme for parallel compilers", IEEE TPDS 4(1), 1993, doi:10.1109/71.205655',
  options,
  create: ({ first, last }) => new Trapezoid(first, last),
});

class Trapezoid extends SharedCounter {
  readonly #first: number;
  readonly #last: number;
  #size = 0;
  #step = 0;

  constructor(first: number, last: number) {
    super();
    this.#first = first;
    this.#last = last;
  }

  protected override begin(iterations: number, workers: number): void {
    const first = Math.max(this.#last, this.#first > 0 ? this.#first : Math.floor(iterations / (2 * workers)));
    const chunks = Math.ceil((2 * iterations) / (first + this.#last));
    this.#step = chunks > 1 ? Math.floor((first - this.#last) / (chunks - 1)) : 0;
    this.#size = first + this.#step;
  }

  protected override size(): number {
    this.#size = Math.max(this.#last, this.#size - this.#step);
    return this.#size;
  }
}
