import { resized } from "../base/columns.ts";

const SHIFT = 6;

/**
 * The first of the predicted ends of activities, where most of them move at once: ends lie in blocks of 64, each with
 * its minimum, and only the blocks that changed are looked at again. A heap would sift each end for itself.
 */
export class EndBlocks {
  #end = new Float64Array(64).fill(Infinity);
  #least = new Float64Array(1).fill(Infinity);
  #stale = new Uint8Array(1);
  #first = Infinity;
  #changed = false;

  /** Infinity = the activity does not end as things stand. */
  set(activity: number, end: number): void {
    if (activity >= this.#end.length) this.#grow();
    this.#end[activity] = end;
    this.#stale[activity >> SHIFT] = 1;
    this.#changed = true;
  }

  /** The smallest end; Infinity when there is none. */
  get first(): number {
    if (this.#changed) this.#refresh();
    return this.#first;
  }

  /** The activity that ends first, by its number where several do; only when there is one. */
  get firstActivity(): number {
    const first = this.first;
    let block = 0;
    while (this.#least[block] !== first) block++;
    let activity = block << SHIFT;
    while (this.#end[activity] !== first) activity++;
    return activity;
  }

  #refresh(): void {
    let first = Infinity;
    for (let block = 0; block < this.#least.length; block++) {
      if (this.#stale[block] === 1) {
        this.#stale[block] = 0;
        let least = Infinity;
        for (let i = block << SHIFT, stop = i + (1 << SHIFT); i < stop; i++) if (this.#end[i]! < least) least = this.#end[i]!;
        this.#least[block] = least;
      }
      if (this.#least[block]! < first) first = this.#least[block]!;
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
