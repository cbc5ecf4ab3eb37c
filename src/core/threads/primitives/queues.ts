import type { ThreadKernel } from "../thread-kernel.ts";

/** Most items of one queue. */
const mostItems = 2 ** 24;

/** Items of one queue: a ring that grows, with the time each was put in. */
class Ring {
  #values = new Float64Array(8);
  #ticks = new Float64Array(8);
  #head = 0;
  length = 0;

  pushBack(value: number, ticks: number): void {
    if (this.length === this.#values.length) this.#grow();
    const at = (this.#head + this.length++) & (this.#values.length - 1);
    this.#values[at] = value;
    this.#ticks[at] = ticks;
  }
  get frontTicks(): number {
    return this.#ticks[this.#head]!;
  }
  popFront(): number {
    const value = this.#values[this.#head]!;
    this.#head = (this.#head + 1) & (this.#values.length - 1);
    this.length--;
    return value;
  }
  popBack(): number {
    return this.#values[(this.#head + --this.length) & (this.#values.length - 1)]!;
  }
  get backTicks(): number {
    return this.#ticks[(this.#head + this.length - 1) & (this.#values.length - 1)]!;
  }

  #grow(): void {
    const size = this.#values.length;
    const values = new Float64Array(size * 2);
    const ticks = new Float64Array(size * 2);
    for (let i = 0; i < size; i++) {
      values[i] = this.#values[(this.#head + i) & (size - 1)]!;
      ticks[i] = this.#ticks[(this.#head + i) & (size - 1)]!;
    }
    this.#values = values;
    this.#ticks = ticks;
    this.#head = 0;
  }
}

/** Where a pop or a push stands. */
export const Outcome = { done: 0, waits: 1, empty: 2 } as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/**
 * First-in-first-out queues, bounded or not, and deques. Who waits at an empty queue is served in the order of coming,
 * but who spins only while it has a core; who waits at a full one is served in the order of coming. What an item waited in its queue counts as the queue's waits.
 */
export class Queues {
  private readonly kernel: ThreadKernel;
  /** By object; undefined where it is no queue. */
  private readonly rings: (Ring | undefined)[];
  private readonly capacity: Float64Array;
  /** How long a waiter spins before it parks; 0 = not at all, Infinity = for ever. */
  private readonly spinTicks: Float64Array;
  private readonly closed: Uint8Array;
  /** 1 = those in line want to push, not to pop. */
  private readonly isFull: Uint8Array;

  constructor(kernel: ThreadKernel) {
    this.kernel = kernel;
    const { objects } = kernel;
    this.rings = Array.from(objects.groupOf, (g) => (objects.groups[g]!.kind === "queue" || objects.groups[g]!.kind === "deque" ? new Ring() : undefined));
    this.capacity = new Float64Array(objects.count).fill(Infinity);
    this.spinTicks = new Float64Array(objects.count);
    this.closed = new Uint8Array(objects.count);
    this.isFull = new Uint8Array(objects.count);
    for (let object = 0; object < objects.count; object++) {
      const group = objects.groups[objects.groupOf[object]!]!;
      if (group.kind !== "queue") continue;
      this.capacity[object] = group.capacity;
      this.spinTicks[object] = group.waiting === "spin" ? (group.spinTicks ?? Infinity) : 0;
    }
  }

  lengthOf(object: number): number {
    return this.rings[object]!.length;
  }

  isClosed(object: number): boolean {
    return this.closed[object] === 1;
  }

