/** Rounds a duration up to whole ticks; float dust does not add one (docs/decisions/engine-semantics.md). */
export function ceilTicks(duration: number): number {
  return Math.max(0, Math.ceil(duration - 1e-6));
}

/** Told when the predicted end of an activity changed; `key` is the order key it was opened with. Infinity = it stands still. */
export interface RetimeSink {
  retimed(key: number, endTicks: number): void;
}

/**
 * Activities that use shared resources, and the rates at which they run: the weighted max-min solution of
 * Σ demand · rate ≤ capacity with every rate in [0, 1], by progressive filling. On its primary resource (the one with
 * the largest demand / capacity) every competitor gets an equal part of the capacity, and what one cannot use goes to
 * the others.
 *
 * Activities are pooled; each has an order key, and every sum is taken in the order of keys, so that the result does
 * not depend on history. Only resources that changed, and what is connected to them through oversubscribed ones, are
 * solved again. Durations are in ticks; an activity's work is the ticks its shared phase takes alone.
 */
export class SharedResources {
  readonly #capacity: Float64Array;
  readonly #stride: number;
  readonly #sink: RetimeSink;

  // Activities, by pool slot.
  #key: Float64Array;
  #uses: Uint8Array;
  #resource: Uint32Array;
  #demand: Float64Array;
  #weight: Float64Array;
  #work: Float64Array;
  #rate: Float64Array;
  #since: Float64Array;
  #inSolve: Uint8Array;
  readonly #free: number[] = [];
  #poolSize = 0;

  // Members of each resource, sorted by key.
  readonly #members: Int32Array[];
  readonly #memberCount: Int32Array;
  readonly #limiting: Uint8Array;
  readonly #dirty: Uint8Array;
  readonly #dirtyList: number[] = [];
  readonly #fresh: number[] = [];
  readonly #inComponent: Uint8Array;

  /**
   * @param capacity of each resource; Infinity = never a limit (its activities should not name it).
   * @param maxUses largest number of resources that one activity names.
   */
  constructor(capacity: Float64Array, maxUses: number, sink: RetimeSink) {
    this.#capacity = capacity;
    this.#stride = Math.max(1, maxUses);
    this.#sink = sink;
    const size = 64;
    this.#key = new Float64Array(size);
    this.#uses = new Uint8Array(size);
    this.#resource = new Uint32Array(size * this.#stride);
    this.#demand = new Float64Array(size * this.#stride);
    this.#weight = new Float64Array(size);
    this.#work = new Float64Array(size);
    this.#rate = new Float64Array(size);
    this.#since = new Float64Array(size);
    this.#inSolve = new Uint8Array(size);
    this.#members = Array.from(capacity, () => new Int32Array(4));
    this.#memberCount = new Int32Array(capacity.length);
    this.#limiting = new Uint8Array(capacity.length);
    this.#dirty = new Uint8Array(capacity.length);
    this.#inComponent = new Uint8Array(capacity.length);
  }

  /** True when {@link solve} has something to do. */
  get changed(): boolean {
    return this.#dirtyList.length > 0 || this.#fresh.length > 0;
  }

  /** Opens an activity with `work` ticks to do alone, ordered by its unique `key`; name its resources with {@link use}, then let {@link solve} run. */
  open(key: number, work: number, now: number): number {
    const activity = this.#free.pop() ?? this.#newSlot();
    this.#key[activity] = key;
    this.#uses[activity] = 0;
    this.#work[activity] = work;
    this.#rate[activity] = 0;
    this.#since[activity] = now;
    this.#weight[activity] = 1;
    this.#fresh.push(activity);
    return activity;
  }

