import { resized } from "../base/columns.ts";

/**
 * Bundles of activities that draw the same amounts of the same resources, and so run at the same rate: the transfers on a
 * route, or one operator. A bundle lives while it has activities. In pooled columns, and for each resource the bundles
 * that use it, sorted by order key: sums over them do not depend on the order in which they came.
 *
 * Rates are kept as *levels*: rate · demand on the primary resource, the one with the largest demand / capacity (ties:
 * lower id). All bundles that one resource holds back are at one level, and a bundle at full speed is at its `full` level.
 */
export class Bundles {
  /** Entries of `resource`, `demand` and `pull` for each bundle: 2 ** shift, at least the largest number of resources that one names. */
  readonly shift: number;
  /** Order keys, unique among the living bundles. */
  key = new Float64Array(64);
  /** Open activities. */
  count = new Int32Array(64);
  /** How many resources the bundle names: its *uses*, at `resource[(bundle << shift) + i]`, `demand` and `pull` likewise. */
  uses = new Uint8Array(64);
  resource: Uint32Array;
  /** Of one activity at full speed. */
  demand: Float64Array;
  /** What all activities of the bundle take of the resource for each unit of level. */
  pull: Float64Array;
  /** Demand on the primary resource: the level at which the activities run at full speed. */
  full = new Float64Array(64);
  /** By use: the level that full speed and the bundle's other resources allow it. */
  cap: Float64Array;
  /** As last solved. */
  level = new Float64Array(64);
  /** For each resource the first `memberCount` entries of `members`: uses (`bundle = use >> shift`), by order key. */
  readonly members: Int32Array[];
  readonly memberCount: Int32Array;
  private readonly capacity: Float64Array;
  readonly #free: number[] = [];
  #size = 0;

  /** @param maxUses largest number of resources that one bundle names. */
  constructor(capacity: Float64Array, maxUses: number) {
    this.capacity = capacity;
    this.shift = Math.ceil(Math.log2(Math.max(1, maxUses)));
    this.resource = new Uint32Array(64 << this.shift);
    this.demand = new Float64Array(64 << this.shift);
    this.pull = new Float64Array(64 << this.shift);
    this.cap = new Float64Array(64 << this.shift);
    this.members = Array.from(capacity, () => new Int32Array(4));
    this.memberCount = new Int32Array(capacity.length);
  }

  /** Columns by bundle have this many entries. */
  get slots(): number {
    return this.key.length;
  }

  /** A bundle without activities that names no resource yet. */
  add(key: number): number {
    const bundle = this.#free.length > 0 ? this.#free.pop()! : this.#newSlot();
    this.key[bundle] = key;
    this.count[bundle] = 0;
    this.uses[bundle] = 0;
    this.full[bundle] = 1;
    return bundle;
  }

  /** Each activity draws `demand` of `resource` at full speed. Before the first one joins. */
  use(bundle: number, resource: number, demand: number): void {
    const first = bundle << this.shift;
    const at = first + this.uses[bundle]!++;
    this.resource[at] = resource;
    this.demand[at] = demand;
    let primary = first;
    for (let i = first + 1; i <= at; i++) {
      const a = this.demand[i]! / this.capacity[this.resource[i]!]!;
      const b = this.demand[primary]! / this.capacity[this.resource[primary]!]!;
      if (a > b || (a === b && this.resource[i]! < this.resource[primary]!)) primary = i;
    }
    this.full[bundle] = this.demand[primary]!;
  }

  /** One more activity. */
  join(bundle: number): void {
    const count = ++this.count[bundle]!;
    const { resource, pull, demand } = this;
    const full = this.full[bundle]!;
    for (let use = bundle << this.shift, end = use + this.uses[bundle]!; use < end; use++) {
      pull[use] = (demand[use]! / full) * count;
      if (count === 1) this.#insertMember(resource[use]!, use);
    }
  }

  /** One activity less; without any, the bundle is no more. */
  leave(bundle: number): void {
    const count = --this.count[bundle]!;
    const { resource, pull, demand } = this;
    const full = this.full[bundle]!;
    for (let use = bundle << this.shift, end = use + this.uses[bundle]!; use < end; use++) {
      pull[use] = (demand[use]! / full) * count;
      if (count === 0) this.#removeMember(resource[use]!, use);
    }
    if (count === 0) this.#free.push(bundle);
  }

  #newSlot(): number {
    if (this.#size === this.key.length) {
      const size = this.#size * 2;
      this.key = resized(this.key, size);
      this.count = resized(this.count, size);
      this.uses = resized(this.uses, size);
      this.resource = resized(this.resource, size << this.shift);
      this.demand = resized(this.demand, size << this.shift);
      this.pull = resized(this.pull, size << this.shift);
      this.cap = resized(this.cap, size << this.shift);
      this.full = resized(this.full, size);
      this.level = resized(this.level, size);
    }
    return this.#size++;
  }

  #insertMember(resource: number, use: number): void {
    let members = this.members[resource]!;
    const count = this.memberCount[resource]!;
    if (count === members.length) members = this.members[resource] = resized(members, count * 2);
    const key = this.key[use >> this.shift]!;
    let i = count;
    for (; i > 0 && this.key[members[i - 1]! >> this.shift]! > key; i--) members[i] = members[i - 1]!;
    members[i] = use;
    this.memberCount[resource] = count + 1;
  }

  #removeMember(resource: number, use: number): void {
    const members = this.members[resource]!;
    const count = --this.memberCount[resource]!;
    let i = 0;
    while (members[i] !== use) i++;
    for (; i < count; i++) members[i] = members[i + 1]!;
  }
}
