import type { Barrier, BarrierDesign } from "./barrier.ts";
import { lineWords, parkWhile, spinWhile, type Words } from "./words.ts";

/** One counter; who arrives last sets it back and starts the next generation, which the others wait for. */
export class CentralBarrier implements Barrier {
  readonly #words: Words;
  readonly #count: number;
  readonly #generation: number;
  readonly #threads: number;
  readonly #spins: number | undefined;
  /** @param spins reads before parking; undefined = never parks */
  constructor(words: Words, at: number, threads: number, spins?: number) {
    this.#words = words;
    this.#count = at;
    this.#generation = at + lineWords;
    this.#threads = threads;
    this.#spins = spins;
  }

  arrive(): void {
    const words = this.#words;
    const generation = Atomics.load(words, this.#generation);
    if (Atomics.add(words, this.#count, 1) === this.#threads - 1) {
      Atomics.store(words, this.#count, 0);
      Atomics.store(words, this.#generation, (generation + 1) | 0);
      if (this.#spins !== undefined) Atomics.notify(words, this.#generation);
    } else if (this.#spins === undefined) spinWhile(words, this.#generation, generation);
    else parkWhile(words, this.#generation, generation, this.#spins);
  }
}

const words = (): number => 2 * lineWords;

/** The central barrier whose threads spin. */
export const centralBarrier: BarrierDesign = { name: "central", words, create: (shared, at, threads) => new CentralBarrier(shared, at, threads) };

/** The central barrier whose threads park at once. */
export const centralBlockBarrier: BarrierDesign = { name: "central-block", words, create: (shared, at, threads) => new CentralBarrier(shared, at, threads, 0) };
