import { resized } from "../../base/columns.ts";
import { survivingBytes } from "./hit-fraction.ts";

/**
 * What each cache still holds of each region: of the last cache of each level that the region was used through, all that
 * it had there, less what came in since. Caches it was used through before that are taken to hold nothing.
 */
export class Footprints {
  readonly #levels: number;
  /** By region · levels + level: the pool, -1 = none; what had come into it; and what it held. */
  #pool = new Int32Array(0);
  #mark = new Float64Array(0);
  #held = new Float64Array(0);
  /** Bytes that have come into each pool, since the beginning. */
  readonly #inserted: Float64Array;

  constructor(levels: number, pools: number) {
    this.#levels = levels;
    this.#inserted = new Float64Array(pools);
  }

  /** Makes room for a region. */
  add(region: number): void {
    const size = (region + 1) * this.#levels;
    if (size <= this.#pool.length) return;
    const from = this.#pool.length;
    const to = Math.max(size, 2 * from);
    this.#pool = resized(this.#pool, to).fill(-1, from);
    this.#mark = resized(this.#mark, to);
    this.#held = resized(this.#held, to);
  }

  /** Bytes of the region that the pool holds still. */
  warm(region: number, level: number, pool: number, capacity: number): number {
    const at = region * this.#levels + level;
    if (region < 0 || this.#pool[at] !== pool) return 0;
    return survivingBytes(this.#held[at]!, this.#inserted[pool]! - this.#mark[at]!, capacity);
  }

  /** `bytes` came into the pool, by an activity that used the region and leaves `held` bytes of it there; -1 = of no region. */
  used(region: number, level: number, pool: number, bytes: number, held: number): void {
    this.#inserted[pool]! += bytes;
    if (region < 0) return;
    const at = region * this.#levels + level;
    this.#pool[at] = pool;
    this.#mark[at] = this.#inserted[pool]!;
    this.#held[at] = held;
  }
}
