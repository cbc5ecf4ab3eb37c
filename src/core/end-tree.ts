/**
 * The first of the predicted ends of bundles, where many of them move at once: a tournament, in which an end that moves is
 * compared only with those that it could have won against or lost to.
 */
export class EndTree {
  /** The end of bundle b at `#size + b`, the earlier one of nodes 2 n and 2 n + 1 at n: the first of all at 1. */
  #node = new Float64Array(128).fill(Infinity);
  #size = 64;

  /** Infinity = nothing of the bundle ends as things stand. */
  set(bundle: number, end: number): void {
    while (bundle >= this.#size) this.#grow();
    const node = this.#node;
    let at = this.#size + bundle;
    let first = end;
    while (node[at] !== first) {
      node[at] = first;
      if (at === 1) return;
      const rival = node[at ^ 1]!;
      if (rival < first) first = rival;
      at >>= 1;
    }
  }

  /** The smallest end; Infinity when there is none. */
  get first(): number {
    return this.#node[1]!;
  }

  /** The bundle with the first end, by its number where several have it; only when there is one. */
  get firstBundle(): number {
    const node = this.#node;
    const first = node[1];
    let at = 1;
    while (at < this.#size) at = node[2 * at] === first ? 2 * at : 2 * at + 1;
    return at - this.#size;
  }

  #grow(): void {
    const ends = this.#node.subarray(this.#size);
    this.#size *= 2;
    this.#node = new Float64Array(2 * this.#size).fill(Infinity);
    for (let bundle = 0; bundle < ends.length; bundle++) this.set(bundle, ends[bundle]!);
  }
}
