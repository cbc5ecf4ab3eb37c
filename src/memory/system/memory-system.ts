import { AccessCost } from "./access-cost.ts";
import { AccessShape } from "./access-shape.ts";
import { CacheShares } from "./cache-shares.ts";
import { coldProgress, coldShare } from "./cold-start.ts";
import { checkMemoryAccesses, checkMemorySystem } from "./check-memory.ts";
import { CoreActivities } from "./core-activities.ts";
import { Footprints } from "./footprints.ts";
import type { MemoryAccess, MemoryResource, MemorySystemSpec, RegionSpec } from "./memory-spec.ts";
import type { MemoryUses } from "./memory-uses.ts";
import { Regions, distanceOf } from "./regions.ts";
import { touchPages } from "./touch-pages.ts";

/**
 * What memory makes of the activities of threads: how long each takes alone, and how much of each shared resource it then
 * draws, given who fills the caches beside it. One activity at a time on each core (hardware thread).
 *
 * The time is that of {@link AccessCost}; what each activity gets of a shared cache follows {@link CacheShares}; what is
 * still there from before, {@link Footprints}: so a thread that comes to another core finds cold caches, and nothing else
 * need be charged for it. Nothing is allocated by {@link enter}, {@link again} and {@link leave}; the answer is in the
 * fields.
 * @example
 * const { memory } = memorySystemOf(buildMachine(machineSchema.parse({ use: "edge" })));
 * const system = new MemorySystem(memory, [{ name: "scan", bytes: 2 ** 24, workingSetBytes: 2 ** 24, pattern: "stream", writeShare: 0, home: -1 }]);
 * system.enter(0, 0, 500_000);
 * system.leave(0);
 * system.aloneNs > 1e6; // true: 16 MiB take longer from memory than half a millisecond
 */
export class MemorySystem {
  readonly resources: readonly MemoryResource[];
  /** What the activity that was asked about last draws: `count`, `resource`, `demand` (bytes/ns when it runs at full speed). */
  readonly uses: MemoryUses;
  /** Its time when nobody else draws on the shared resources. */
  aloneNs = 0;
  /** The part of it that is not `computeNs`, and of that: translation, first touches, disk. */
  stallNs = 0;
  tlbNs = 0;
  faultNs = 0;
  diskNs = 0;
  /** Cores whose activities have another answer since the last {@link enter} or {@link leave}: ask {@link again} about each. */
  readonly changed: Int32Array;
  changedCount = 0;

  readonly #spec: MemorySystemSpec;
  readonly #accesses: readonly MemoryAccess[];
  readonly #shapes: readonly AccessShape[];
  readonly #on: CoreActivities;
  readonly #shares: CacheShares;
  readonly #regions: Regions;
  readonly #footprints: Footprints;
  readonly #cost: AccessCost;
  readonly #regionOf = new Map<number, number>();
  /** By pool. */
  readonly #cacheOf: Int32Array;
  /** By core: the call that named it in `changed` last. */
  readonly #stamp: Float64Array;
  #call = 0;

  /**
   * @param accesses what activities name by position
   * @throws {InputError} with all that is wrong with either
   */
  constructor(spec: MemorySystemSpec, accesses: readonly MemoryAccess[]) {
    checkMemorySystem(spec);
    checkMemoryAccesses(accesses, spec);
    this.#spec = spec;
    this.#accesses = accesses;
    this.#shapes = accesses.map((access) => new AccessShape(access, spec.lineBytes ?? 64));
    this.#shares = new CacheShares(spec.caches, spec.cores.length);
    this.#on = new CoreActivities(this.#shares.levels, spec.cores.length);
    this.#cacheOf = Int32Array.from(spec.caches.flatMap(({ shares = [1] }, cache) => shares.map(() => cache)));
    this.#regions = new Regions(spec);
    this.#footprints = new Footprints(this.#shares.levels, this.#cacheOf.length);
    this.#cost = new AccessCost(spec, this.#on, this.#shares, this.#regions, this.#cacheOf);
    this.uses = this.#cost.uses;
    this.resources = this.uses.resources;
    this.changed = new Int32Array(spec.cores.length);
    this.#stamp = new Float64Array(spec.cores.length);
  }

  /** A region of memory that nothing has touched yet; what {@link enter} names it by. */
  addRegion(region: RegionSpec): number {
    const id = this.#regions.add(region);
    this.#footprints.add(id);
    return id;
  }

