/** At most so many ops are compared one by one. */
const leafSize = 16;
const none = 0x7fffffff;

/** What an op is worth at the moment; below the `least` of {@link CostTree.find}, it is out of the question. */
export type Score = (id: number) => number;

/**
 * Finds, of ops that have a cost on each device, the one with the highest score. A score is bounded by sums: it is at most
 * `offsets[device] + costs[id][device]` for each device, or, told apart by a base, at most
 * `offsets[device] + (costs[id][device] - costs[id][base])` for each other device. Offsets and scores may be new in each
 * search while the costs stay, as in heuristics that choose op after op as queues grow.
 *
 * A k-d tree: ops with similar costs are below one node, which keeps for each base and device the highest value among
 * them. So the least sum of these and the offsets bounds all scores below the node. The search goes to the child with the
 * higher bound first, and passes over what cannot beat what it has found: exact whatever the costs. Adding floats is monotone, so
 * the bounds hold to the last bit where the score is such a sum.
 *
 * Building takes O(n · devices · (log n + bases)), removing an op O(bases · devices · log n). What a search visits has no
 * such bound. Measured with 80,000 ops on 16 devices: 60 nodes where costs are sizes times factors of four kinds of devices,
 * 190 where each device has noise of its own, and 2000, growing as n^0.5, where costs on all devices are independent.
 */
export class CostTree {
  readonly #costs: Float64Array;
  readonly #width: number;
  readonly #bases: readonly number[];
  /** A power of two. Node 1 is the root, those from here on are leaves, and the children of i are 2i and 2i + 1. */
  readonly #leafCount: number;
  /** In the order of the leaves; -1 = removed. */
  readonly #ids: Int32Array;
  /** Costs in that order, so that a leaf reads memory in order. */
  readonly #rows: Float64Array;
  /** By id. */
  readonly #leafOf: Int32Array;
  /** By base: the largest values below each node; those of the root are never needed. */
  readonly #tops: readonly Float64Array[];
  /** The smallest id below each node. */
  readonly #smallest: Int32Array;
  #length: number;

  // The search that is under way.
  #base = -1;
  #top: Float64Array = new Float64Array(0);
  #offsets: Float64Array = new Float64Array(0);
  #score: Score = () => 0;
  #highest = 0;
  #found = none;

  /**
   * @param costs `costs[id * width + device]`; Infinity = cannot run there.
   * @param ids Those to choose from. Each can run somewhere.
   * @param bases Devices whose cost is taken off in some searches; -1 = none is.
   */
  constructor(costs: Float64Array, width: number, ids: readonly number[], bases: readonly number[]) {
    let leafCount = 1;
    while (leafCount * leafSize < ids.length) leafCount *= 2;
    this.#length = ids.length;
    this.#costs = costs;
    this.#width = width;
    this.#bases = bases;
    this.#leafCount = leafCount;
    this.#ids = Int32Array.from(ids);
    this.#leafOf = new Int32Array(costs.length / width);
    this.#divide(0, leafCount);
    this.#rows = new Float64Array(ids.length * width);
    for (let i = 0; i < ids.length; i++) for (let k = 0; k < width; k++) this.#rows[i * width + k] = costs[this.#ids[i]! * width + k]!;
    this.#tops = bases.map(() => new Float64Array(2 * leafCount * width));
    this.#smallest = new Int32Array(2 * leafCount);
    for (let node = 2 * leafCount - 1; node > 0; node--) {
      this.#setTops(node);
      this.#setSmallest(node);
    }
  }

  /** Ops left. */
  get length(): number {
    return this.#length;
  }

  /**
   * The id with the highest score that is at least `least`, ties by id; -1 = there is none.
   * @param base Position in `bases`.
   * @param offsets By device.
   * @param least Above -Infinity.
   */
  find(base: number, offsets: Float64Array, least: number, score: Score): number {
    this.#base = this.#bases[base]!;
    this.#top = this.#tops[base]!;
    this.#offsets = offsets;
    this.#score = score;
    this.#highest = least;
    this.#found = none;
    this.#search(1);
    return this.#found === none ? -1 : this.#found;
  }

  /** Puts `next`, which has the same costs, in the place of `id`; -1 = removes it. */
  replace(id: number, next: number): void {
    const leaf = this.#leafOf[id]!;
    const at = this.#ids.indexOf(id, this.#start(leaf));
    this.#ids[at] = next;
    if (next >= 0) this.#leafOf[next] = leaf;
    else this.#length--;
    let changed = next < 0;
    for (let node = leaf + this.#leafCount; node > 0; node >>= 1) {
      changed &&= this.#setTops(node);
      this.#setSmallest(node);
    }
  }

