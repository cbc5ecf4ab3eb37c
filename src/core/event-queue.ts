import { resized } from "../base/columns.ts";
import { EventHeap } from "./event-heap.ts";
import { eventOrder } from "./event-key.ts";

const NONE = -1;
/** Near events that a heap alone handles best. */
const SMALL = 96;
const MAX_BUCKETS = 2 ** 20;

/**
 * The pending events, ordered by (time, key), never by insertion. A lazy queue in three tiers:
 *
 * - *near*: a heap of the events before the first unopened bucket; the head is always there;
 * - *buckets* of equal width in time, unsorted: an event is put in and taken out in constant time, and sorted only when
 *   its bucket is opened and moves to the heap;
 * - *far*: everything after the last bucket, unsorted. When the buckets are used up, new ones are made from it.
 *
 * The width follows the times at hand: about three events a bucket in the earlier half of them. Few events stay in the
 * heap alone, and times that cannot be told apart end up there too, so the queue is never much worse than a heap.
 * @source The idea of sorting only what is near is that of R. Rönngren, J. Riboe, R. Ayani, "Lazy queue: an efficient
 * implementation of the pending-event set" (1991); the buckets are those of R. Brown, "Calendar queues", CACM 31(10), 1988.
 */
export class EventQueue {
  readonly #near = new EventHeap();
  /** The heap is emptied into new buckets when it grows past this. */
  #spillAt = SMALL;

  // Entries of buckets and of the far tier: pooled lists.
  #time = new Float64Array(256);
  #order = new Float64Array(256);
  #next = new Int32Array(256);
  #entryCount = 0;
  #free = NONE;

  // Bucket b holds the events with floor((time - start) * perTick) = b; those below `open` are in the heap.
  #heads = new Int32Array(0);
  #bucketCount = 0;
  #start = 0;
  #perTick = 0;
  #open = 1;
  #inBuckets = 0;
  #farHead = NONE;
  #inFar = 0;

  get length(): number {
    return this.#near.length + this.#inBuckets + this.#inFar;
  }
  /** Of the first event; Infinity when there is none. */
  get headTime(): number {
    return this.#near.headTime;
  }
  /** Key and generation of the first event, see {@link eventOrder}. */
  get headOrder(): number {
    return this.#near.headOrder;
  }

  /** @param generation below {@link GENERATIONS} */
  push(time: number, key: number, generation: number): void {
    const order = eventOrder(key, generation);
    const place = (time - this.#start) * this.#perTick;
    if (place < this.#open) {
      this.#near.push(time, order);
      if (this.#near.length > this.#spillAt) this.#spill();
    } else this.#pushLater(place, time, order);
  }

  /** Removes the first event. */
  pop(): void {
    this.#near.pop();
    if (this.#near.length > 0) return;
    if (this.#inBuckets + this.#inFar > 0) {
      this.#openNext();
      // What comes before a crowd of late events joins it in the heap: to part them again each time would take far longer.
      this.#spillAt = Math.max(SMALL, 3 * this.#near.length);
    } else {
      // Empty: the next event must find its way into the heap, whatever its time.
      this.#perTick = 0;
      this.#open = 1;
      this.#spillAt = SMALL;
    }
  }

  #pushLater(place: number, time: number, order: number): void {
    let entry = this.#free;
    if (entry === NONE) {
      entry = this.#entryCount++;
      if (entry === this.#time.length) this.#grow();
    } else this.#free = this.#next[entry]!;
    this.#time[entry] = time;
    this.#order[entry] = order;
    this.#link(entry, place);
  }

  #link(entry: number, place: number): void {
    if (place < this.#bucketCount) {
      const bucket = place | 0;
      this.#next[entry] = this.#heads[bucket]!;
      this.#heads[bucket] = entry;
      this.#inBuckets++;
    } else {
      this.#next[entry] = this.#farHead;
      this.#farHead = entry;
      this.#inFar++;
    }
  }

  /** Moves the first bucket that holds anything to the heap. */
  #openNext(): void {
    if (this.#inBuckets === 0) this.#makeBuckets();
    let bucket = this.#open;
    while (this.#heads[bucket] === NONE) bucket++;
    let entry = this.#heads[bucket]!;
    this.#heads[bucket] = NONE;
    while (entry !== NONE) {
      const next = this.#next[entry]!;
      this.#near.push(this.#time[entry]!, this.#order[entry]!);
      this.#next[entry] = this.#free;
      this.#free = entry;
      this.#inBuckets--;
      entry = next;
    }
    this.#open = bucket + 1;
  }

  /** Spreads the far tier, which holds everything, over new buckets: wide enough for three events each up to the median. */
  #makeBuckets(): void {
    const count = this.#inFar;
    const step = Math.max(1, Math.floor(count / 64));
    const sample: number[] = [];
    let first = Infinity;
    let i = 0;
    for (let entry = this.#farHead; entry !== NONE; entry = this.#next[entry]!) {
      const time = this.#time[entry]!;
      if (time < first) first = time;
      if (i++ % step === 0) sample.push(time);
    }
    sample.sort((a, b) => a - b);
    const width = Math.max(1, (3 * (sample[sample.length >> 1]! - first)) / Math.max(1, count / 2));
    let buckets = 64;
    while (buckets < count / 2 && buckets < MAX_BUCKETS) buckets *= 2;
    if (buckets > this.#heads.length) this.#heads = new Int32Array(buckets).fill(NONE);
    this.#bucketCount = buckets;
    this.#start = first;
    this.#perTick = 1 / width;
    this.#open = 0;
    let entry = this.#farHead;
    this.#farHead = NONE;
    this.#inFar = 0;
    while (entry !== NONE) {
      const next = this.#next[entry]!;
      this.#link(entry, (this.#time[entry]! - first) * this.#perTick);
      entry = next;
    }
  }

  /** The heap has outgrown its use: everything goes into new, narrower buckets. */
  #spill(): void {
    for (let bucket = this.#open; this.#inBuckets > 0; bucket++) {
      let entry = this.#heads[bucket]!;
      this.#heads[bucket] = NONE;
      while (entry !== NONE) {
        const next = this.#next[entry]!;
        this.#link(entry, Infinity);
        this.#inBuckets--;
        entry = next;
      }
    }
    const near = this.#near;
    near.drain((time, order) => this.#pushLater(Infinity, time, order));
    this.#openNext();
    // What still is in one bucket cannot be told apart by time: the heap may grow before this is tried again.
    this.#spillAt = Math.max(SMALL, 3 * near.length);
  }

  #grow(): void {
    const size = this.#time.length * 2;
    this.#time = resized(this.#time, size);
    this.#order = resized(this.#order, size);
    this.#next = resized(this.#next, size);
  }
}
