import { DurationHistogram } from "./duration-histogram.ts";
import { IntervalLog } from "./thread-log.ts";

/** How much each object was used and waited for. */
export class ObjectUse {
  /** Times that somebody got what the object gives: a lock, an item, the way through a barrier. */
  readonly taken: Float64Array;
  /** Those that had to wait for it. */
  readonly contended: Float64Array;
  /** Locks that were handed from one thread to the next who waited. */
  readonly handOffs: Float64Array;
  /** Waits of those that had to wait, and times that a lock was held; absent where there were none. */
  readonly waits: (DurationHistogram | undefined)[];
  readonly holds: (DurationHistogram | undefined)[];
  /** How long items stayed in a queue or deque; absent where there were none. */
  readonly stays: (DurationHistogram | undefined)[];
  /** Who waited longest; -1 = nobody waited. */
  readonly longestWaiter: Int32Array;
  readonly waitLog = new IntervalLog();
  readonly holdLog = new IntervalLog();

  constructor(objects: number) {
    this.taken = new Float64Array(objects);
    this.contended = new Float64Array(objects);
    this.handOffs = new Float64Array(objects);
    this.waits = new Array<undefined>(objects).fill(undefined);
    this.holds = new Array<undefined>(objects).fill(undefined);
    this.stays = new Array<undefined>(objects).fill(undefined);
    this.longestWaiter = new Int32Array(objects).fill(-1);
  }

  /** A thread waits so long, on its core, and all that it is kept for is how long. */
  stoodInLine(object: number, thread: number, ticks: number): void {
    this.contended[object]!++;
    const waits = (this.waits[object] ??= new DurationHistogram());
    if (waits.count === 0 || ticks > waits.largest) this.longestWaiter[object] = thread;
    waits.add(ticks);
  }

  /** A thread has waited. */
  waited(object: number, thread: number, since: number, now: number, slept: boolean): void {
    this.stoodInLine(object, thread, now - since);
    this.waitLog.push(thread, object, since, now, slept ? 1 : 0);
  }

  /** A lock was given up. */
  held(object: number, thread: number, since: number, now: number, isShared = false): void {
    (this.holds[object] ??= new DurationHistogram()).add(now - since);
    this.holdLog.push(thread, object, since, now, isShared ? 1 : 0);
  }

  /** An item has left a queue. */
  stayed(object: number, ticks: number): void {
    (this.stays[object] ??= new DurationHistogram()).add(ticks);
  }
}
