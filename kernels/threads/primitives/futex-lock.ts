import type { Lock, LockDesign } from "./lock.ts";
import { lineWords, type Words } from "./words.ts";

const free = 0;
const held = 1;
/** Held, and someone may be parked: the release has to notify. */
const contended = 2;

/** Three states of one word; who does not get the lock within `spins` further tries parks. A newcomer may overtake who was woken. */
class FutexLock implements Lock {
  readonly #words: Words;
  readonly #at: number;
  readonly #spins: number;
  constructor(words: Words, at: number, spins: number) {
    this.#words = words;
    this.#at = at;
    this.#spins = spins;
  }

  lock(): void {
    const words = this.#words;
    const at = this.#at;
    if (Atomics.compareExchange(words, at, free, held) === free) return;
    for (let i = 0; i < this.#spins; i++) if (Atomics.load(words, at) === free && Atomics.compareExchange(words, at, free, held) === free) return;
    while (Atomics.exchange(words, at, contended) !== free) Atomics.wait(words, at, contended);
  }

  unlock(): void {
    if (Atomics.exchange(this.#words, this.#at, free) === contended) Atomics.notify(this.#words, this.#at, 1);
  }
}

/**
 * The blocking lock with three states.
 * @source U. Drepper, "Futexes are tricky", 2011, section 6, "Mutex, take 3"; released by one exchange
 */
export const futexLock: LockDesign = { name: "futex", words: () => lineWords, create: (words, at) => new FutexLock(words, at, 0) };

/** How often the adaptive lock reads before it parks: some 10 microseconds, about what parking and waking cost (items `spin.read`, `park.wake`). */
export const adaptiveSpins = 1500;

/** Spins for a while, then parks as the futex lock does. */
export const adaptiveLock: LockDesign = { name: "adaptive", words: () => lineWords, create: (words, at) => new FutexLock(words, at, adaptiveSpins) };
