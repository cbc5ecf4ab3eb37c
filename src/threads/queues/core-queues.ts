import { resized } from "../../base/columns.ts";
import type { RunnableReason, ThreadPolicy, ThreadView } from "../../plugin.ts";
import type { Affinity } from "./affinity.ts";
import type { ShareQueue } from "./share-queue.ts";

/**
 * How many times as heavy as a core another one must be for it to give up threads.
 * @source Linux 6.5, kernel/sched/topology.c, sd_init: imbalance_pct = 117
 */
const imbalance = 1.17;

/** How threads are spread over cores. */
export interface CoreQueuesOptions {
  /** A queue for each core, or one for all of them. */
  readonly queues: "per-core" | "global";
  /** A core whose slice is over takes threads from the queue with most weight, this often at most, in nanoseconds; 0 = never. */
  readonly balanceNs: number;
  /** An idle core takes a thread from the longest queue. */
  readonly steal: boolean;
}

/**
 * Threads in queues of their cores. A thread that wakes up goes to its last core if that is idle, else to the fastest idle
 * core, else to its last core; a new one with no idle core to go to, where there is least weight for the speed. One that
 * lost its core stays in the queue. Of equal cores the one with the smaller id is taken.
 */
export class CoreQueues implements ThreadPolicy {
  readonly #options: CoreQueuesOptions;
  readonly #affinity: Affinity;
  readonly #make: (view: ThreadView, queueCount: number) => ShareQueue;
  #queues: ShareQueue[] = [];
  /** By thread: its queue. */
  #home = new Uint32Array(64);
  /** By core. */
  #isBusy = new Uint8Array(0);
  #idle = 0;
  #nextBalance = new Float64Array(0);
  /** By core: threads that had ever joined a queue when the core found none to take. */
  #foundNone = new Float64Array(0);
  #joins = 0;
  #waiting = 0;
  #balanceTicks = Infinity;
  /** Queues that a thread woke up in, to be looked at by `preempt`. */
  #woken: Uint32Array = new Uint32Array(0);
  #wokenCount = 0;
  #isWoken = new Uint8Array(0);

  constructor(options: CoreQueuesOptions, affinity: Affinity, make: (view: ThreadView, queueCount: number) => ShareQueue) {
    this.#options = options;
    this.#affinity = affinity;
    this.#make = make;
  }

