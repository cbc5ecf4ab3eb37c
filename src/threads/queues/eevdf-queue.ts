import { resized } from "../../base/columns.ts";
import type { RunnableReason, ThreadView } from "../../plugin.ts";
import type { Affinity } from "./affinity.ts";
import { unitWeight } from "./fair-queue.ts";
import type { ShareQueue } from "./share-queue.ts";
import { WaitingThreads } from "./thread-heap.ts";
import { ThreadQueue } from "./thread-queue.ts";

/** What {@link EevdfQueue} goes by, times in ticks. */
export interface EevdfRule {
  /** Length of a request. */
  readonly request: number;
  /** After which the choice is made anew; Infinity = when the request is served. */
  readonly quantum: number;
  /** Whether a waking thread may take the core before that. */
  readonly preempt: boolean;
  /** Most lag, in requests, that a thread keeps while it waits for something else than a core. */
  readonly keptLag: number;
}

/** Sums of fractions are a little off: threads this close to the virtual time, in ticks, are eligible. */
const dust = 1e-3;

/** What the queues of one policy know of threads, by thread. */
export class EevdfThreads {
  readonly waiting = new WaitingThreads();
  /** Virtual time that it has had: time run, times 1024 / weight. */
  virtualTicks = new Float64Array(64);
  /** Virtual deadline of its request. */
  deadline = new Float64Array(64);
  /** While it is in no queue: virtual time by which it is behind (then positive) or ahead of its share. */
  lag = new Float64Array(64);
  /** Up to when the time that it runs has been counted. */
  sinceTicks = new Float64Array(64);
  /** 1 = it waits among those that are eligible. */
  isEligible = new Float64Array(64);

  reserve(thread: number): void {
    if (thread < this.lag.length) return;
    for (const column of ["virtualTicks", "deadline", "lag", "sinceTicks", "isEligible"] as const) this[column] = resized(this[column], 2 * thread);
  }
}

/** Of the threads that have not had more than their share, the one with the earliest virtual deadline first. */
export class EevdfQueue implements ShareQueue {
  readonly #rule: EevdfRule;
  readonly #threads: EevdfThreads;
  /** By virtual time: those that have had more than their share, when last looked at. */
  readonly #early: ThreadQueue;
  /** By virtual deadline: the others. */
  readonly #eligible: ThreadQueue;
  readonly #running: Uint32Array;
  #runningCount = 0;
  #weight = 0;
  /** Mean of the virtual times of all its threads by weight, running ones included. */
  #virtualTime = 0;

  constructor(rule: EevdfRule, threads: EevdfThreads, affinity: Affinity, cores: number) {
    this.#rule = rule;
    this.#threads = threads;
    this.#early = new ThreadQueue(affinity, threads.waiting);
    this.#eligible = new ThreadQueue(affinity, threads.waiting);
    this.#running = new Uint32Array(cores);
  }

  get length(): number {
    return this.#early.length + this.#eligible.length;
  }

  get weight(): number {
    return this.#weight;
  }

