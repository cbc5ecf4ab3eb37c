import type { AccessShape } from "./access-shape.ts";
import type { CacheShares } from "./cache-shares.ts";
import type { CoreActivities } from "./core-activities.ts";
import type { MemorySystemSpec } from "./memory-spec.ts";
import { MemoryUses } from "./memory-uses.ts";
import { pageBytes, tlbReach } from "./page-costs.ts";
import { distanceOf, type Regions } from "./regions.ts";

/**
 * Time alone and demands of one activity, as things stand.
 *
 * It has `computeNs` of work on its core with all data at hand, and touches memory as its {@link MemoryAccess} says. With
 * m₀ bytes of lines touched and mₖ those that levels 1 … k do not serve (see {@link hitFraction}), its time is
 *
 *   alone = max(compute, moving, waiting) + tlb + faults + disk     (`chase`: compute + max(moving, waiting) + …)
 *
 * - moving: the largest, over all levels, of what is asked of the level ÷ its bandwidth: the bytes that the registers take
 *   of the first, mₖ₋₁ · (1 + writeShare) of the others (a line that is stored to is loaded first and goes back later),
 *   and of memory, weighted by the distance of its nodes;
 * - waiting: random loads served at each level × its latency ÷ how many are in flight (one, where each needs the last);
 *   streams are foreseen by the prefetchers and do not wait;
 * - tlb: misses of each level × the latency of the next, or the walk; those of random loads overlap, lookups as loads do,
 *   and walks as many as there are walkers;
 * - faults: pages touched for the first time, trap and zeroing; disk: pages that come from a file or from swap.
 *
 * Levels move at the same time, so this is a roofline with one roof a level. A model that adds them up, as some cores
 * need, is slower by less than twice where each level has at most half the bandwidth of the one before. What is left
 * out: conflict misses, coherence of data that several cores write (see {@link sharedStoreNs}), non-temporal stores,
 * prefetches that were wrong, the open rows of DRAM.
 * @source Williams, Waterman & Patterson, Roofline, CACM 52(4), 2009; Hennessy & Patterson, Computer Architecture: A
 *   Quantitative Approach, 6th ed., chapter 2 and appendix B; Drepper, What Every Programmer Should Know About Memory, 2007
 */
export class AccessCost {
  /** What the activity draws: `count`, `resource`, `demand` (bytes/ns when it runs at full speed). */
  readonly uses: MemoryUses;
  aloneNs = 0;
  tlbNs = 0;
  readonly #spec: MemorySystemSpec;
  readonly #line: number;
  readonly #on: CoreActivities;
  readonly #shares: CacheShares;
  readonly #regions: Regions;
  /** By pool. */
  readonly #cacheOf: Int32Array;
  /** Distance by core's node · nodes + memory's node; 1 = local. */
  readonly #far: Float64Array;
  /** Shares of memory's bytes by node, of the activity at hand. */
  readonly #nodeShare: Float64Array;

  constructor(spec: MemorySystemSpec, on: CoreActivities, shares: CacheShares, regions: Regions, cacheOf: Int32Array) {
    this.uses = new MemoryUses(spec);
    this.#spec = spec;
    this.#line = spec.lineBytes ?? 64;
    this.#on = on;
    this.#shares = shares;
    this.#regions = regions;
    this.#cacheOf = cacheOf;
    this.#far = Float64Array.from(spec.nodes.flatMap((_, from) => spec.nodes.map((__, to) => distanceOf(spec.distance, from, to) / 10)));
    this.#nodeShare = new Float64Array(spec.nodes.length);
  }

