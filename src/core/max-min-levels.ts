import type { Bundles } from "./bundles.ts";
import { FittingWaters, sameLevel } from "./fitting-waters.ts";

/**
 * Keeps the levels of bundles at the max-min solution as activities come and go. Each resource has a *water*, a level above
 * which it lets no bundle rise; a bundle is at the lowest of its waters or at full speed. After a change, waters that do
 * not fit what the others leave are moved, the lowest first, until all fit. Why that is exact: docs/decisions/shared-links.md.
 */
export class MaxMinLevels {
  private readonly bundles: Bundles;
  /** By resource: Infinity where it is not full. */
  private readonly water: Float64Array;
  /** What the waters should be as the others are, but for those that are stale. */
  private readonly fitting: FittingWaters;
  private readonly isStale: Uint8Array;
  /** Resources whose water may not fit, as flags and as a list. */
  private readonly isUnsettled: Uint8Array;
  private readonly unsettled: Int32Array;
  #unsettledCount = 0;
  /** Resources whose water has moved in this solve, as flags and as a list. */
  private readonly hasMoved: Uint8Array;
  private readonly moved: Int32Array;
  #movedCount = 0;
  /** The bundles whose level the last {@link solve} changed: the first `changedCount` entries. */
  changed = new Int32Array(64);
  changedCount = 0;

  constructor(bundles: Bundles, capacity: Float64Array) {
    const count = capacity.length;
    this.bundles = bundles;
    this.water = new Float64Array(count).fill(Infinity);
    this.fitting = new FittingWaters(bundles, capacity);
    this.isStale = new Uint8Array(count);
    this.isUnsettled = new Uint8Array(count);
    this.unsettled = new Int32Array(count);
    this.hasMoved = new Uint8Array(count);
    this.moved = new Int32Array(count);
  }

  /** True when {@link solve} has something to do. */
  get pending(): boolean {
    return this.#unsettledCount > 0;
  }

  /** An activity joined the bundle. The first one begins at the level that the waters as they are allow. */
  joined(bundle: number): void {
    const { shift, uses, resource, cap, count, level } = this.bundles;
    const first = bundle << shift;
    const end = first + uses[bundle]!;
    if (count[bundle] === 1) {
      for (let use = first; use < end; use++) cap[use] = this.#capOf(bundle, use);
      level[bundle] = this.#capOf(bundle, -1);
    }
    for (let use = first; use < end; use++) this.#spoil(resource[use]!);
  }

  /** An activity left the bundle. */
  left(bundle: number): void {
    const { shift, uses, resource } = this.bundles;
    for (let use = bundle << shift, end = use + uses[bundle]!; use < end; use++) {
      // What was not full still is not.
      if (this.fitting.level[resource[use]!]! < Infinity) this.#spoil(resource[use]!);
    }
  }

  /** Brings the levels of all bundles up to date, and lists those that changed. */
  solve(): void {
    for (let r = this.#lowest(); r >= 0; r = this.#lowest()) this.#move(r);
    this.#listChanged();
  }

  /** The water of the resource may not fit any more, and must be found anew. */
  #spoil(r: number): void {
    this.isStale[r] = 1;
    this.#unsettle(r);
  }

  #unsettle(r: number): void {
    if (this.isUnsettled[r] === 1) return;
    this.isUnsettled[r] = 1;
    this.unsettled[this.#unsettledCount++] = r;
  }

  /** The resource whose water does not fit and is, or should be, the lowest of such; ties to the lower id; -1 when all fit. */
  #lowest(): number {
    const unsettled = this.unsettled;
    const water = this.water;
    const fitting = this.fitting.level;
    let found = -1;
    let lowest = Infinity;
    for (let i = 0; i < this.#unsettledCount; ) {
      const r = unsettled[i]!;
      if (this.isStale[r] === 1) {
        this.isStale[r] = 0;
        this.fitting.find(r, water[r]!);
      }
      const is = water[r]!;
      const should = fitting[r]!;
      if (sameLevel(is, should)) {
        this.isUnsettled[r] = 0;
        unsettled[i] = unsettled[--this.#unsettledCount]!;
        continue;
      }
      const level = is < should ? is : should;
      if (level < lowest || (level === lowest && r < found)) {
        lowest = level;
        found = r;
      }
      i++;
    }
    return found;
  }

  /** Moves the water of the resource to where it fits, and the caps of its bundles on other resources. */
  #move(r: number): void {
    const { members, memberCount, shift, uses, resource, pull, cap } = this.bundles;
    const before = this.water[r]!;
    const after = this.fitting.level[r]!;
    this.water[r] = after;
    if (this.hasMoved[r] === 0) {
      this.hasMoved[r] = 1;
      this.moved[this.#movedCount++] = r;
    }
    const list = members[r]!;
    for (let m = 0, n = memberCount[r]!; m < n; m++) {
      const own = list[m]!;
      const bundle = own >> shift;
      for (let use = bundle << shift, end = use + uses[bundle]!; use < end; use++) {
        if (use === own) continue;
        const old = cap[use]!;
        // Another one caps it, before and after.
        if (old < before && old <= after) continue;
        const now = after < before ? after : this.#capOf(bundle, use);
        if (now === old) continue;
        cap[use] = now;
        const other = resource[use]!;
        if (this.isStale[other] === 1) continue;
        if (this.fitting.moveCap(other, pull[use]!, old, now)) this.#unsettle(other);
        else this.#spoil(other);
      }
    }
  }

  /** The level that full speed and the bundle's other uses allow it. */
  #capOf(bundle: number, use: number): number {
    const { shift, uses, resource, full } = this.bundles;
    let lowest = full[bundle]!;
    for (let other = bundle << shift, end = other + uses[bundle]!; other < end; other++) {
      if (other !== use && this.water[resource[other]!]! < lowest) lowest = this.water[resource[other]!]!;
    }
    return lowest;
  }

  #listChanged(): void {
    const { members, memberCount, shift, cap, level, slots } = this.bundles;
    if (this.changed.length < slots) this.changed = new Int32Array(slots);
    this.changedCount = 0;
    for (let i = 0; i < this.#movedCount; i++) {
      const r = this.moved[i]!;
      this.hasMoved[r] = 0;
      const water = this.water[r]!;
      const list = members[r]!;
      for (let m = 0, n = memberCount[r]!; m < n; m++) {
        const use = list[m]!;
        const bundle = use >> shift;
        const now = cap[use]! < water ? cap[use]! : water;
        if (sameLevel(now, level[bundle]!)) continue;
        level[bundle] = now;
        this.changed[this.changedCount++] = bundle;
      }
    }
    this.#movedCount = 0;
  }
}
