/**
 * Busy and idle time of many slots, for planners that insert into gaps. Each slot has a tail (the end of its last
 * interval, behind which all is free) and an ordered index of the idle gaps before it: a treap by start, whose nodes
 * know the longest gap below them. Appending takes constant time, searching and filling a gap logarithmic time.
 *
 * An interval of length 0 needs a moment at which the slot is idle: in a gap, at its edges, or at the tail.
 */
export class TimelineGaps {
  readonly #root: Int32Array;
  readonly #tail: Float64Array;
  /** Longest gap of each slot; -1 = none. */
  readonly #longestOf: Float64Array;
  // Nodes of all slots, in columns that grow; unused ones are chained through `left`.
  #start = new Float64Array(64);
  #end = new Float64Array(64);
  #longest = new Float64Array(64);
  #left = new Int32Array(64);
  #right = new Int32Array(64);
  #priority = new Uint32Array(64);
  #used = 0;
  #unused = -1;
  /** Second result of {@link #split}. */
  #above = -1;

  constructor(slotCount: number) {
    this.#root = new Int32Array(slotCount).fill(-1);
    this.#tail = new Float64Array(slotCount);
    this.#longestOf = new Float64Array(slotCount).fill(-1);
  }

  /** End of the slot's last interval. */
  tail(slot: number): number {
    return this.#tail[slot]!;
  }

  /** Whether some gap may hold `duration` ticks from `ready` on; if not, {@link earliest} is the later of `ready` and the tail. */
  mayFit(slot: number, ready: number, duration: number): boolean {
    return ready < this.#tail[slot]! && duration <= this.#longestOf[slot]!;
  }

  /** Earliest start at or after `ready` of `duration` idle ticks in a row. */
  earliest(slot: number, ready: number, duration: number): number {
    const tail = this.#tail[slot]!;
    if (ready >= tail) return ready;
    return Math.min(tail, this.earliestGap(slot, ready, duration));
  }

