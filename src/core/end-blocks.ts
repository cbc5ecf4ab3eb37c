import { resized } from "../base/columns.ts";

const SHIFT = 4;

/**
 * The first of the predicted ends of bundles, where many of them move at once: ends lie in blocks of 16, each with its
 * minimum, and only the blocks that changed are looked at again. A heap would sift each end for itself.
 */
export class EndBlocks {
  #end = new Float64Array(64).fill(Infinity);
  #least = new Float64Array(64 >> SHIFT).fill(Infinity);
  #stale = new Uint8Array(64 >> SHIFT);
  #first = Infinity;
  #changed = false;

  /** Infinity = nothing of the bundle ends as things stand. */
  set(bundle: number, end: number): void {
    while (bundle >= this.#end.length) this.#grow();
    if (this.#end[bundle] === end) return;
    this.#end[bundle] = end;
    this.#stale[bundle >> SHIFT] = 1;
    this.#changed = true;
  }

  /** The smallest end; Infinity when there is none. */
  get first(): number {
    if (this.#changed) this.#refresh();
    return this.#first;
  }

  /** The bundle with the first end, by its number where several have it; only when there is one. */
  get firstBundle(): number {
    const first = this.first;
    let block = 0;
    while (this.#least[block] !== first) block++;
    let bundle = block << SHIFT;
    while (this.#end[bundle] !== first) bundle++;
    return bundle;
  }

  #refresh(): void {
    const end = this.#end;
    const least = this.#least;
    const stale = this.#stale;
    let first = Infinity;
    for (let block = 0; block < least.length; block++) {
      if (stale[block] === 1) {
        stale[block] = 0;
        let lowest = Infinity;
        for (let i = block << SHIFT, stop = i + (1 << SHIFT); i < stop; i++) if (end[i]! < lowest) lowest = end[i]!;
        least[block] = lowest;
      }
      if (least[block]! < first) first = least[block]!;
    }
    this.#first = first;
    this.#changed = false;
  }

  #grow(): void {
    const known = this.#end.length;
    this.#end = resized(this.#end, known * 2).fill(Infinity, known);
    this.#least = resized(this.#least, (known * 2) >> SHIFT).fill(Infinity, known >> SHIFT);
    this.#stale = resized(this.#stale, (known * 2) >> SHIFT);
  }
}
