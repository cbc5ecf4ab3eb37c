import { resized } from "../../base/columns.ts";
import type { CacheSpec } from "./memory-spec.ts";

/**
 * Who fills which part of each cache. A cache, or each part of one that is divided, is a pool: the activities that use it
 * take capacity in proportion to how fast they bring data in, and nobody more than its working set; what one does not
 * need goes to the others:
 *
 *   share(i) = min(set(i), level · pressure(i)),  with level such that Σ share = capacity, or ∞ where all sets fit.
 *
 * So more company never leaves more to anybody, and activities of another part do not matter. Activities on the same
 * region (see {@link CacheShares.join}) hold its data once, and press together.
 * @source Suh, Devadas & Rudolph, Analytical Cache Models with Applications to Cache Partitioning, ICS 2001; Chandra, Guo,
 *   Kim & Solihin, Predicting Inter-Thread Cache Contention on a Chip Multi-Processor Architecture, HPCA 2005 (the share
 *   goes by the frequency of access); what makes it settle: Stone, Turek & Wolf, Optimal Partitioning of Cache Memory,
 *   IEEE Transactions on Computers 41(9), 1992
 */
export class CacheShares {
  readonly levels: number;
  readonly #coreCount: number;
  /** By level · cores + core: the first pool of its cache; -1 = no cache of this level. */
  readonly #firstPool: Int32Array;
  /** Parts of the cache, likewise. */
  readonly #parts: Uint8Array;
  /** By pool. */
  readonly #capacity: Float64Array;
  readonly #cores: Uint32Array[];
  readonly #count: Uint32Array;
  /** Bytes that all its activities would hold, data of one region counted each time; and whether that was too much when it was last divided. */
  readonly #wanted: Float64Array;
  readonly #tight: Uint8Array;
  /** By level · cores + core, of those that are in: which pool, how much they would hold, how fast they press, on what, and what they get. */
  readonly #pool: Int32Array;
  readonly #set: Float64Array;
  readonly #pressure: Float64Array;
  readonly #region: Int32Array;
  readonly #regionBytes: Float64Array;
  readonly #share: Float64Array;
  /** Scratch: by member of a pool. */
  readonly #leader: Int32Array;
  readonly #groupSet: Float64Array;
  readonly #groupPressure: Float64Array;
  readonly #capped: Uint8Array;
  /** Scratch: by region, the first of its members in the pool at hand, valid where the stamp is this one. */
  #first = new Int32Array(64);
  #seen = new Float64Array(64);
  #stamp = 0;

  constructor(caches: readonly CacheSpec[], coreCount: number) {
    this.#coreCount = coreCount;
    this.levels = caches.reduce((most, { level }) => Math.max(most, level), 0);
    const slots = this.levels * coreCount;
    this.#firstPool = new Int32Array(slots).fill(-1);
    this.#parts = new Uint8Array(slots);
    const capacity: number[] = [];
    this.#cores = [];
    for (const cache of caches) {
      const shares = cache.shares ?? [1];
      for (const core of cache.cores) {
        this.#firstPool[(cache.level - 1) * coreCount + core] = capacity.length;
        this.#parts[(cache.level - 1) * coreCount + core] = shares.length;
      }
      for (const share of shares) {
        capacity.push(cache.capacityBytes * share);
        this.#cores.push(Uint32Array.from(cache.cores).sort());
      }
    }
    this.#capacity = Float64Array.from(capacity);
    this.#count = new Uint32Array(capacity.length);
    this.#wanted = new Float64Array(capacity.length);
    this.#tight = new Uint8Array(capacity.length);
    this.#pool = new Int32Array(slots).fill(-1);
    this.#set = new Float64Array(slots);
    this.#pressure = new Float64Array(slots);
    this.#region = new Int32Array(slots);
    this.#regionBytes = new Float64Array(slots);
    this.#share = new Float64Array(slots);
    this.#leader = new Int32Array(coreCount);
    this.#groupSet = new Float64Array(coreCount);
    this.#groupPressure = new Float64Array(coreCount);
    this.#capped = new Uint8Array(coreCount);
  }

