import { ActivityPool } from "./activity-pool.ts";
import { EndBlocks } from "./end-blocks.ts";
import { IdBuffer } from "./id-buffer.ts";

/** Rounds a duration up to whole ticks; float dust does not add one (docs/decisions/engine-semantics.md). */
export function ceilTicks(duration: number): number {
  return Math.max(0, Math.ceil(duration - 1e-6));
}

/**
 * Activities that use shared resources, and the rates at which they run: the weighted max-min solution of
 * Σ demand · rate ≤ capacity with every rate in [0, 1], by progressive filling. On its primary resource (the one with
 * the largest demand / capacity) every competitor gets an equal part of the capacity, and what one cannot use goes to
 * the others.
 *
 * Activities are pooled; each has an order key, and every sum is taken in the order of keys, so that the result does
 * not depend on history. Only resources that changed, and what is connected to them through oversubscribed ones, are
 * solved again, and only the first end of all is an event: the others may still move. Durations are in ticks; an
 * activity's work is the ticks its shared phase takes alone.
 */
export class SharedResources {
  readonly #pool: ActivityPool;
  readonly #capacity: Float64Array;
  readonly #ends = new EndBlocks();
  /** Resources whose demand is above their capacity. */
  readonly #limiting: Uint8Array;
  /** Resources whose activities changed since the last {@link solve}, as flags and as a list. */
  readonly #dirty: Uint8Array;
  readonly #dirtyList: number[] = [];
  /** Activities opened since then. */
  readonly #fresh: number[] = [];
  // Of one solve: the resources and activities that it reaches, and the rates it finds.
  readonly #resources = new IdBuffer();
  readonly #affected = new IdBuffer();
  readonly #reached: Uint8Array;
  #inSolve = new Uint8Array(64);
  #newRate = new Float64Array(64);
  /** By resource, while the level rises: capacity not taken by frozen activities, Σ demand · weight of the rising ones, and how many those are. */
  readonly #left: Float64Array;
  readonly #slope: Float64Array;
  readonly #rising: Int32Array;

  /**
   * @param capacity of each resource; Infinity = never a limit (its activities should not name it).
   * @param maxUses largest number of resources that one activity names.
   */
  constructor(capacity: Float64Array, maxUses: number) {
    this.#pool = new ActivityPool(capacity, maxUses);
    this.#capacity = capacity;
    this.#limiting = new Uint8Array(capacity.length);
    this.#dirty = new Uint8Array(capacity.length);
    this.#reached = new Uint8Array(capacity.length);
    this.#left = new Float64Array(capacity.length);
    this.#slope = new Float64Array(capacity.length);
    this.#rising = new Int32Array(capacity.length);
  }

  /** True when {@link solve} has something to do. */
  changed = false;

  /** Opens an activity with `work` ticks to do alone, ordered by its unique `key`; name its resources with {@link use}, then let {@link solve} run. */
  open(key: number, work: number, now: number): number {
    const activity = this.#pool.open(key, work, now);
    this.#fresh.push(activity);
    this.changed = true;
    return activity;
  }

  /** The activity draws `demand` of `resource` when it runs at full speed. */
  use(activity: number, resource: number, demand: number): void {
    this.#pool.use(activity, resource, demand);
    this.#touch(resource);
  }

  /** When the next activity ends as things stand; Infinity when none does. */
  get nextEnd(): number {
    return this.#ends.first;
  }

  /** Order key of the activity that ends at {@link nextEnd}; its end is taken off, and the caller closes it. */
  takeNext(): number {
    const activity = this.#ends.firstActivity;
    this.#ends.set(activity, Infinity);
    return this.#pool.key[activity]!;
  }

  /** Ticks of work alone that are left now. */
  remaining(activity: number, now: number): number {
    return this.#pool.remaining(activity, now);
  }