  join(view: ThreadView, thread: number, why: RunnableReason | "moved"): void {
    this.#threads.reserve(thread);
    const { virtualTicks, deadline } = this.#threads;
    const request = this.#rule.request * perWeight(view, thread);
    if (why === "new" || why === "woken" || why === "moved") {
      const left = why === "moved" ? deadline[thread]! - virtualTicks[thread]! : request;
      this.#enter(view, thread, why === "new" ? 0 : this.#threads.lag[thread]!);
      deadline[thread] = virtualTicks[thread]! + left;
    } else if (!this.#askAgain(view, thread) && why === "yielded") deadline[thread]! += request;
    this.#insert(view, thread, virtualTicks[thread]! <= this.#virtualTime + dust);
  }

  firstFor(view: ThreadView, core: number): number {
    this.#advance(view);
    const { virtualTicks } = this.#threads;
    const latest = this.#virtualTime + dust;
    for (let thread = this.#early.firstFor(core); thread >= 0 && virtualTicks[thread]! <= latest; thread = this.#early.firstFor(core)) this.#move(view, thread, true);
    // The virtual time falls where a thread leaves that has had more than its share.
    for (let thread = this.#eligible.firstFor(core); thread >= 0; thread = this.#eligible.firstFor(core)) {
      if (virtualTicks[thread]! <= latest) return thread;
      this.#move(view, thread, false);
    }
    return this.#early.firstFor(core);
  }

  run(view: ThreadView, thread: number): void {
    this.#queueOf(thread).remove(view, thread);
    this.#threads.sinceTicks[thread] = view.nowTicks;
    this.#running[this.#runningCount++] = thread;
  }

  leave(view: ThreadView, thread: number): void {
    this.#advance(view);
    this.#queueOf(thread).remove(view, thread);
    this.#exit(view, thread, Infinity);
  }

  slice(view: ThreadView, thread: number): number {
    this.#advance(view);
    this.#askAgain(view, thread);
    const left = (this.#threads.deadline[thread]! - this.#threads.virtualTicks[thread]!) / perWeight(view, thread);
    return Math.max(1, Math.ceil(Math.min(this.#rule.quantum, left) - dust));
  }

  stopped(view: ThreadView, thread: number, why: RunnableReason | "blocked"): void {
    this.#advance(view);
    this.#running[this.#running.indexOf(thread)] = this.#running[--this.#runningCount]!;
    if (why === "blocked") this.#exit(view, thread, this.#rule.keptLag * this.#rule.request * perWeight(view, thread));
  }

  preempts(view: ThreadView, core: number): number {
    if (!this.#rule.preempt) return 0;
    const { virtualTicks, deadline } = this.#threads;
    const first = this.firstFor(view, core);
    const latest = this.#virtualTime + dust;
    if (first < 0 || virtualTicks[first]! > latest) return 0;
    const running = view.running(core);
    return virtualTicks[running]! > latest ? Infinity : Math.max(0, deadline[running]! - deadline[first]!);
  }

  /** A thread whose request is served asks for as much again. @returns whether it is */
  #askAgain(view: ThreadView, thread: number): boolean {
    const { virtualTicks, deadline } = this.#threads;
    if (virtualTicks[thread]! < deadline[thread]! - dust) return false;
    deadline[thread] = virtualTicks[thread]! + this.#rule.request * perWeight(view, thread);
    return true;
  }

  /** Adds a thread with this much lag, which it has afterwards as well. */
  #enter(view: ThreadView, thread: number, lag: number): void {
    this.#advance(view);
    const weight = view.weight(thread);
    const before = this.#weight;
    this.#weight += weight;
    this.#threads.virtualTicks[thread] = before === 0 ? this.#virtualTime : this.#virtualTime - (lag * this.#weight) / before;
    this.#virtualTime += (weight * (this.#threads.virtualTicks[thread]! - this.#virtualTime)) / this.#weight;
  }

  /** Takes a thread out, which keeps this much lag at most. */
  #exit(view: ThreadView, thread: number, most: number): void {
    const weight = view.weight(thread);
    const lag = this.#virtualTime - this.#threads.virtualTicks[thread]!;
    this.#threads.lag[thread] = Math.min(most, Math.max(-most, lag));
    this.#weight -= weight;
    if (this.#weight > 0) this.#virtualTime += (weight * lag) / this.#weight;
  }

  /** Counts the time of those that run up to now. */
  #advance(view: ThreadView): void {
    const { virtualTicks, sinceTicks } = this.#threads;
    for (let i = 0; i < this.#runningCount; i++) {
      const thread = this.#running[i]!;
      const ticks = view.nowTicks - sinceTicks[thread]!;
      if (ticks === 0) continue;
      virtualTicks[thread]! += ticks * perWeight(view, thread);
      this.#virtualTime += (ticks * unitWeight) / this.#weight;
      sinceTicks[thread] = view.nowTicks;
    }
  }

  #queueOf(thread: number): ThreadQueue {
    return this.#threads.isEligible[thread] === 1 ? this.#eligible : this.#early;
  }

  #move(view: ThreadView, thread: number, isEligible: boolean): void {
    this.#queueOf(thread).remove(view, thread);
    this.#insert(view, thread, isEligible);
  }

  #insert(view: ThreadView, thread: number, isEligible: boolean): void {
    const { virtualTicks, deadline } = this.#threads;
    this.#threads.isEligible[thread] = isEligible ? 1 : 0;
    if (isEligible) this.#eligible.push(view, thread, deadline[thread]!);
    else this.#early.push(view, thread, virtualTicks[thread]!);
  }
}

function perWeight(view: ThreadView, thread: number): number {
  return unitWeight / view.weight(thread);
}
