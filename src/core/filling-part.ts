import type { Bundles } from "./bundles.ts";

/** The part of all bundles that is filled again after a change, and the limiting resources that it draws on: as lists and as flags. */
export class FillingPart {
  /** Bundles inside, the first `insideCount` entries. */
  inside = new Int32Array(64);
  insideCount = 0;
  /** By bundle: 1 = inside. */
  isInside = new Uint8Array(64);
  /** Limiting resources of the bundles inside, the first `reachedCount` entries. */
  readonly reached: Int32Array;
  reachedCount = 0;
  /** By resource: 1 = reached. */
  readonly isReached: Uint8Array;

  constructor(resourceCount: number) {
    this.reached = new Int32Array(resourceCount);
    this.isReached = new Uint8Array(resourceCount);
  }

  add(bundle: number): void {
    if (this.isInside[bundle] === 1) return;
    this.isInside[bundle] = 1;
    this.inside[this.insideCount++] = bundle;
  }

  /** Reaches the limiting resources of a bundle inside. */
  reachFrom(bundle: number, { shift, uses, resource }: Bundles, limiting: Uint8Array): void {
    for (let use = bundle << shift, end = use + uses[bundle]!; use < end; use++) {
      const r = resource[use]!;
      if (limiting[r] === 0 || this.isReached[r] === 1) continue;
      this.isReached[r] = 1;
      this.reached[this.reachedCount++] = r;
    }
  }

  /** Empties the lists, whose flags were lowered, and makes room for this many bundles. */
  clear(slots: number): void {
    this.insideCount = 0;
    this.reachedCount = 0;
    if (slots <= this.inside.length) return;
    this.inside = new Int32Array(slots);
    this.isInside = new Uint8Array(slots);
  }

  /** Takes the flags back; the lists stay. */
  lowerFlags(): void {
    for (let i = 0; i < this.insideCount; i++) this.isInside[this.inside[i]!] = 0;
    for (let i = 0; i < this.reachedCount; i++) this.isReached[this.reached[i]!] = 0;
  }
}