  /** The same among the gaps alone; Infinity when none is long enough. */
  earliestGap(slot: number, ready: number, duration: number): number {
    const gap = this.#fit(this.#root[slot]!, ready, duration);
    return gap < 0 ? Infinity : Math.max(this.#start[gap]!, ready);
  }

  /** Marks [start, start + duration) busy. It must be idle: what {@link earliest} answered, or at or after the tail. */
  occupy(slot: number, start: number, duration: number): void {
    const end = start + duration;
    const tail = this.#tail[slot]!;
    if (start >= tail) {
      if (start > tail) this.addGap(slot, tail, start);
      this.#tail[slot] = end;
      return;
    }
    this.fillGap(slot, start, duration);
  }

  /** Marks all of the slot idle. */
  clear(slot: number): void {
    this.#discard(this.#root[slot]!);
    this.#root[slot] = -1;
    this.#tail[slot] = 0;
    this.#longestOf[slot] = -1;
  }

  /** Marks [start, start + duration) busy, which lies within a gap; false, and nothing done, when it does not. */
  fillGap(slot: number, start: number, duration: number): boolean {
    const end = start + duration;
    const gap = this.#containing(this.#root[slot]!, start);
    if (gap < 0 || this.#end[gap]! < end) return false;
    const gapStart = this.#start[gap]!;
    const gapEnd = this.#end[gap]!;
    const left = this.#remove(this.#root[slot]!, gapStart);
    this.#root[slot] = left;
    this.#longestOf[slot] = left < 0 ? -1 : this.#longest[left]!;
    if (start > gapStart) this.addGap(slot, gapStart, start);
    if (gapEnd > end) this.addGap(slot, end, gapEnd);
    return true;
  }

  /** First gap that holds `duration` ticks at or after `ready`; -1 when none does. */
  #fit(root: number, ready: number, duration: number): number {
    let node = root;
    /** First fit known so far: a node itself, or some node below `subtree`. */
    let best = -1;
    let subtree = -1;
    while (node >= 0 && this.#longest[node]! >= duration) {
      const start = this.#start[node]!;
      if (start < ready) {
        // Gaps to the left end before this one starts, so before `ready`.
        if (this.#end[node]! - ready >= duration) return node;
        node = this.#right[node]!;
        continue;
      }
      const right = this.#right[node]!;
      if (this.#end[node]! - start >= duration) [best, subtree] = [node, -1];
      else if (right >= 0 && this.#longest[right]! >= duration) [best, subtree] = [-1, right];
      node = this.#left[node]!;
    }
    return subtree >= 0 ? this.#first(subtree, duration) : best;
  }

  /** Leftmost gap of at least `duration` below `node`, which has one. */
  #first(node: number, duration: number): number {
    for (;;) {
      const left = this.#left[node]!;
      if (left >= 0 && this.#longest[left]! >= duration) node = left;
      else if (this.#end[node]! - this.#start[node]! >= duration) return node;
      else node = this.#right[node]!;
    }
  }

  /** The last gap that starts at or before `start`. */
  #containing(root: number, start: number): number {
    let found = -1;
    for (let node = root; node >= 0; ) {
      if (this.#start[node]! > start) node = this.#left[node]!;
      else {
        found = node;
        node = this.#right[node]!;
      }
    }
    return found;
  }

  // ── treap: searched by start, a heap by pseudo-random priority, so that its depth stays logarithmic ──

  /** Makes [start, end), which touches no other gap, an idle gap. */
  addGap(slot: number, start: number, end: number): void {
    let node = this.#unused;
    if (node >= 0) this.#unused = this.#left[node]!;
    else {
      if (this.#used === this.#start.length) this.#grow();
      node = this.#used++;
      const mixed = Math.imul(node + 1, 0x9e3779b1);
      this.#priority[node] = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca77);
    }
    this.#start[node] = start;
    this.#end[node] = end;
    this.#longest[node] = end - start;
    this.#left[node] = -1;
    this.#right[node] = -1;
    const root = this.#insert(this.#root[slot]!, node);
    this.#root[slot] = root;
    this.#longestOf[slot] = this.#longest[root]!;
  }

  #insert(root: number, node: number): number {
    if (root < 0) return node;
    const start = this.#start[node]!;
    if (this.#priority[node]! > this.#priority[root]!) {
      this.#left[node] = this.#split(root, start);
      this.#right[node] = this.#above;
      return this.#update(node);
    }
    if (start < this.#start[root]!) this.#left[root] = this.#insert(this.#left[root]!, node);
    else this.#right[root] = this.#insert(this.#right[root]!, node);
    return this.#update(root);
  }

  /** Cuts a treap in two: gaps that start before `start` (returned) and the others (in #above). */
  #split(root: number, start: number): number {
    if (root < 0) {
      this.#above = -1;
      return -1;
    }
    if (this.#start[root]! < start) {
      this.#right[root] = this.#split(this.#right[root]!, start);
      return this.#update(root);
    }
    const below = this.#split(this.#left[root]!, start);
    this.#left[root] = this.#above;
    this.#above = this.#update(root);
    return below;
  }

  #remove(root: number, start: number): number {
    if (this.#start[root] === start) {
      const merged = this.#merge(this.#left[root]!, this.#right[root]!);
      this.#left[root] = this.#unused;
      this.#unused = root;
      return merged;
    }
    if (start < this.#start[root]!) this.#left[root] = this.#remove(this.#left[root]!, start);
    else this.#right[root] = this.#remove(this.#right[root]!, start);
    return this.#update(root);
  }

  #merge(left: number, right: number): number {
    if (left < 0) return right;
    if (right < 0) return left;
    if (this.#priority[left]! > this.#priority[right]!) {
      this.#right[left] = this.#merge(this.#right[left]!, right);
      return this.#update(left);
    }
    this.#left[right] = this.#merge(left, this.#left[right]!);
    return this.#update(right);
  }

  #discard(root: number): void {
    if (root < 0) return;
    this.#discard(this.#left[root]!);
    this.#discard(this.#right[root]!);
    this.#left[root] = this.#unused;
    this.#unused = root;
  }

  #update(node: number): number {
    const left = this.#left[node]!;
    const right = this.#right[node]!;
    let longest = this.#end[node]! - this.#start[node]!;
    if (left >= 0 && this.#longest[left]! > longest) longest = this.#longest[left]!;
    if (right >= 0 && this.#longest[right]! > longest) longest = this.#longest[right]!;
    this.#longest[node] = longest;
    return node;
  }

  #grow(): void {
    const grown = <A extends Float64Array | Int32Array | Uint32Array>(old: A): A => {
      const bigger = new (old.constructor as new (length: number) => A)(2 * old.length);
      bigger.set(old);
      return bigger;
    };
    this.#start = grown(this.#start);
    this.#end = grown(this.#end);
    this.#longest = grown(this.#longest);
    this.#left = grown(this.#left);
    this.#right = grown(this.#right);
    this.#priority = grown(this.#priority);
  }
}