  /**
   * Answers for the activity on a core.
   * @param whole as if nobody else used its caches
   */
  evaluate(core: number, shape: AccessShape, whole: boolean): void {
    const on = this.#on;
    const { caches, nodes, cores } = this.#spec;
    const { node: at, physical, bytesPerNs, outstanding } = cores[core]!;
    const scale = on.scale[core]!;
    const uses = this.uses;
    uses.clear();
    let flow = shape.lines * scale;
    let asked = shape.bytes * scale;
    let reach = 0;
    let moving = 0;
    let waiting = 0;
    for (let level = 0; level < on.levels; level++) {
      const slot = level * on.count + core;
      const pool = this.#shares.poolOf(level, core, shape.cacheClass);
      if (pool < 0) continue;
      const cache = this.#cacheOf[pool]!;
      const { victim, bytesPerNs: rate, latencyNs } = caches[cache]!;
      const share = whole ? this.#shares.capacity(pool) : this.#shares.share(level, core);
      if (!whole) on.seen[slot] = share;
      // A share is never more than would be held: all of it is as good as a larger cache.
      const capacity = !whole && share >= on.held[slot]! ? this.#shares.capacity(pool) : share;
      reach = victim ? reach + capacity : Math.max(reach, capacity);
      const left = Math.min(flow, shape.missedLines(scale, on.cold[slot]!, reach));
      moving = Math.max(moving, asked / rate);
      waiting += ((flow - left) / this.#line) * latencyNs;
      uses.add(uses.cache[cache]!, asked);
      on.brought[slot] = left;
      flow = left;
      asked = left * shape.moves;
    }
    this.#homes(core, shape, at);
    const drawn = flow * shape.moves;
    let far = 0;
    for (let node = 0; node < nodes.length; node++) {
      const part = this.#nodeShare[node]!;
      if (part === 0) continue;
      const times = this.#far[at * nodes.length + node]!;
      far += part * times;
      waiting += (flow / this.#line) * part * nodes[node]!.latencyNs * times;
      uses.add(uses.node[node]!, drawn * part);
      const crossed = uses.crossed[node * nodes.length + at]!;
      for (let i = 0; i < crossed.length; i++) uses.add(crossed[i]!, drawn * part);
    }
    uses.add(uses.physical[physical]!, drawn);
    moving = Math.max(moving, (drawn * far) / bytesPerNs, uses.leastNs());
    const compute = on.computeNs[core]!;
    const stalled = Math.max(moving, shape.random ? waiting / (shape.dependent ? 1 : outstanding) : 0);
    this.tlbNs = this.#translate(core, shape, outstanding);
    // What the beginning costs is drawn evenly, like everything else: one demand for the whole of an activity.
    for (let node = 0; node < nodes.length; node++) uses.add(uses.node[node]!, on.zeroedBytes[core]! * this.#nodeShare[node]!);
    uses.add(uses.disk, on.diskBytes[core]!);
    const sum = (shape.dependent ? compute + stalled : Math.max(compute, stalled)) + this.tlbNs + on.faultNs[core]! + on.diskNs[core]!;
    this.aloneNs = Math.max(sum, uses.leastNs());
    uses.over(this.aloneNs);
  }

  /** Which nodes the bytes of an activity come from. */
  #homes(core: number, { home }: AccessShape, at: number): void {
    const region = this.#on.region[core]!;
    for (let node = 0; node < this.#nodeShare.length; node++) {
      this.#nodeShare[node] = region >= 0 ? this.#regions.share(region, node)
        : home === -2 ? 1 / this.#nodeShare.length
        : Number((home === -1 ? at : home) === node);
    }
  }

  #translate(core: number, shape: AccessShape, outstanding: number): number {
    const on = this.#on;
    const { pages, cores } = this.#spec;
    const { tlb } = cores[core]!;
    if (!tlb || shape.set === 0) return 0;
    const region = on.region[core]!;
    const huge = region >= 0 && this.#regions.spec(region).huge === true;
    const page = pageBytes(pages, huge);
    // Translations stay about as long as lines of the second level do: both are the core's own.
    const cold = on.levels === 0 ? 1 : on.cold[Math.min(1, on.levels - 1) * on.count + core]! / shape.set;
    const overlaps = shape.random && !shape.dependent;
    let ns = 0;
    let asked = Infinity;
    for (let level = 0; level < tlb.levels.length; level++) {
      asked = Math.min(asked, shape.missedPages(on.scale[core]!, cold, tlbReach(tlb.levels[level]!, page, huge), page));
      ns += asked * (tlb.levels[level + 1]?.latencyNs ?? 0);
    }
    if (asked === Infinity) asked = shape.pageTouches(on.scale[core]!, page);
    return ns / (overlaps ? outstanding : 1) + (asked * tlb.walkNs) / (overlaps ? Math.min(tlb.walkers ?? 1, outstanding) : 1);
  }
}
