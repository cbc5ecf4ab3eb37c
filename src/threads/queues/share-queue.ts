import type { RunnableReason, ThreadView } from "../../plugin.ts";

/**
 * The runnable threads of one core, or of all cores together: those that wait, in the order of the policy, and what it
 * has to know of those that run. Made for one rule of sharing; {@link CoreQueues} says which thread is in which queue.
 */
export interface ShareQueue {
  /** Threads that wait. */
  readonly length: number;
  /** Weights of all its threads, running ones included. */
  readonly weight: number;
  /** The thread waits here from now on; `moved` = it waited in another queue. */
  join(view: ThreadView, thread: number, why: RunnableReason | "moved"): void;
  /** The thread that should run next on `core`; it stays here. -1 = none may run there. */
  firstFor(view: ThreadView, core: number): number;
  /** A thread that waits here begins to run. */
  run(view: ThreadView, thread: number): void;
  /** A thread that waits here goes to another queue, which it joins next. */
  leave(view: ThreadView, thread: number): void;
  /** How long the thread that begins to run may keep its core, in ticks. */
  slice(view: ThreadView, thread: number): number;
  /** A thread of this queue has run; unless it is blocked, it joins again at once. */
  stopped(view: ThreadView, thread: number, why: RunnableReason | "blocked"): void;
  /** How much a thread that waits deserves `core` before the one that runs there; 0 = that one may stay. */
  preempts(view: ThreadView, core: number): number;
}