  /** The activity draws `demand` of `resource` when it runs at full speed. */
  use(activity: number, resource: number, demand: number): void {
    const uses = this.#uses[activity]!;
    const at = activity * this.#stride + uses;
    this.#resource[at] = resource;
    this.#demand[at] = demand;
    this.#uses[activity] = uses + 1;
    // The primary resource sets the weight; ties go to the lower id.
    let primary = activity * this.#stride;
    for (let i = primary + 1; i <= at; i++) {
      const a = this.#demand[i]! / this.#capacity[this.#resource[i]!]!;
      const b = this.#demand[primary]! / this.#capacity[this.#resource[primary]!]!;
      if (a > b || (a === b && this.#resource[i]! < this.#resource[primary]!)) primary = i;
    }
    this.#weight[activity] = 1 / this.#demand[primary]!;
    this.#insertMember(resource, activity);
    this.#touch(resource);
  }

  /** Ticks of work alone that are left now. */
  remaining(activity: number, now: number): number {
    return Math.max(0, this.#work[activity]! - (now - this.#since[activity]!) * this.#rate[activity]!);
  }

  rate(activity: number): number {
    return this.#rate[activity]!;
  }

  /** Ends the activity, done or not, and frees its slot. */
  close(activity: number): void {
    const first = activity * this.#stride;
    for (let i = first; i < first + this.#uses[activity]!; i++) {
      this.#removeMember(this.#resource[i]!, activity);
      this.#touch(this.#resource[i]!);
    }
    const fresh = this.#fresh.indexOf(activity);
    if (fresh >= 0) this.#fresh.splice(fresh, 1);
    this.#uses[activity] = 0;
    this.#free.push(activity);
  }

  /** Brings every rate up to date and tells the sink each end that moved. Call once a round, after all changes. */
  solve(now: number): void {
    const affected = this.#collectAffected();
    if (affected.length > 0) {
      this.#fill(affected);
      for (const activity of affected) this.#apply(activity, now);
    }
  }

  // ── which activities can have changed ──

  /** Fresh activities, and all that are connected to a changed resource through resources that limit (or just did). */
  #collectAffected(): number[] {
    const affected: number[] = [];
    const resources: number[] = [];
    for (const resource of this.#dirtyList) {
      this.#dirty[resource] = 0;
      const before = this.#limiting[resource]!;
      const now = this.#isOversubscribed(resource) ? 1 : 0;
      this.#limiting[resource] = now;
      if ((before | now) === 1 && this.#inComponent[resource] === 0) {
        this.#inComponent[resource] = 1;
        resources.push(resource);
      }
    }
    this.#dirtyList.length = 0;
    for (const activity of this.#fresh) {
      this.#inSolve[activity] = 1;
      affected.push(activity);
    }
    this.#fresh.length = 0;
    for (let i = 0; i < affected.length; i++) this.#reachResources(affected[i]!, resources);
    for (let r = 0; r < resources.length; r++) {
      const resource = resources[r]!;
      const members = this.#members[resource]!;
      for (let i = 0; i < this.#memberCount[resource]!; i++) {
        const activity = members[i]!;
        if (this.#inSolve[activity] === 1) continue;
        this.#inSolve[activity] = 1;
        affected.push(activity);
        this.#reachResources(activity, resources);
      }
    }
    for (const resource of resources) this.#inComponent[resource] = 0;
    return affected;
  }

  #reachResources(activity: number, resources: number[]): void {
    const first = activity * this.#stride;
    for (let i = first; i < first + this.#uses[activity]!; i++) {
      const resource = this.#resource[i]!;
      if (this.#limiting[resource] === 1 && this.#inComponent[resource] === 0) {
        this.#inComponent[resource] = 1;
        resources.push(resource);
      }
    }
  }

  #isOversubscribed(resource: number): boolean {
    const members = this.#members[resource]!;
    let sum = 0;
    for (let i = 0; i < this.#memberCount[resource]!; i++) sum += this.#demandOn(members[i]!, resource);
    return sum > this.#capacity[resource]!;
  }

  #demandOn(activity: number, resource: number): number {
    const first = activity * this.#stride;
    let demand = 0;
    for (let i = first; i < first + this.#uses[activity]!; i++) if (this.#resource[i] === resource) demand += this.#demand[i]!;
    return demand;
  }

  // ── progressive filling ──

  /** Sets `#newRate` of each affected activity. All members of every limiting resource they touch are among them. */
  #fill(affected: number[]): void {
    if (this.#newRate.length < this.#poolSize) this.#newRate = new Float64Array(this.#key.length);
    const rates = this.#newRate;
    const limits: number[] = [];
    let open = 0;
    for (const activity of affected) {
      let limited = false;
      const first = activity * this.#stride;
      for (let i = first; i < first + this.#uses[activity]!; i++) {
        const resource = this.#resource[i]!;
        if (this.#limiting[resource] === 0) continue;
        limited = true;
        if (this.#inComponent[resource] === 0) {
          this.#inComponent[resource] = 1;
          limits.push(resource);
        }
      }
      rates[activity] = limited ? -1 : 1;
      if (limited) open++;
    }
    while (open > 0) {
      // The resource that is full first; ties to the lower id.
      let tightest = -1;
      let level = Infinity;
      for (const resource of limits) {
        const limit = this.#levelLimit(resource, rates);
        if (limit < level || (limit === level && resource < tightest)) {
          level = limit;
          tightest = resource;
        }
      }
      // Activities that reach full speed below that level are done first, so that what they leave is shared again.
      let lowest = Infinity;
      for (const activity of affected) if (rates[activity]! < 0 && 1 / this.#weight[activity]! < lowest) lowest = 1 / this.#weight[activity]!;
      if (lowest < level) {
        for (const activity of affected) {
          if (rates[activity]! < 0 && 1 / this.#weight[activity]! === lowest) {
            rates[activity] = 1;
            open--;
          }
        }
        continue;
      }
      const members = this.#members[tightest]!;
      for (let i = 0; i < this.#memberCount[tightest]!; i++) {
        const activity = members[i]!;
        if (rates[activity]! >= 0) continue;
        rates[activity] = Math.min(1, this.#weight[activity]! * level);
        open--;
      }
    }
    for (const resource of limits) this.#inComponent[resource] = 0;
  }
  #newRate = new Float64Array(64);

  /** Level at which the resource is full, given the rates frozen so far; Infinity when none of its members rises. */
  #levelLimit(resource: number, rates: Float64Array): number {
    const members = this.#members[resource]!;
    let frozen = 0;
    let rising = 0;
    for (let i = 0; i < this.#memberCount[resource]!; i++) {
      const activity = members[i]!;
      const demand = this.#demandOn(activity, resource);
      const rate = rates[activity]!;
      if (rate < 0) rising += demand * this.#weight[activity]!;
      else frozen += demand * rate;
    }
    return rising > 0 ? Math.max(0, this.#capacity[resource]! - frozen) / rising : Infinity;
  }

  #apply(activity: number, now: number): void {
    this.#inSolve[activity] = 0;
    const before = this.#rate[activity]!;
    const after = this.#newRate[activity]!;
    if (after === before) return;
    this.#work[activity] = this.remaining(activity, now);
    this.#since[activity] = now;
    this.#rate[activity] = after;
    if (after > 0) this.#sink.retimed(this.#key[activity]!, now + ceilTicks(this.#work[activity]! / after));
    else this.#sink.retimed(this.#key[activity]!, Infinity);
  }

  // ── pool and member lists ──

  #newSlot(): number {
    if (this.#poolSize === this.#key.length) {
      const size = this.#poolSize * 2;
      this.#key = grow(this.#key, size);
      this.#uses = grow(this.#uses, size);
      this.#resource = grow(this.#resource, size * this.#stride);
      this.#demand = grow(this.#demand, size * this.#stride);
      this.#weight = grow(this.#weight, size);
      this.#work = grow(this.#work, size);
      this.#rate = grow(this.#rate, size);
      this.#since = grow(this.#since, size);
      this.#inSolve = grow(this.#inSolve, size);
    }
    return this.#poolSize++;
  }

  #insertMember(resource: number, activity: number): void {
    let members = this.#members[resource]!;
    const count = this.#memberCount[resource]!;
    if (count === members.length) members = this.#members[resource] = grow(members, count * 2);
    let i = count;
    const key = this.#key[activity]!;
    while (i > 0 && this.#key[members[i - 1]!]! > key) {
      members[i] = members[i - 1]!;
      i--;
    }
    members[i] = activity;
    this.#memberCount[resource] = count + 1;
  }

  #removeMember(resource: number, activity: number): void {
    const members = this.#members[resource]!;
    const count = --this.#memberCount[resource]!;
    const at = members.indexOf(activity);
    members.copyWithin(at, at + 1, count + 1);
  }

  #touch(resource: number): void {
    if (this.#dirty[resource] === 1) return;
    this.#dirty[resource] = 1;
    this.#dirtyList.push(resource);
  }
}

function grow<A extends Float64Array | Uint32Array | Int32Array | Uint8Array>(old: A, size: number): A {
  const bigger = new (old.constructor as new (length: number) => A)(size);
  bigger.set(old as never);
  return bigger;
}
