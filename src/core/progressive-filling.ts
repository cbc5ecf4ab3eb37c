import type { Bundles } from "./bundles.ts";
import type { FillingPart } from "./filling-part.ts";

/**
 * Progressive filling of a part of the bundles: the water rises for all inside alike; a resource that is full freezes those
 * that draw on it, and is their bottleneck; a bundle that reaches full speed freezes there. What the bundles outside draw
 * is taken from the capacities.
 */
export class ProgressiveFilling {
  readonly #bundles: Bundles;
  readonly #part: FillingPart;
  readonly #capacity: Float64Array;

  /** By bundle inside: the level found, -1 while the water rises, and the resource that holds the bundle there (-1 at full speed). */
  level = new Float64Array(64);
  bottleneck = new Int32Array(64);
  /** By reached resource: the level at which it was full, Infinity where it never was. */
  readonly water: Float64Array;
  /** By reached resource: how many of its bundles are inside, and which. */
  readonly insideOf: Int32Array;
  readonly #insiders: Int32Array[];
  /** Some reached resource has bundles that are not inside. */
  hasOutsiders = false;

  /** By reached resource: capacity that is not taken, what the rising bundles take for each unit of level, and how many those are. */
  readonly #left: Float64Array;
  readonly #slope: Float64Array;
  readonly #rising: Int32Array;
  /** Reached resources with rising bundles. */
  readonly #active: Int32Array;

  constructor(bundles: Bundles, part: FillingPart, capacity: Float64Array) {
    const count = capacity.length;
    this.#bundles = bundles;
    this.#part = part;
    this.#capacity = capacity;
    this.water = new Float64Array(count);
    this.insideOf = new Int32Array(count);
    this.#insiders = Array.from(capacity, () => new Int32Array(4));
    this.#left = new Float64Array(count);
    this.#slope = new Float64Array(count);
    this.#rising = new Int32Array(count);
    this.#active = new Int32Array(count);
  }

  /** Makes room for this many bundles. */
  reserve(slots: number): void {
    if (slots <= this.level.length) return;
    this.level = new Float64Array(slots);
    this.bottleneck = new Int32Array(slots);
  }

  /** Fills the part. `drawn` says what all bundles draw of each resource at the levels they have. */
  fill(drawn: Float64Array): void {
    const { shift, uses, resource, pull, full } = this.#bundles;
    const { inside, insideCount, reachedCount } = this.#part;
    const { level: newLevel, bottleneck: newBottleneck, water } = this;
    const left = this.#left;
    const slope = this.#slope;
    const rising = this.#rising;
    const active = this.#active;
    let risingCount = this.#start(drawn);
    let activeCount = reachedCount;
    // The lowest level at which a rising bundle is at full speed; may be too low once that one is frozen.
    let lowestFull = 0;
    while (risingCount > 0) {
      // The resource that is full first; ties to the lower id.
      let tightest = -1;
      let level = Infinity;
      for (let i = 0; i < activeCount; ) {
        const r = active[i]!;
        if (rising[r] === 0) {
          active[i] = active[--activeCount]!;
          continue;
        }
        const limit = (left[r]! > 0 ? left[r]! : 0) / slope[r]!;
        if (limit < level || (limit === level && r < tightest)) {
          level = limit;
          tightest = r;
        }
        i++;
      }
      if (lowestFull < level) {
        lowestFull = Infinity;
        for (let i = 0; i < insideCount; i++) if (newLevel[inside[i]!]! < 0 && full[inside[i]!]! < lowestFull) lowestFull = full[inside[i]!]!;
      }
      // Those that are at full speed before the resource is full leave something to the others.
      const atFull = lowestFull < level;
      if (atFull) level = lowestFull;
      else water[tightest] = level;
      const list = atFull ? inside : this.#insiders[tightest]!;
      for (let i = 0, n = atFull ? insideCount : this.insideOf[tightest]!; i < n; i++) {
        const bundle = list[i]!;
        if (newLevel[bundle]! >= 0 || (atFull && full[bundle] !== level)) continue;
        newLevel[bundle] = level;
        newBottleneck[bundle] = atFull ? -1 : tightest;
        risingCount--;
        for (let use = bundle << shift, end = use + uses[bundle]!; use < end; use++) {
          const r = resource[use]!;
          left[r] = left[r]! - pull[use]! * level;
          slope[r] = slope[r]! - pull[use]!;
          rising[r] = rising[r]! - 1;
        }
      }
    }
  }

  /** Sets the reached resources to level 0, and bundles that none of them can hold to full speed; returns how many rise. */
  #start(drawn: Float64Array): number {
    const { shift, uses, resource, pull, full, level, memberCount } = this.#bundles;
    const left = this.#left;
    const slope = this.#slope;
    const { inside, insideCount, reached, reachedCount, isReached } = this.#part;
    const { level: newLevel, bottleneck: newBottleneck, insideOf, water } = this;
    const insiders = this.#insiders;
    for (let i = 0; i < reachedCount; i++) {
      const r = reached[i]!;
      left[r] = this.#capacity[r]! - drawn[r]!;
      slope[r] = 0;
      insideOf[r] = 0;
      water[r] = Infinity;
      this.#active[i] = r;
      const members = this.#bundles.members[r]!;
      if (insiders[r]!.length < members.length) insiders[r] = new Int32Array(members.length);
    }
    let risingCount = 0;
    for (let i = 0, n = insideCount; i < n; i++) {
      const bundle = inside[i]!;
      const own = level[bundle]!;
      let rises = 0;
      for (let use = bundle << shift, end = use + uses[bundle]!; use < end; use++) {
        const r = resource[use]!;
        if (isReached[r] === 0) continue;
        left[r] = left[r]! + pull[use]! * own;
        slope[r] = slope[r]! + pull[use]!;
        const at = insideOf[r]!;
        insiders[r]![at] = bundle;
        insideOf[r] = at + 1;
        rises = 1;
      }
      risingCount += rises;
      newLevel[bundle] = rises === 1 ? -1 : full[bundle]!;
      newBottleneck[bundle] = -1;
    }
    this.hasOutsiders = false;
    for (let i = 0; i < reachedCount; i++) {
      const r = reached[i]!;
      this.#rising[r] = insideOf[r]!;
      // All are inside: no dust of sums.
      if (insideOf[r] === memberCount[r]) left[r] = this.#capacity[r]!;
      else this.hasOutsiders = true;
    }
    return risingCount;
  }
}