  #search(node: number): void {
    if (node >= this.#leafCount) return this.#searchLeaf(node - this.#leafCount);
    let first = 2 * node;
    let second = first + 1;
    let more = this.#bound(this.#top, first * this.#width, 0);
    let less = this.#bound(this.#top, second * this.#width, 0);
    if (less > more || (less === more && this.#smallest[second]! < this.#smallest[first]!)) {
      [first, second] = [second, first];
      [more, less] = [less, more];
    }
    if (this.#mayWin(more, this.#smallest[first]!)) this.#search(first);
    if (this.#mayWin(less, this.#smallest[second]!)) this.#search(second);
  }

  #searchLeaf(leaf: number): void {
    for (let i = this.#start(leaf), end = this.#start(leaf + 1); i < end; i++) {
      const id = this.#ids[i]!;
      if (id < 0) continue;
      const at = i * this.#width;
      const zero = this.#base < 0 ? 0 : this.#rows[at + this.#base]!;
      if (zero === Infinity || !this.#mayWin(this.#bound(this.#rows, at, zero), id)) continue;
      const score = this.#score(id);
      if (!this.#mayWin(score, id)) continue;
      this.#highest = score;
      this.#found = id;
    }
  }

  #mayWin(bound: number, id: number): boolean {
    return bound > this.#highest || (bound === this.#highest && id < this.#found);
  }

  /** The least sum over the devices; one that is lower than what was found will do. */
  #bound(values: Float64Array, at: number, zero: number): number {
    const offsets = this.#offsets;
    const highest = this.#highest;
    const base = this.#base;
    let bound = Infinity;
    for (let device = 0; device < offsets.length; device++) {
      const sum = offsets[device]! + (values[at + device]! - zero);
      if (sum >= bound || device === base) continue;
      bound = sum;
      if (bound < highest) break;
    }
    return bound;
  }

  /** Returns whether any has changed. */
  #setTops(node: number): boolean {
    if (node === 1) return false;
    let changed = false;
    for (let b = 0; b < this.#bases.length; b++) {
      if (node >= this.#leafCount) this.#setLeafTops(node, b);
      else if (!this.#setInnerTops(node, this.#tops[b]!)) continue;
      changed = true;
    }
    return changed;
  }

  #setInnerTops(node: number, tops: Float64Array): boolean {
    const width = this.#width;
    let changed = false;
    for (let k = node * width, end = k + width, left = 2 * k; k < end; k++, left++) {
      const top = Math.max(tops[left]!, tops[left + width]!);
      if (top === tops[k]) continue;
      tops[k] = top;
      changed = true;
    }
    return changed;
  }

  #setLeafTops(node: number, b: number): void {
    const width = this.#width;
    const rows = this.#rows;
    const base = this.#bases[b]!;
    const tops = this.#tops[b]!;
    const at = node * width;
    tops.fill(-Infinity, at, at + width);
    for (let i = this.#start(node - this.#leafCount), end = this.#start(node - this.#leafCount + 1); i < end; i++) {
      const row = i * width;
      const zero = base < 0 ? 0 : rows[row + base]!;
      if (this.#ids[i]! < 0 || zero === Infinity) continue;
      for (let k = 0; k < width; k++) {
        const value = rows[row + k]! - zero;
        if (value > tops[at + k]!) tops[at + k] = value;
      }
    }
  }

  #setSmallest(node: number): void {
    const smallest = this.#smallest;
    if (node < this.#leafCount) {
      smallest[node] = Math.min(smallest[2 * node]!, smallest[2 * node + 1]!);
      return;
    }
    smallest[node] = none;
    for (let i = this.#start(node - this.#leafCount), end = this.#start(node - this.#leafCount + 1); i < end; i++) {
      if (this.#ids[i]! >= 0 && this.#ids[i]! < smallest[node]!) smallest[node] = this.#ids[i]!;
    }
  }

  // ── shape ──

  /** Position of the first id of `leaf`. */
  #start(leaf: number): number {
    return Math.floor((this.#ids.length * leaf) / this.#leafCount);
  }

  /** Orders the ids of `count` leaves from `first` on, a power of two: half of them to either child of the node above. */
  #divide(first: number, count: number): void {
    const from = this.#start(first);
    const to = this.#start(first + count);
    if (count === 1) {
      for (let i = from; i < to; i++) this.#leafOf[this.#ids[i]!] = first;
      return;
    }
    this.#select(from, to, this.#start(first + count / 2), this.#widest(from, to));
    this.#divide(first, count / 2);
    this.#divide(first + count / 2, count / 2);
  }

  /** The device on which costs differ most for their size: to tell small ones apart matters more, as the least sum decides. */
  #widest(from: number, to: number): number {
    let widest = 0;
    let largest = -1;
    for (let device = 0; device < this.#width; device++) {
      let least = Infinity;
      let most = 0;
      let sum = 1;
      for (let i = from; i < to; i++) {
        const cost = this.#costs[this.#ids[i]! * this.#width + device]!;
        if (cost < least) least = cost;
        if (cost > most) most = cost;
        sum += cost;
      }
      const spread = most < Infinity ? (most - least) / sum : least < Infinity ? Infinity : 0;
      if (spread <= largest) continue;
      widest = device;
      largest = spread;
    }
    return widest;
  }

  /** Moves ids between `from` and `to` so that those before `at` cost no more on `device` than those from it on: Hoare's quickselect. */
  #select(from: number, to: number, at: number, device: number): void {
    const ids = this.#ids;
    const cost = (i: number): number => this.#costs[ids[i]! * this.#width + device]!;
    for (let low = from, high = to - 1; low < high; ) {
      const pivot = cost((low + high) >> 1);
      let i = low;
      let j = high;
      while (i <= j) {
        while (cost(i) < pivot) i++;
        while (cost(j) > pivot) j--;
        if (i <= j) {
          const id = ids[i]!;
          ids[i++] = ids[j]!;
          ids[j--] = id;
        }
      }
      if (at <= j) high = j;
      else if (at >= i) low = i;
      else return;
    }
  }
}
