import { resized } from "../base/columns.ts";

/**
 * Activities in their shared phase, in pooled columns, and for each resource the activities that use it, sorted by
 * order key: sums over them do not depend on history. Times are in ticks.
 */
export class ActivityPool {
  /** Entries of `resource` and `demand` for each activity: 2 ** shift, at least the largest number of resources that one names. */
  readonly shift: number;
  /** Order keys, unique among the open activities. */
  key = new Float64Array(64);
  /** How many resources the activity names: its *uses*, at `resource[(activity << shift) + i]`, and `demand` likewise. */
  uses = new Uint8Array(64);
  resource: Uint32Array;
  demand: Float64Array;
  /** 1 / demand on the primary resource. */
  weight = new Float64Array(64);
  /** Ticks of work alone left at `since`, and the rate from then on. */
  work = new Float64Array(64);
  rate = new Float64Array(64);
  since = new Float64Array(64);
  /** For each resource the first `memberCount` entries of `members`: uses (`activity = use >> shift`), by order key. */
  readonly members: Int32Array[];
  readonly memberCount: Int32Array;
  readonly #capacity: Float64Array;
  readonly #free: number[] = [];
  #size = 0;

  constructor(capacity: Float64Array, maxUses: number) {
    this.#capacity = capacity;
    this.shift = Math.ceil(Math.log2(Math.max(1, maxUses)));
    this.resource = new Uint32Array(64 << this.shift);
    this.demand = new Float64Array(64 << this.shift);
    this.members = Array.from(capacity, () => new Int32Array(4));
    this.memberCount = new Int32Array(capacity.length);
  }

  /** Slots in use or free; all columns are at least this long. */
  get size(): number {
    return this.#size;
  }

  /** A slot for an activity that names no resource yet and stands still. */
  open(key: number, work: number, now: number): number {
    const activity = this.#free.pop() ?? this.#newSlot();
    this.key[activity] = key;
    this.uses[activity] = 0;
    this.work[activity] = work;
    this.rate[activity] = 0;
    this.since[activity] = now;
    this.weight[activity] = 1;
    return activity;
  }

  /** The activity draws `demand` of `resource` at full speed. The resource with the largest demand / capacity (ties: lower id) sets its weight. */
  use(activity: number, resource: number, demand: number): void {
    const first = activity << this.shift;
    const at = first + this.uses[activity]!;
    this.resource[at] = resource;
    this.demand[at] = demand;
    this.uses[activity]!++;
    let primary = first;
    for (let i = first + 1; i <= at; i++) {
      const a = this.demand[i]! / this.#capacity[this.resource[i]!]!;
      const b = this.demand[primary]! / this.#capacity[this.resource[primary]!]!;
      if (a > b || (a === b && this.resource[i]! < this.resource[primary]!)) primary = i;
    }
    this.weight[activity] = 1 / this.demand[primary]!;
    this.#insertMember(resource, at);
  }

  close(activity: number): void {
    const first = activity << this.shift;
    for (let use = first; use < first + this.uses[activity]!; use++) this.#removeMember(this.resource[use]!, use);
    this.uses[activity] = 0;
    this.#free.push(activity);
  }

  remaining(activity: number, now: number): number {
    return Math.max(0, this.work[activity]! - (now - this.since[activity]!) * this.rate[activity]!);
  }

  #newSlot(): number {
    if (this.#size === this.key.length) {
      const size = this.#size * 2;
      this.key = resized(this.key, size);
      this.uses = resized(this.uses, size);
      this.resource = resized(this.resource, size << this.shift);
      this.demand = resized(this.demand, size << this.shift);
      this.weight = resized(this.weight, size);
      this.work = resized(this.work, size);
      this.rate = resized(this.rate, size);
      this.since = resized(this.since, size);
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