  /** The pool that an activity of this class on this core uses; -1 = there is no cache of this level. Classes beyond the parts use the last. */
  poolOf(level: number, core: number, cacheClass: number): number {
    const slot = level * this.#coreCount + core;
    const first = this.#firstPool[slot]!;
    return first < 0 ? -1 : first + Math.min(cacheClass, this.#parts[slot]! - 1);
  }

  /** All of a pool, as an activity alone in it would have. */
  capacity(pool: number): number {
    return this.#capacity[pool]!;
  }

  /** Cores that may use a pool, by id. */
  coresOf(pool: number): Uint32Array {
    return this.#cores[pool]!;
  }

  /**
   * An activity on `core` begins to use a pool; its cache must have no other of this core. Let {@link settle} run.
   * @param set bytes that it would hold, given all of the cache: a whole number
   * @param pressure bytes/ns that it brings in
   * @param region whose data it is; -1 = its own. Those of one region hold `regionBytes` together at most.
   */
  join(level: number, core: number, pool: number, set: number, pressure: number, region: number, regionBytes: number): void {
    const slot = level * this.#coreCount + core;
    this.#pool[slot] = pool;
    this.#set[slot] = set;
    this.#pressure[slot] = pressure;
    this.#region[slot] = region;
    this.#regionBytes[slot] = regionBytes;
    this.#count[pool]!++;
    this.#wanted[pool]! += set;
    if (region >= this.#first.length) {
      this.#first = resized(this.#first, 2 * region + 64);
      this.#seen = resized(this.#seen, 2 * region + 64);
    }
  }

  /** It uses the pool no more. Let {@link settle} run. */
  leave(level: number, core: number): void {
    const slot = level * this.#coreCount + core;
    this.#count[this.#pool[slot]!]!--;
    this.#wanted[this.#pool[slot]!]! -= this.#set[slot]!;
    this.#pool[slot] = -1;
  }

  /** Bytes of the pool's capacity that the activity has, of what {@link join} said it would hold. */
  share(level: number, core: number): number {
    return this.#share[level * this.#coreCount + core]!;
  }

  /** True while an activity on the core uses the pool. */
  uses(level: number, core: number, pool: number): boolean {
    return this.#pool[level * this.#coreCount + core] === pool;
  }

  /**
   * Divides the pool's capacity anew, after the activity on `core` came or left.
   * @returns whether the shares of others may have changed
   */
  settle(level: number, pool: number, core: number): boolean {
    const base = level * this.#coreCount;
    const capacity = this.#capacity[pool]!;
    const isIn = this.#pool[base + core] === pool;
    // Sets are whole bytes, so their sum is exact however often they come and go.
    const fits = this.#wanted[pool]! <= capacity;
    if (this.#count[pool]! <= Number(isIn) || (fits && this.#tight[pool] === 0)) {
      if (isIn) this.#share[base + core] = Math.min(this.#set[base + core]!, capacity);
      this.#tight[pool] = Number(!fits);
      return false;
    }
    this.#tight[pool] = Number(!fits);
    const cores = this.#cores[pool]!;
    this.#group(base, pool);
    let wanted = 0;
    let pressing = 0;
    for (let i = 0; i < cores.length; i++) {
      if (this.#pool[base + cores[i]!] !== pool || this.#leader[i] !== i) continue;
      wanted += this.#groupSet[i]!;
      pressing += this.#groupPressure[i]!;
    }
    const level0 = wanted <= capacity ? Infinity : this.#level(base, pool, capacity, pressing);
    for (let i = 0; i < cores.length; i++) {
      const slot = base + cores[i]!;
      if (this.#pool[slot] !== pool) continue;
      const leader = this.#leader[i]!;
      const group = this.#groupSet[leader]!;
      const held = level0 === Infinity || this.#capped[leader] === 1 ? group : Math.min(group, level0 * this.#groupPressure[leader]!);
      // Its part of what the group holds is its part of what the group would hold.
      this.#share[slot] = group === 0 ? 0 : held === group ? this.#set[slot]! : (held / group) * this.#set[slot]!;
    }
    return true;
  }

  /** Puts activities of one region into a group, led by the first of them: they hold its data once, and press together. */
  #group(base: number, pool: number): void {
    const cores = this.#cores[pool]!;
    this.#stamp++;
    for (let i = 0; i < cores.length; i++) {
      const slot = base + cores[i]!;
      if (this.#pool[slot] !== pool) continue;
      const region = this.#region[slot]!;
      const set = this.#set[slot]!;
      let leader = i;
      if (region >= 0) {
        if (this.#seen[region] === this.#stamp) leader = this.#first[region]!;
        this.#seen[region] = this.#stamp;
        this.#first[region] = leader;
      }
      this.#leader[i] = leader;
      if (leader === i) {
        this.#groupSet[i] = set;
        this.#groupPressure[i] = this.#pressure[slot]!;
        this.#capped[i] = 0;
      } else {
        const group = this.#groupSet[leader]!;
        this.#groupSet[leader] = Math.max(group, Math.min(this.#regionBytes[slot]!, group + set));
        this.#groupPressure[leader]! += this.#pressure[slot]!;
      }
    }
  }

  /** The level at which shares add up to the capacity: those that need less than it gives them are set aside, until none does. */
  #level(base: number, pool: number, capacity: number, pressing: number): number {
    const cores = this.#cores[pool]!;
    let left = capacity;
    for (;;) {
      const level = pressing > 0 ? left / pressing : 0;
      let stillPressing = 0;
      let set = 0;
      let found = false;
      for (let i = 0; i < cores.length; i++) {
        if (this.#pool[base + cores[i]!] !== pool || this.#leader[i] !== i || this.#capped[i] === 1) continue;
        if (this.#groupSet[i]! <= level * this.#groupPressure[i]!) {
          this.#capped[i] = 1;
          set += this.#groupSet[i]!;
          found = true;
        } else stillPressing += this.#groupPressure[i]!;
      }
      if (!found) return level;
      left = Math.max(0, left - set);
      pressing = stillPressing;
    }
  }
}