  /** Ends the activity, done or not, and frees its slot. */
  close(activity: number): void {
    const first = activity << this.#pool.shift;
    for (let use = first; use < first + this.#pool.uses[activity]!; use++) this.#touch(this.#pool.resource[use]!);
    this.#ends.set(activity, Infinity);
    this.#pool.close(activity);
    const fresh = this.#fresh.indexOf(activity);
    if (fresh >= 0) this.#fresh.splice(fresh, 1);
  }

  #touch(resource: number): void {
    if (this.#dirty[resource] === 1) return;
    this.#dirty[resource] = 1;
    this.changed = true;
    this.#dirtyList.push(resource);
  }

  /** Brings every rate and end up to date. Call once a round, after all changes. */
  solve(now: number): void {
    this.changed = false;
    if (this.#newRate.length < this.#pool.size) {
      this.#newRate = new Float64Array(this.#pool.key.length);
      this.#inSolve = new Uint8Array(this.#pool.key.length);
    }
    const affected = this.#affected;
    const resources = this.#resources;
    this.#collectAffected();
    if (affected.length > 0) this.#fill();
    for (let r = 0; r < resources.length; r++) this.#reached[resources.at(r)] = 0;
    for (let i = 0; i < affected.length; i++) this.#apply(affected.at(i), now);
    affected.clear();
    resources.clear();
  }

  // ── which activities can have changed ──

  /** Fresh activities, and all that are connected to a changed resource through resources that limit (or just did); those resources too. */
  #collectAffected(): void {
    const { members, memberCount, shift } = this.#pool;
    for (const resource of this.#dirtyList) {
      this.#dirty[resource] = 0;
      const before = this.#limiting[resource]!;
      this.#limiting[resource] = this.#isOversubscribed(resource) ? 1 : 0;
      if ((before | this.#limiting[resource]!) === 1) this.#reach(resource);
    }
    this.#dirtyList.length = 0;
    for (const activity of this.#fresh) this.#affect(activity);
    this.#fresh.length = 0;
    for (let r = 0; r < this.#resources.length; r++) {
      const resource = this.#resources.at(r);
      const list = members[resource]!;
      for (let i = 0, count = memberCount[resource]!; i < count; i++) this.#affect(list[i]! >> shift);
    }
  }

  #reach(resource: number): void {
    if (this.#reached[resource] === 1) return;
    this.#reached[resource] = 1;
    this.#resources.push(resource);
  }

  #affect(activity: number): void {
    if (this.#inSolve[activity] === 1) return;
    this.#inSolve[activity] = 1;
    this.#affected.push(activity);
    const { shift, uses, resource } = this.#pool;
    const first = activity << shift;
    for (let use = first, end = first + uses[activity]!; use < end; use++) if (this.#limiting[resource[use]!] === 1) this.#reach(resource[use]!);
  }

  #isOversubscribed(resource: number): boolean {
    const { demand, memberCount } = this.#pool;
    const members = this.#pool.members[resource]!;
    let sum = 0;
    for (let i = 0, count = memberCount[resource]!; i < count; i++) sum += demand[members[i]!]!;
    return sum > this.#capacity[resource]!;
  }

  // ── progressive filling ──

  /** Sets `#newRate` of each affected activity. All members of every limiting resource among those reached are among them. */
  #fill(): void {
    const { members, memberCount, weight, shift } = this.#pool;
    const affected = this.#affected;
    const resources = this.#resources;
    const rates = this.#newRate;
    for (let i = 0; i < affected.length; i++) rates[affected.at(i)] = 1;
    let rising = 0;
    for (let r = 0; r < resources.length; r++) if (this.#limiting[resources.at(r)] === 1) rising += this.#startFilling(resources.at(r));
    // The lowest level at which a rising activity reaches full speed; may be too low once that one is frozen.
    let lowest = 0;
    while (rising > 0) {
      // The resource that is full first; ties to the lower id.
      let tightest = -1;
      let level = Infinity;
      for (let r = 0; r < resources.length; r++) {
        const resource = resources.at(r);
        if (this.#rising[resource] === 0 || this.#limiting[resource] === 0) continue;
        const limit = Math.max(0, this.#left[resource]!) / this.#slope[resource]!;
        if (limit < level || (limit === level && resource < tightest)) {
          level = limit;
          tightest = resource;
        }
      }
      if (lowest < level) {
        lowest = Infinity;
        for (let i = 0; i < affected.length; i++) if (rates[affected.at(i)]! < 0) lowest = Math.min(lowest, 1 / weight[affected.at(i)]!);
      }
      if (lowest < level) {
        // These run at full speed before the resource is full, so what they leave is shared again.
        for (let i = 0; i < affected.length; i++) {
          const activity = affected.at(i);
          if (rates[activity]! >= 0 || 1 / weight[activity]! !== lowest) continue;
          this.#freeze(activity, 1);
          rising--;
        }
        continue;
      }
      const list = members[tightest]!;
      for (let i = 0, count = memberCount[tightest]!; i < count; i++) {
        const activity = list[i]! >> shift;
        if (rates[activity]! >= 0) continue;
        this.#freeze(activity, Math.min(1, weight[activity]! * level));
        rising--;
      }
    }
  }

  /** Marks the members of a limiting resource as rising (rate −1); returns how many were not yet. */
  #startFilling(resource: number): number {
    const { demand, weight, memberCount, shift } = this.#pool;
    const members = this.#pool.members[resource]!;
    const count = memberCount[resource]!;
    let slope = 0;
    let newlyRising = 0;
    for (let i = 0; i < count; i++) {
      const use = members[i]!;
      const activity = use >> shift;
      slope += demand[use]! * weight[activity]!;
      if (this.#newRate[activity]! < 0) continue;
      this.#newRate[activity] = -1;
      newlyRising++;
    }
    this.#left[resource] = this.#capacity[resource]!;
    this.#slope[resource] = slope;
    this.#rising[resource] = count;
    return newlyRising;
  }

  /** The activity rises no more: its resources have less left, and fewer that share it. */
  #freeze(activity: number, rate: number): void {
    const { shift, uses, resource, demand, weight } = this.#pool;
    this.#newRate[activity] = rate;
    const first = activity << shift;
    for (let use = first, end = first + uses[activity]!; use < end; use++) {
      this.#left[resource[use]!]! -= demand[use]! * rate;
      this.#slope[resource[use]!]! -= demand[use]! * weight[activity]!;
      this.#rising[resource[use]!]!--;
    }
  }

  #apply(activity: number, now: number): void {
    const { work, rate, since } = this.#pool;
    this.#inSolve[activity] = 0;
    const after = this.#newRate[activity]!;
    if (after === rate[activity]) return;
    work[activity] = this.remaining(activity, now);
    since[activity] = now;
    rate[activity] = after;
    this.#ends.set(activity, after > 0 ? now + ceilTicks(work[activity]! / after) : Infinity);
  }
}
