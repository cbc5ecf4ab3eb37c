import type { Bundles } from "./bundles.ts";
import { FillingPart } from "./filling-part.ts";
import { ProgressiveFilling } from "./progressive-filling.ts";

/** Changes of a level below this part of it are the dust of sums, and not passed on. */
const DUST = 1e-13;

/**
 * Keeps the levels of bundles at the max-min solution as activities come and go. After a change only a part is filled
 * again: the bundles that were joined or that a changed resource held back, with the rest of the world as it is. Then
 * those outside join whose bottleneck was disturbed, or who stand above the water of a resource that was found full, until
 * there are none. Why that is exact: docs/decisions/shared-links.md.
 */
export class MaxMinLevels {
  readonly #bundles: Bundles;
  readonly #capacity: Float64Array;
  readonly #filling: ProgressiveFilling;
  /** What the last {@link solve} filled again. */
  readonly part: FillingPart;
  /** Resources whose bundles would together draw more than there is. */
  readonly #limiting: Uint8Array;
  /** By resource: what its bundles draw at their levels, summed in their order whenever one of them changes. */
  readonly #drawn: Float64Array;
  /** Resources whose bundles changed since the last {@link solve}, as flags and as a list. */
  readonly #dirty: Uint8Array;
  readonly #dirtyList: Int32Array;
  #dirtyCount = 0;
  /** Bundles that an activity joined since then, some of them twice or gone again. */
  readonly #joined: number[] = [];
  /** By resource: 1 = what a bundle inside draws of it changes; within a solve. */
  readonly #disturbed: Uint8Array;

  constructor(bundles: Bundles, capacity: Float64Array) {
    const count = capacity.length;
    this.#bundles = bundles;
    this.#capacity = capacity;
    this.part = new FillingPart(count);
    this.#filling = new ProgressiveFilling(bundles, this.part, capacity);
    this.#limiting = new Uint8Array(count);
    this.#drawn = new Float64Array(count);
    this.#dirty = new Uint8Array(count);
    this.#dirtyList = new Int32Array(count);
    this.#disturbed = new Uint8Array(count);
  }

  /** An activity joined the bundle. */
  joined(bundle: number): void {
    this.#joined.push(bundle);
    this.touch(bundle);
  }

  /** The bundle draws more or less than before on its resources. */
  touch(bundle: number): void {
    const { shift, uses, resource } = this.#bundles;
    for (let use = bundle << shift, end = use + uses[bundle]!; use < end; use++) {
      const r = resource[use]!;
      if (this.#dirty[r] === 1) continue;
      this.#dirty[r] = 1;
      this.#dirtyList[this.#dirtyCount++] = r;
    }
  }

  /** Brings the levels of all bundles up to date; those outside `part` stay where they are. */
  solve(): void {
    const { part } = this;
    const { slots } = this.#bundles;
    part.clear(slots);
    this.#filling.reserve(slots);
    this.#seed();
    let known = 0;
    while (known < part.insideCount) {
      for (; known < part.insideCount; known++) part.reachFrom(part.inside[known]!, this.#bundles, this.#limiting);
      this.#filling.fill(this.#drawn);
      if (this.#filling.hasOutsiders) this.#grow();
    }
    part.lowerFlags();
    this.#settle();
  }

  /** The bundles inside are from now on where the water left them. */
  #settle(): void {
    const { shift, uses, resource, pull, level, bottleneck } = this.#bundles;
    const { inside, insideCount } = this.part;
    const { level: newLevel, bottleneck: newBottleneck } = this.#filling;
    for (let i = 0; i < insideCount; i++) {
      const bundle = inside[i]!;
      bottleneck[bundle] = newBottleneck[bundle]!;
      const before = level[bundle]!;
      const after = newLevel[bundle]!;
      if (sameLevel(after, before)) continue;
      level[bundle] = after;
      for (let use = bundle << shift, end = use + uses[bundle]!; use < end; use++) this.#drawn[resource[use]!]! += pull[use]! * (after - before);
    }
  }

  /** Bundles that were joined, and those that a changed resource held back. */
  #seed(): void {
    const { members, memberCount, shift, count, pull, full, level, bottleneck } = this.#bundles;
    const joined = this.#joined;
    for (let i = 0; i < joined.length; i++) if (count[joined[i]!]! > 0) this.part.add(joined[i]!);
    joined.length = 0;
    for (let d = 0; d < this.#dirtyCount; d++) {
      const r = this.#dirtyList[d]!;
      this.#dirty[r] = 0;
      const list = members[r]!;
      let sum = 0;
      let drawn = 0;
      for (let m = 0, n = memberCount[r]!; m < n; m++) {
        const use = list[m]!;
        const bundle = use >> shift;
        sum += pull[use]! * full[bundle]!;
        drawn += pull[use]! * level[bundle]!;
        if (bottleneck[bundle] === r) this.part.add(bundle);
      }
      this.#drawn[r] = drawn;
      this.#limiting[r] = sum > this.#capacity[r]! ? 1 : 0;
    }
    this.#dirtyCount = 0;
  }

  /** Adds those outside whose bottleneck was disturbed, or who are above the water of a resource that is full. */
  #grow(): void {
    const { shift, uses, resource, level, bottleneck, members, memberCount } = this.#bundles;
    const disturbed = this.#disturbed;
    const { inside, insideCount, isInside, reached, reachedCount, isReached } = this.part;
    const { level: newLevel, insideOf, water } = this.#filling;
    for (let i = 0; i < insideCount; i++) {
      const bundle = inside[i]!;
      if (sameLevel(newLevel[bundle]!, level[bundle]!)) continue;
      for (let use = bundle << shift, end = use + uses[bundle]!; use < end; use++) disturbed[resource[use]!] = isReached[resource[use]!]!;
    }
    for (let i = 0; i < reachedCount; i++) {
      const r = reached[i]!;
      const isDisturbed = disturbed[r] === 1;
      const count = memberCount[r]!;
      if (insideOf[r] === count || (!isDisturbed && water[r] === Infinity)) continue;
      const list = members[r]!;
      const top = water[r]! * (1 + 1e-12);
      for (let m = 0; m < count; m++) {
        const bundle = list[m]! >> shift;
        if (isInside[bundle] === 0 && ((isDisturbed && bottleneck[bundle] === r) || level[bundle]! > top)) this.part.add(bundle);
      }
    }
    for (let i = 0; i < reachedCount; i++) disturbed[reached[i]!] = 0;
  }
}

/** Equal but for dust. */
function sameLevel(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= DUST * b;
}
