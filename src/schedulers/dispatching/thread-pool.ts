import type { Dispatch, PolicyView, Scheduler, SchedulerView } from "../../plugin.ts";
import { OpQueue } from "./op-queue.ts";
import { releaserOf } from "./released-by.ts";

/** What makes one executor on a pool of threads differ from another. */
export interface ThreadPoolRules {
  /** How many threads the pool has, at least 1. Asked before the run, as is the next. */
  threads(view: PolicyView): number;
  /** The device of each op. */
  deviceOf(view: PolicyView): (op: number) => number;
  /**
   * Divides the ops that the end of a thread's op made ready, by id, among the ops that this thread runs itself, one
   * after the other, and the pool's queue. `own` may hold ops from before.
   */
  divide(view: PolicyView, released: readonly number[], own: OpQueue, pool: OpQueue): void;
}

/**
 * An executor on a pool of host threads: a thread takes one op, waits until its device has run it, deals with the ops
 * that this made ready, goes on with its own, and then with the oldest of the pool's queue. So at most as many ops are
 * placed as there are threads. Idle threads are taken by id.
 */
export function threadPoolScheduler(rules: ThreadPoolRules): Scheduler {
  const pool = new OpQueue();
  const idle: number[] = [];
  const ended: number[] = [];
  let own: OpQueue[];
  let released: number[][];
  let threadOf: Int32Array;
  let deviceOf: (op: number) => number;
  return {
    prepare(view: PolicyView): void {
      const count = rules.threads(view);
      deviceOf = rules.deviceOf(view);
      own = Array.from({ length: count }, () => new OpQueue());
      released = Array.from({ length: count }, () => []);
      threadOf = new Int32Array(view.opCount).fill(-1);
      for (let thread = count - 1; thread >= 0; thread--) idle.push(thread);
    },
    completed(_view: PolicyView, op: number): void {
      ended.push(threadOf[op]!);
    },
    lost(_view: PolicyView, _device: number, ops: readonly number[]): void {
      // Their threads go on with something else.
      for (const op of ops) ended.push(threadOf[op]!);
    },
    ready(view: PolicyView, op: number): void {
      const releaser = releaserOf(view, op);
      // An output may be held back until long after the end: then no thread is there to deal with it.
      const thread = releaser < 0 ? -1 : threadOf[releaser]!;
      if (ended.length > 0 && thread >= 0 && ended.includes(thread) && view.endTicks(releaser) === view.nowTicks) released[thread]!.push(op);
      else pool.push(op);
    },
    dispatch(view: SchedulerView, out: Dispatch): void {
      const run = (op: number, thread: number): void => {
        threadOf[op] = thread;
        out.place(op, deviceOf(op));
      };
      for (const thread of ended) {
        if (released[thread]!.length > 0) rules.divide(view, released[thread]!, own[thread]!, pool);
        released[thread]!.length = 0;
      }
      for (const thread of ended) {
        const op = own[thread]!.pop();
        if (op >= 0) run(op, thread);
        else idle.push(thread);
      }
      if (ended.length > 0) idle.sort((a, b) => b - a);
      ended.length = 0;
      while (idle.length > 0 && pool.length > 0) run(pool.pop(), idle.pop()!);
    },
  };
}

/** Threads of a pool when the options do not say: one for each slot of the first device, which stands for the host. */
export function hostSlots(view: PolicyView): number {
  return Math.max(1, view.slots[0]!);
}
