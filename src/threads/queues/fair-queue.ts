import { resized } from "../../base/columns.ts";
import type { RunnableReason, ThreadView } from "../../plugin.ts";
import type { Affinity } from "./affinity.ts";
import type { ShareQueue } from "./share-queue.ts";
import { WaitingThreads } from "./thread-heap.ts";
import { ThreadQueue } from "./thread-queue.ts";

/** Weight of nice 0, by which virtual time runs as real time does. */
export const unitWeight = 1024;

/** What {@link FairQueue} goes by, times in ticks. */
export interface FairRule {
  /** In which each runnable thread should run once. */
  readonly latency: number;
  /** Least slice. */
  readonly granularity: number;
  /** How far behind in virtual time a thread must be to take a core as it wakes up; Infinity = it never does. */
  readonly wakeup: number;
  /** How far behind the others a thread is put at most that has slept. */
  readonly credit: number;
}

/** What the queues of one policy know of threads, by thread. */
export class FairThreads {
  readonly waiting = new WaitingThreads();
  /** Virtual runtime: time run, times 1024 / weight. */
  virtualTicks = new Float64Array(64);
  /** Up to when the time that it runs has been counted. */
  sinceTicks = new Float64Array(64);
  readonly queue: (FairQueue | undefined)[] = [];

  reserve(thread: number): void {
    while (this.queue.length <= thread) this.queue.push(undefined);
    if (thread < this.virtualTicks.length) return;
    this.virtualTicks = resized(this.virtualTicks, 2 * thread);
    this.sinceTicks = resized(this.sinceTicks, 2 * thread);
  }
}

/** Threads by virtual runtime, the one that has had least first. */
export class FairQueue implements ShareQueue {
  readonly #rule: FairRule;
  readonly #threads: FairThreads;
  readonly #waiting: ThreadQueue;
  /** Cores that it serves. */
  readonly #cores: number;
  readonly #running: Uint32Array;
  #runningCount = 0;
  #weight = 0;
  #least = 0;
  #yielded = -1;

  constructor(rule: FairRule, threads: FairThreads, affinity: Affinity, cores: number) {
    this.#rule = rule;
    this.#threads = threads;
    this.#waiting = new ThreadQueue(affinity, threads.waiting);
    this.#cores = cores;
    this.#running = new Uint32Array(cores);
  }

  get length(): number {
    return this.#waiting.length;
  }

  get weight(): number {
    return this.#weight;
  }

  join(view: ThreadView, thread: number, why: RunnableReason | "moved"): void {
    this.#threads.reserve(thread);
    this.#weight += view.weight(thread);
    this.#advance(view);
    const { virtualTicks, queue } = this.#threads;
    const before = queue[thread];
    if (before !== undefined && before !== this) {
      before.#advance(view);
      virtualTicks[thread]! += this.#least - before.#least;
    }
    queue[thread] = this;
    if (why === "new") virtualTicks[thread] = this.#least + this.#slice(view, thread, 1) * perWeight(view, thread);
    else if (why === "woken") virtualTicks[thread] = Math.max(virtualTicks[thread]!, this.#least - this.#rule.credit);
    if (why === "yielded") this.#yielded = thread;
    this.#waiting.push(view, thread, virtualTicks[thread]!);
  }

  firstFor(view: ThreadView, core: number): number {
    const first = this.#waiting.firstFor(core);
    if (first < 0 || first !== this.#yielded) return first;
    const { virtualTicks } = this.#threads;
    this.#waiting.remove(view, first);
    const second = this.#waiting.firstFor(core);
    this.#waiting.push(view, first, virtualTicks[first]!);
    return second >= 0 && virtualTicks[second]! - virtualTicks[first]! <= this.#rule.granularity * perWeight(view, first) ? second : first;
  }

  run(view: ThreadView, thread: number): void {
    this.#waiting.remove(view, thread);
    this.#threads.sinceTicks[thread] = view.nowTicks;
    this.#running[this.#runningCount++] = thread;
    this.#yielded = -1;
  }

  leave(view: ThreadView, thread: number): void {
    this.#advance(view);
    this.#waiting.remove(view, thread);
    this.#weight -= view.weight(thread);
  }

  slice(view: ThreadView, thread: number): number {
    return Math.max(1, Math.ceil(this.#slice(view, thread, 0)));
  }

  stopped(view: ThreadView, thread: number, _why: RunnableReason | "blocked"): void {
    this.#advance(view);
    const at = this.#running.indexOf(thread);
    this.#running[at] = this.#running[--this.#runningCount]!;
    this.#weight -= view.weight(thread);
  }

  preempts(view: ThreadView, core: number): number {
    const first = this.#waiting.firstFor(core);
    if (first < 0) return 0;
    this.#advance(view);
    const { virtualTicks } = this.#threads;
    const behind = virtualTicks[view.running(core)]! - virtualTicks[first]!;
    return Math.max(0, behind - this.#rule.wakeup * perWeight(view, first));
  }

  /** A thread's share of the period in which each runnable thread runs once, `more` being those about to join. */
  #slice(view: ThreadView, thread: number, more: number): number {
    const { latency, granularity } = this.#rule;
    const threads = (this.#waiting.length + this.#runningCount + more) / this.#cores;
    const period = Math.max(latency, threads * granularity);
    return Math.max(granularity, period * Math.min(1, (view.weight(thread) * this.#cores) / this.#weight));
  }

  /** Counts the time of those that run up to now. The least virtual runtime, by which others are placed, never falls. */
  #advance(view: ThreadView): void {
    if (this.#runningCount === 0) return;
    const { virtualTicks, sinceTicks } = this.#threads;
    const first = this.#waiting.first();
    let least = first < 0 ? Infinity : virtualTicks[first]!;
    for (let i = 0; i < this.#runningCount; i++) {
      const thread = this.#running[i]!;
      virtualTicks[thread]! += (view.nowTicks - sinceTicks[thread]!) * perWeight(view, thread);
      sinceTicks[thread] = view.nowTicks;
      least = Math.min(least, virtualTicks[thread]!);
    }
    this.#least = Math.max(this.#least, least);
  }
}

function perWeight(view: ThreadView, thread: number): number {
  return unitWeight / view.weight(thread);
}
