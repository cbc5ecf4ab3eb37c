import type { MemoryAccess } from "../base/memory-access.ts";
import type { NamedDistribution } from "../core/threads/thread-spec.ts";

/** Things by number, each once. */
export class Interned<T> {
  readonly all: T[] = [];
  readonly #numberOf = new Map<string, number>();

  /** The number of what equals `item`. */
  number(item: T): number {
    const key = JSON.stringify(item);
    let number = this.#numberOf.get(key);
    if (number === undefined) this.#numberOf.set(key, (number = this.all.push(item) - 1));
    return number;
  }
}

/** What instructions name by number. */
export class Tables {
  readonly distributions = new Interned<NamedDistribution>();
  readonly accesses = new Interned<MemoryAccess>();
  readonly counters = new Interned<string>();
  readonly spans = new Interned<string>();
}
