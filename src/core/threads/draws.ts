import { exactExp, exactLog, normalQuantile } from "../../base/math.ts";
import { drawUniform } from "../../base/random.ts";
import { textHash } from "../../base/hash.ts";
import type { NamedDistribution, ThreadSpec } from "./thread-spec.ts";

/**
 * Random numbers for programs: each a pure function of (seed, source, thread, how many this thread drew of it before), so
 * that a change of policy or of another program does not change anybody's luck.
 */
export class Draws {
  readonly #seed: number;
  readonly #distributions: readonly NamedDistribution[];
  /** Of each source's name. */
  readonly #source: readonly number[];
  /** How many each thread drew, by (thread, distribution). */
  #drawn = new Uint32Array(256);

  constructor(seed: number, { distributions }: ThreadSpec) {
    this.#seed = seed;
    this.#distributions = distributions;
    this.#source = distributions.map(({ source }) => textHash(source));
  }

  draw(thread: number, distribution: number): number {
    const which = this.#distributions[distribution]!;
    if (which.kind === "constant") return which.value;
    const at = thread * this.#distributions.length + distribution;
    if (at >= this.#drawn.length) {
      const grown = new Uint32Array(Math.max(at + 1, this.#drawn.length * 2));
      grown.set(this.#drawn);
      this.#drawn = grown;
    }
    return this.#valueOf(which, this.#source[distribution]!, thread, this.#drawn[at]!++);
  }

  #valueOf(which: NamedDistribution, source: number, thread: number, count: number): number {
    const uniform = drawUniform(this.#seed, source, thread, count);
    switch (which.kind) {
      case "constant":
        return which.value;
      case "uniform":
        return which.low + (which.high - which.low) * uniform;
      case "exponential":
        return -which.mean * exactLog(uniform);
      case "lognormal": {
        const variance = exactLog(1 + which.spread * which.spread);
        return which.mean * exactExp(Math.sqrt(variance) * normalQuantile(uniform) - variance / 2);
      }
      case "normal":
        return Math.max(0, which.mean + which.deviation * normalQuantile(uniform));
      case "erlang": {
        let product = uniform;
        for (let i = 1; i < which.shape; i++) product *= drawUniform(this.#seed, source + i, thread, count);
        return (-which.mean / which.shape) * exactLog(product);
      }
      case "choice": {
        let left = uniform;
        for (let i = 0; i + 1 < which.values.length; i++) {
          left -= which.chances[i]!;
          if (left < 0) return which.values[i]!;
        }
        return which.values[which.values.length - 1]!;
      }
    }
  }
}