  prepare(view: ThreadView): void {
    const { coreCount } = view;
    const count = this.#options.queues === "global" ? 1 : coreCount;
    this.#queues = Array.from({ length: count }, () => this.#make(view, count));
    this.#isBusy = new Uint8Array(coreCount);
    this.#idle = coreCount;
    this.#foundNone = new Float64Array(coreCount).fill(-1);
    if (this.#options.balanceNs > 0) this.#balanceTicks = Math.max(1, this.#options.balanceNs / view.tickNs);
    this.#nextBalance = new Float64Array(coreCount).fill(this.#balanceTicks);
    this.#woken = new Uint32Array(count);
    this.#isWoken = new Uint8Array(count);
  }

  runnable(view: ThreadView, thread: number, why: RunnableReason): void {
    if (thread >= this.#home.length) this.#home = resized(this.#home, Math.max(2 * this.#home.length, thread + 1));
    const isNew = why === "new" || why === "woken";
    if (isNew) this.#home[thread] = this.#homeFor(view, thread, why);
    const queue = this.#home[thread]!;
    this.#queues[queue]!.join(view, thread, why);
    this.#joins++;
    this.#waiting++;
    if (!isNew || this.#isWoken[queue] === 1) return;
    this.#isWoken[queue] = 1;
    this.#woken[this.#wokenCount++] = queue;
  }

  next(view: ThreadView, core: number): number {
    if (this.#waiting === 0) return -1;
    const queue = this.#queueOf(core);
    if (this.#queues.length > 1) this.#fill(view, core);
    const thread = this.#queues[queue]!.firstFor(view, core);
    if (thread < 0) return -1;
    this.#queues[queue]!.run(view, thread);
    this.#waiting--;
    this.#idle--;
    this.#isBusy[core] = 1;
    return thread;
  }

  slice(view: ThreadView, thread: number): number {
    return this.#queues[this.#home[thread]!]!.slice(view, thread);
  }

  stopped(view: ThreadView, thread: number, core: number, _ranTicks: number, why: RunnableReason | "blocked"): void {
    this.#isBusy[core] = 0;
    this.#idle++;
    this.#queues[this.#home[thread]!]!.stopped(view, thread, why);
  }

  preempt(view: ThreadView): number {
    while (this.#wokenCount > 0) {
      const queue = this.#woken[this.#wokenCount - 1]!;
      const core = this.#queues.length > 1 ? this.#givesWay(view, queue) : this.#givesWayOfAll(view);
      if (core >= 0) return core;
      this.#isWoken[queue] = 0;
      this.#wokenCount--;
    }
    return -1;
  }

  #queueOf(core: number): number {
    return this.#queues.length > 1 ? core : 0;
  }

  #givesWay(view: ThreadView, core: number): number {
    return this.#queues[core]!.length > 0 && view.running(core) >= 0 && this.#queues[core]!.preempts(view, core) > 0 ? core : -1;
  }

  #givesWayOfAll(view: ThreadView): number {
    const queue = this.#queues[0]!;
    let givesWay = -1;
    let most = 0;
    for (let core = 0; core < view.coreCount && queue.length > 0; core++) {
      const by = view.running(core) < 0 ? 0 : queue.preempts(view, core);
      if (by > most) [givesWay, most] = [core, by];
    }
    return givesWay;
  }

  #homeFor(view: ThreadView, thread: number, why: RunnableReason): number {
    if (this.#queues.length === 1) return 0;
    const last = view.lastCore(thread);
    if (last >= 0 && this.#isFree(last)) return last;
    if (last >= 0 && this.#idle === 0 && why === "woken") return last;
    const cores = this.#affinity.cores[this.#affinity.classOf(view, thread)]!;
    let idle = -1;
    let lightest = cores[0]!;
    for (let i = 0; i < cores.length; i++) {
      const core = cores[i]!;
      if (this.#isFree(core) && (idle < 0 || view.speed(core) > view.speed(idle))) idle = core;
      if (this.#queues[core]!.weight / view.speed(core) < this.#queues[lightest]!.weight / view.speed(lightest)) lightest = core;
    }
    if (idle >= 0) return idle;
    return last >= 0 && why === "woken" ? last : lightest;
  }

  /** Nothing runs there, and nothing waits for it. */
  #isFree(core: number): boolean {
    return this.#isBusy[core] === 0 && this.#queues[core]!.length === 0;
  }

  /** Threads come to a core that has none, and now and then to one that has less than others. */
  #fill(view: ThreadView, core: number): void {
    const own = this.#queues[core]!;
    if (own.length === 0) {
      if (this.#options.steal && this.#foundNone[core] !== this.#joins && !this.#take(view, core, 0)) this.#foundNone[core] = this.#joins;
    } else if (view.nowTicks >= this.#nextBalance[core]!) {
      this.#nextBalance[core] = view.nowTicks + this.#balanceTicks;
      while (this.#take(view, core, own.weight));
    }
  }

  /** Moves the first thread of the heaviest queue that has one for `core`, if that queue stays at least as heavy as `core` was: where one is always too many, it goes round. */
  #take(view: ThreadView, core: number, ownWeight: number): boolean {
    let from = -1;
    for (let other = 0; other < this.#queues.length; other++) {
      if (other === core || !this.#hasSpare(other)) continue;
      if (this.#queues[other]!.weight <= Math.max(ownWeight * imbalance, from < 0 ? 0 : this.#queues[from]!.weight)) continue;
      const thread = this.#queues[other]!.firstFor(view, core);
      if (thread >= 0 && (ownWeight === 0 || this.#queues[other]!.weight - view.weight(thread) >= ownWeight)) from = other;
    }
    if (from < 0) return false;
    const thread = this.#queues[from]!.firstFor(view, core);
    this.#queues[from]!.leave(view, thread);
    this.#home[thread] = core;
    this.#queues[core]!.join(view, thread, "moved");
    this.#joins++;
    return true;
  }

  /** Whether threads wait there besides the one that an idle core is about to take. */
  #hasSpare(core: number): boolean {
    return this.#queues[core]!.length > 1 - this.#isBusy[core]!;
  }
}
