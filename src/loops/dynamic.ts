import { z } from "zod";
import { defineLoopPolicy } from "../plugin.ts";
import { SharedCounter } from "./parts/shared-counter.ts";
import { openmp } from "./parts/sources.ts";

const options = z.strictObject({
  chunk: z.int().min(1).default(1).describe("Iterations of a chunk"),
});

/**
 * Chunks of one size from a counter that all workers share, as they come. Evens out best with a chunk of 1, and then goes
 * to the counter most often.
 * @source OpenMP 5.2, 11.5.3 "schedule Clause", dynamic
 */
export const dynamic = defineLoopPolicy<z.infer<typeof options>>({
  name: "dynamic",
  summary: "chunks of one size from a shared counter, as workers come",
  source: `${openmp}, dynamic`,
  options,
  create: ({ chunk }) => new Dynamic(chunk),
});

class Dynamic extends SharedCounter {
  readonly #chunk: number;

  constructor(chunk: number) {
    super();
    this.#chunk = chunk;
  }

  protected override begin(): void {}

  protected override size(): number {
    return this.#chunk;
  }
}
