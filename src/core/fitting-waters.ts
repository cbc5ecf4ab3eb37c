import type { Bundles } from "./bundles.ts";

/** The part of a level or capacity below which a difference is the dust of sums. */
const DUST = 1e-13;
/** A sum is taken anew when it shrinks by more than this at once. */
const MAX_SHRINK = 1024;

/**
 * The *water* that fits each resource: the level at which it is full when its bundles rise to their caps and no further;
 * Infinity where it is not full then. While caps move it follows from sums over the uses that are capped below the water
 * and over those that are not; when a use changes sides the sums are taken anew.
 */
export class FittingWaters {
  private readonly bundles: Bundles;
  private readonly capacity: Float64Array;
  /** By resource. */
  readonly level: Float64Array;
  /** By resource: what uses capped below the water leave of the capacity, and what the others take for each unit of level. */
  private readonly left: Float64Array;
  private readonly slope: Float64Array;
  /** By resource: no cap on the lower side is above `top`, none on the other below `bottom`; the water is between them. */
  private readonly top: Float64Array;
  private readonly bottom: Float64Array;

  constructor(bundles: Bundles, capacity: Float64Array) {
    const count = capacity.length;
    this.bundles = bundles;
    this.capacity = capacity;
    this.level = new Float64Array(count).fill(Infinity);
    this.left = capacity.slice();
    this.slope = new Float64Array(count);
    this.top = new Float64Array(count);
    this.bottom = new Float64Array(count).fill(Infinity);
  }

  /** The cap of a use that takes `pull` for each unit of level has moved. False when the water must be {@link find found} anew. */
  moveCap(r: number, pull: number, before: number, after: number): boolean {
    const level = this.level[r]!;
    // On which side it was is not known.
    if (before === level) return false;
    if (before < level) this.left[r]! += pull * before;
    else {
      if (after >= level) {
        if (after < this.bottom[r]!) this.bottom[r] = after;
        return true;
      }
      this.slope[r]! -= pull;
      if (this.slope[r]! * MAX_SHRINK < pull) return false;
    }
    if (after < level) {
      this.left[r]! -= pull * after;
      if (after > this.top[r]!) this.top[r] = after;
    } else {
      this.slope[r]! += pull;
      if (after < this.bottom[r]!) this.bottom[r] = after;
    }
    if (level === Infinity) return this.left[r]! >= -DUST * this.capacity[r]!;
    const water = this.left[r]! / this.slope[r]!;
    this.level[r] = water;
    return water >= this.top[r]! && water <= this.bottom[r]!;
  }

  /** Finds the water from all uses of the resource, in their order; the guess should be near it. */
  find(r: number, guess: number): void {
    const { members, memberCount, pull, cap } = this.bundles;
    const list = members[r]!;
    const count = memberCount[r]!;
    const capacity = this.capacity[r]!;
    // Newton's method on Σ pull · min(cap, water) = capacity, which is concave: each step but the first goes up.
    let water = guess;
    let isFromBelow = false;
    for (;;) {
      let left = capacity;
      let top = 0;
      let slope = 0;
      let above = 0;
      let bottom = Infinity;
      for (let m = 0; m < count; m++) {
        const use = list[m]!;
        const limit = cap[use]!;
        const drawn = pull[use]! * limit;
        if (limit < water) {
          left -= drawn;
          if (limit > top) top = limit;
        } else {
          slope += pull[use]!;
          above += drawn;
          if (limit < bottom) bottom = limit;
        }
      }
      // All caps below a water that was reached from below: they fit, but for dust.
      if (left - above >= -DUST * capacity || (slope === 0 && isFromBelow)) {
        this.#keep(r, Infinity, left - above, 0, top, Infinity);
        return;
      }
      if (slope === 0) {
        water = top;
        continue;
      }
      water = left / slope;
      if (water <= bottom && (water >= top || isFromBelow)) {
        this.#keep(r, water > top ? water : top, left, slope, top, bottom);
        return;
      }
      isFromBelow = true;
    }
  }

  #keep(r: number, level: number, left: number, slope: number, top: number, bottom: number): void {
    this.level[r] = level;
    this.left[r] = left;
    this.slope[r] = slope;
    this.top[r] = top;
    this.bottom[r] = bottom;
  }
}

/** Equal but for dust. */
export function sameLevel(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= DUST * (a < b ? a : b);
}