  /** The region that a thread (`owner`) touches by an access, made when it is first asked for: a working set, placed as its `home` says; of a shared access, the same for all. */
  regionOf(access: number, owner: number): number {
    const { shared = false, home, huge = false, file = false } = this.#accesses[access]!;
    const key = (shared ? 0 : owner + 1) * this.#shapes.length + access;
    let region = this.#regionOf.get(key);
    if (region === undefined) {
      region = this.addRegion({ bytes: this.#shapes[access]!.set, placement: home === -1 ? "first-touch" : home === -2 ? "interleave" : { node: home }, huge, file });
      this.#regionOf.set(key, region);
    }
    return region;
  }

  /** Gives the pages of all regions back that {@link regionOf} made for this owner alone. */
  clearOwner(owner: number): void {
    const first = (owner + 1) * this.#shapes.length;
    for (let key = first; key < first + this.#shapes.length; key++) {
      const region = this.#regionOf.get(key);
      if (region !== undefined) this.#regions.clear(region);
    }
  }

  /** Gives the pages of a region back: touched again, it is new. */
  clearRegion(region: number): void {
    this.#regions.clear(region);
  }

  /** Bytes committed at a node. */
  committedBytes(node: number): number {
    return this.#regions.committed(node);
  }

  /**
   * An activity begins on a core that has none, and {@link aloneNs}, {@link uses} and {@link changed} are set.
   * @param computeNs its work at the speed of this core, with all data at hand
   * @param region what it touches; -1 = memory that is there already, at its `home` (-1: the core's own node), and in no cache
   * @param scale share of the access that it makes: a chunk of a loop, or what is left of an activity that was paused
   * @throws {SimulationError} out of memory
   */
  enter(core: number, access: number, computeNs: number, region = -1, scale = 1): void {
    const on = this.#on;
    const shape = this.#shapes[access]!;
    this.changedCount = 0;
    this.#call++;
    on.access[core] = access;
    on.region[core] = region;
    on.computeNs[core] = computeNs;
    on.scale[core] = scale;
    touchPages(core, on, shape, this.#regions, this.#spec);
    let cold = shape.set;
    for (let level = 0; level < on.levels; level++) {
      const pool = this.#shares.poolOf(level, core, shape.cacheClass);
      if (pool >= 0) cold = Math.min(cold, shape.set - this.#footprints.warm(region, level, pool, this.#shares.capacity(pool)));
      on.cold[level * on.count + core] = cold;
    }
    this.#cost.evaluate(core, shape, true);
    if (this.#join(core, shape, region)) this.#cost.evaluate(core, shape, false);
    this.#answer(core);
  }

  /** The answer for the activity on a core as things stand: set {@link aloneNs} and {@link uses} as if it began now, with what it paid for pages at its start. */
  again(core: number): void {
    this.#cost.evaluate(core, this.#shapes[this.#on.access[core]!]!, false);
    this.#answer(core);
  }

  /** Whether the activity on a core has less or more of a cache than when it was last asked about, so that its answer may be another: of a sweep, only where it fits no more, or now does. */
  isStale(core: number): boolean {
    const on = this.#on;
    const shape = this.#shapes[on.access[core]!]!;
    for (let level = 0; level < on.levels; level++) {
      const pool = this.#shares.poolOf(level, core, shape.cacheClass);
      if (pool >= 0 && this.#differs(level, core, shape)) return true;
    }
    return false;
  }

  /** The activity on a core pauses after a share of its time is `spent`, and {@link changed} is set. @returns share of its work that is done: see {@link coldProgress} */
  pause(core: number, spent: number): number {
    const on = this.#on;
    const shape = this.#shapes[on.access[core]!]!;
    this.#cost.evaluate(core, shape, false);
    const whole = this.#cost.aloneNs;
    const share = coldShare(core, shape, on, this.#shares);
    const slots = Array.from({ length: on.levels }, (_, level) => level * on.count + core);
    const before = slots.map((slot) => ({ cold: on.cold[slot]!, brought: on.brought[slot]! }));
    for (const slot of slots) on.cold[slot] = 0;
    this.#cost.evaluate(core, shape, false);
    const progress = coldProgress(share, { whole, warm: this.#cost.aloneNs }, spent);
    for (const [level, slot] of slots.entries()) {
      const { cold, brought } = before[level]!;
      const first = Math.min(cold, brought);
      on.cold[slot] = cold;
      on.brought[slot] = first * progress.cold + (brought - first) * progress.warm;
    }
    this.leave(core, progress.done > 0 ? 1 : 0);
    return progress.done;
  }

  /** The activity on a core ends, or, with `done` 0, has never run; {@link changed} is set. */
  leave(core: number, done: 0 | 1 = 1): void {
    const on = this.#on;
    const shape = this.#shapes[on.access[core]!]!;
    this.changedCount = 0;
    this.#call++;
    on.access[core] = -1;
    for (let level = 0; level < on.levels; level++) {
      const pool = this.#shares.poolOf(level, core, shape.cacheClass);
      if (pool < 0) continue;
      if (done > 0) {
        const slot = level * on.count + core;
        const brought = on.brought[slot]!;
        this.#footprints.used(on.region[core]!, level, pool, brought, Math.min(shape.set - on.cold[slot]! + brought, shape.set, this.#shares.share(level, core)));
      }
      this.#shares.leave(level, core);
      this.#settle(level, pool, core);
    }
  }

  /**
   * Time of a cache line from one core to another: that of the nearest cache that serves both; where none does, of a load
   * from memory at their distance. Hardware threads of one core have it in the first cache.
   */
  lineTransferNs(from: number, to: number): number {
    const { caches, cores, nodes, distance } = this.#spec;
    let inner = 0;
    for (let level = 0; level < this.#shares.levels; level++) {
      const [a, b] = [this.#shares.poolOf(level, from, 0), this.#shares.poolOf(level, to, 0)];
      if (a < 0) continue;
      const { latencyNs, transferNs = latencyNs + inner } = caches[this.#cacheOf[a]!]!;
      if (a === b) return transferNs;
      inner = latencyNs;
    }
    const [at, by] = [cores[from]!.node, cores[to]!.node];
    return (nodes[at]!.latencyNs * distanceOf(distance, by, at)) / 10;
  }

  #answer(core: number): void {
    this.aloneNs = this.#cost.aloneNs;
    this.tlbNs = this.#cost.tlbNs;
    this.faultNs = this.#on.faultNs[core]!;
    this.diskNs = this.#on.diskNs[core]!;
    this.stallNs = this.aloneNs - this.#on.computeNs[core]!;
  }

  /**
   * Takes its part of every cache, by how fast it would bring data in with all of each.
   * @returns whether it gets less of one than it would alone
   */
  #join(core: number, shape: AccessShape, region: number): boolean {
    const on = this.#on;
    const { aloneNs } = this.#cost;
    const regionBytes = region < 0 ? 0 : this.#regions.spec(region).bytes;
    let into = shape.lines * on.scale[core]!;
    let reach = 0;
    let isLess = false;
    for (let level = 0; level < on.levels; level++) {
      const pool = this.#shares.poolOf(level, core, shape.cacheClass);
      if (pool < 0) continue;
      const slot = level * on.count + core;
      const { victim } = this.#spec.caches[this.#cacheOf[pool]!]!;
      const capacity = this.#shares.capacity(pool);
      const held = Math.ceil(Math.max(0, victim ? shape.set - reach : shape.set));
      this.#shares.join(level, core, pool, held, aloneNs > 0 ? into / aloneNs : into, region, regionBytes);
      this.#settle(level, pool, core);
      on.held[slot] = held;
      on.seen[slot] = this.#shares.share(level, core);
      if (on.seen[slot]! < Math.min(held, capacity)) isLess = true;
      reach = victim ? reach + capacity : Math.max(reach, capacity);
      into = on.brought[slot]!;
    }
    return isLess;
  }

  /** Divides a pool anew, and notes whose answers that changes: of a sweep, only where it fits no more, or now does. */
  #settle(level: number, pool: number, core: number): void {
    if (!this.#shares.settle(level, pool, core)) return;
    const on = this.#on;
    const cores = this.#shares.coresOf(pool);
    for (let i = 0; i < cores.length; i++) {
      const other = cores[i]!;
      if (other === core || this.#stamp[other] === this.#call || !this.#shares.uses(level, other, pool)) continue;
      if (!this.#differs(level, other, this.#shapes[on.access[other]!]!)) continue;
      this.#stamp[other] = this.#call;
      this.changed[this.changedCount++] = other;
    }
  }

  #differs(level: number, core: number, { partial }: AccessShape): boolean {
    const slot = level * this.#on.count + core;
    const before = this.#on.seen[slot]!;
    const after = this.#shares.share(level, core);
    const held = this.#on.held[slot]!;
    return before !== after && (partial || before >= held !== after >= held);
  }
}
