import { lineWords, type Words } from "./words.ts";

/** Counting semaphore that parks. Not in order of arrival: who comes while a unit is free overtakes who was woken. */
export class Semaphore {
  /** Shared words of one. */
  static readonly words = 2 * lineWords;
  readonly #words: Words;
  readonly #units: number;
  readonly #waiting: number;
  /** Over words that hold 0 or what {@link Semaphore.reset} wrote. */
  constructor(words: Words, at: number) {
    this.#words = words;
    this.#units = at;
    this.#waiting = at + lineWords;
  }

  /** Sets the units; nobody may be waiting. */
  reset(units: number): void {
    Atomics.store(this.#words, this.#units, units);
  }

  /** Takes a unit, and waits for one where none is free. */
  acquire(): void {
    const words = this.#words;
    for (;;) {
      const units = Atomics.load(words, this.#units);
      if (units > 0) {
        if (Atomics.compareExchange(words, this.#units, units, units - 1) === units) return;
        continue;
      }
      // A release after this line sees us; one before it is seen by `wait`, which then does not park.
      Atomics.add(words, this.#waiting, 1);
      Atomics.wait(words, this.#units, 0);
      Atomics.sub(words, this.#waiting, 1);
    }
  }

  /** Gives a unit back, and wakes one who waits. */
  release(): void {
    Atomics.add(this.#words, this.#units, 1);
    if (Atomics.load(this.#words, this.#waiting) > 0) Atomics.notify(this.#words, this.#units, 1);
  }
}