  /** An item comes from outside the threads. */
  deliver(object: number, value: number): void {
    if (!this.#handTo(-1, object, value)) this.rings[object]!.pushBack(value, this.kernel.now);
  }

  /** False while the queue is full; the mailbox holds the item then. @throws {SimulationError} where it is closed. */
  push(thread: number, object: number, value: number): boolean {
    const kernel = this.kernel;
    kernel.charge(thread, kernel.costs.atomicTicks + kernel.costs.queueTicks);
    if (this.closed[object] === 1) kernel.fail(thread, "closed", `pushes to "${kernel.objects.name(object)}", which is closed`);
    if (this.#handTo(thread, object, value)) return true;
    const ring = this.rings[object]!;
    if (ring.length < this.capacity[object]!) {
      this.#mustHaveRoom(thread, object, ring);
      ring.pushBack(value, kernel.now);
      return true;
    }
    kernel.table.mailbox[thread] = value;
    this.isFull[object] = 1;
    kernel.wait(thread, object, this.spinTicks[object]! > 0, this.spinTicks[object]!);
    return false;
  }

  /** The item is in the thread's mailbox when it is `done`; `empty` = the queue is closed and nothing is left. */
  pop(thread: number, object: number): Outcome {
    const kernel = this.kernel;
    kernel.charge(thread, kernel.costs.atomicTicks + kernel.costs.queueTicks);
    if (this.#takeFront(thread, object)) return Outcome.done;
    if (this.closed[object] === 1) return Outcome.empty;
    kernel.wait(thread, object, this.spinTicks[object]! > 0, this.spinTicks[object]!);
    return Outcome.waits;
  }

  /** Who spins has its core again, and finds what came meanwhile. */
  lookAgain(thread: number, object: number): boolean {
    if (this.isFull[object] === 1 || this.rings[object]!.length === 0 || this.kernel.table.isSpinning[thread] === 0) return false;
    this.kernel.lists.remove(object, thread);
    return this.#takeFront(thread, object);
  }

  tryPop(thread: number, object: number): Outcome {
    const kernel = this.kernel;
    kernel.charge(thread, kernel.costs.atomicTicks + kernel.costs.queueTicks);
    return this.#takeFront(thread, object) ? Outcome.done : Outcome.empty;
  }

  /** Nothing more will come: those who wait for items go on without. */
  close(thread: number, object: number): void {
    const kernel = this.kernel;
    this.closed[object] = 1;
    let woken = 0;
    for (let next = kernel.lists.head[object]!; next >= 0 && this.isFull[object] === 0; next = kernel.lists.head[object]!) {
      kernel.table.mailbox[next] = NaN;
      kernel.grant(next, this.#wake(thread, next, ++woken));
    }
  }

  // ── deques ──

  pushBottom(thread: number, object: number, value: number): void {
    this.kernel.charge(thread, this.kernel.costs.queueTicks);
    const ring = this.rings[object]!;
    this.#mustHaveRoom(thread, object, ring);
    ring.pushBack(value, this.kernel.now);
  }

  /** The owner takes the youngest item; only the last one has to be fought for. */
  popBottom(thread: number, object: number): Outcome {
    const { costs, use, table, now } = this.kernel;
    const ring = this.rings[object]!;
    this.kernel.charge(thread, costs.queueTicks + (ring.length <= 1 ? costs.atomicTicks : 0));
    if (ring.length === 0) return Outcome.empty;
    use.taken[object]!++;
    use.stayed(object, now - ring.backTicks);
    table.mailbox[thread] = ring.popBack();
    return Outcome.done;
  }

  /** A thief takes the oldest item, across the line that the owner works on. */
  steal(thread: number, object: number): Outcome {
    const { costs } = this.kernel;
    this.kernel.charge(thread, costs.atomicTicks + costs.lineTicks);
    return this.#takeFront(thread, object) ? Outcome.done : Outcome.empty;
  }

  #mustHaveRoom(thread: number, object: number, { length }: Ring): void {
    if (length >= mostItems) this.kernel.fail(thread, "queue-overflow", `pushes to "${this.kernel.objects.name(object)}", which holds ${length} items already: they come faster than they are taken`, "give the queue a capacity, or let more threads take from it");
  }

  #takeFront(thread: number, object: number): boolean {
    const { lists, table, use, now } = this.kernel;
    const ring = this.rings[object]!;
    if (ring.length === 0) return false;
    use.taken[object]!++;
    use.stayed(object, now - ring.frontTicks);
    table.mailbox[thread] = ring.popFront();
    const pusher = this.isFull[object] === 1 ? lists.head[object]! : -1;
    if (pusher >= 0) {
      ring.pushBack(table.mailbox[pusher]!, now);
      this.kernel.grant(pusher, this.#wake(thread, pusher, 1));
    }
    if (lists.length[object] === 0) this.isFull[object] = 0;
    return true;
  }

  /** Gives an item to the first that waits for one; of those that spin, only one with a core can see it. */
  #handTo(thread: number, object: number, value: number): boolean {
    const { lists, table, use } = this.kernel;
    const first = this.isFull[object] === 0 ? lists.head[object]! : -1;
    if (first < 0) return false;
    const waiting = this.spinTicks[object]! > 0 ? this.#mostAlert(first) : first;
    if (waiting < 0) return false;
    use.taken[object]!++;
    use.stayed(object, 0);
    table.mailbox[waiting] = value;
    this.kernel.grant(waiting, this.#wake(thread, waiting, 1));
    return true;
  }

  /** From this waiter on: the first that spins on a core just now, else the first that sleeps; -1 where all spin without a core. */
  #mostAlert(first: number): number {
    const { lists, table } = this.kernel;
    let asleep = -1;
    for (let thread = first; thread >= 0; thread = lists.next(thread)) {
      if (this.kernel.isSpinningNow(thread)) return thread;
      if (asleep < 0 && table.isSpinning[thread] === 0) asleep = thread;
    }
    return asleep;
  }

  /** What waking costs the one who does it; and how long it takes until the `rank`-th one notices, who may spin still. */
  #wake(thread: number, waiter: number, rank: number): number {
    const { costs, table } = this.kernel;
    if (table.isSpinning[waiter] === 1) return costs.lineTicks;
    if (thread < 0) return 0;
    this.kernel.charge(thread, costs.wakeTicks);
    return rank * costs.wakeTicks;
  }
}
