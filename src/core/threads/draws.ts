import { exactExp, exactLog, normalQuantile } from "../../base/math.ts";
import { drawUniform, streamUniform, threadStream } from "../../base/random.ts";
import { textHash } from "../../base/hash.ts";
import { resized } from "../../base/columns.ts";
import type { NamedDistribution, ThreadSpec } from "./thread-spec.ts";

/**
 * Random numbers for programs: each a pure function of (seed, source, thread, how many this thread drew of it before), so
 * that a change of policy or of another program does not change anybody's luck.
 */
export class Draws {
  private readonly seed: number;
  private readonly distributions: readonly NamedDistribution[];
  /** Of each source's name. */
  private readonly source: readonly number[];
  /** How many each thread drew, by (thread, distribution), and its stream. */
  #drawn = new Uint32Array(0);
  #stream = new Int32Array(0);

  constructor(seed: number, { distributions }: ThreadSpec) {
    this.seed = seed;
    this.distributions = distributions;
    this.source = distributions.map(({ source }) => textHash(source));
  }

  /** Puts the thread's next number of the distribution where `into` has it at `index`. */
  drawInto(into: Float64Array, index: number, thread: number, distribution: number): void {
    const which = this.distributions[distribution]!;
    if (which.kind === "constant") {
      into[index] = which.value;
      return;
    }
    const at = thread * this.distributions.length + distribution;
    if (at >= this.#drawn.length) this.#grow(at);
    const count = this.#drawn[at]!++;
    const uniform = streamUniform(this.#stream[at]!, count);
    into[index] = which.kind === "exponential" ? -which.mean * exactLog(uniform) : this.#valueOf(which, uniform, distribution, thread, count);
  }

  #valueOf(which: Exclude<NamedDistribution, { kind: "constant" | "exponential" }>, uniform: number, distribution: number, thread: number, count: number): number {
    switch (which.kind) {
      case "uniform":
        return which.low + (which.high - which.low) * uniform;
      case "lognormal": {
        const variance = exactLog(1 + which.spread * which.spread);
        return which.mean * exactExp(Math.sqrt(variance) * normalQuantile(uniform) - variance / 2);
      }
      case "normal":
        return Math.max(0, which.mean + which.deviation * normalQuantile(uniform));
      case "erlang": {
        let product = uniform;
        for (let i = 1; i < which.shape; i++) product *= drawUniform(this.seed, this.source[distribution]! + i, thread, count);
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

  #grow(at: number): void {
    const before = this.#drawn.length;
    const kinds = this.distributions.length;
    this.#drawn = resized(this.#drawn, Math.max(16 * kinds, at + 1, before * 2));
    this.#stream = resized(this.#stream, this.#drawn.length);
    for (let i = before; i < this.#stream.length; i++) this.#stream[i] = threadStream(this.seed, this.source[i % kinds]!, Math.floor(i / kinds));
  }
}
