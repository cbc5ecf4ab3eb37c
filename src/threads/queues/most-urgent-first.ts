import { resized } from "../../base/columns.ts";
import type { RunnableReason, ThreadPolicy, ThreadView } from "../../plugin.ts";
import { Affinity } from "./affinity.ts";
import { WaitingThreads } from "./thread-heap.ts";
import { ThreadQueue } from "./thread-queue.ts";

/** What {@link MostUrgentFirst} goes by. */
export interface UrgencyRule {
  /** Smaller = more urgent. Asked when the thread becomes runnable, when its priority changes, and of running threads when others wait. */
  urgency(view: ThreadView, thread: number): number;
  /** Order of equally urgent threads. `fifo`: as they came, those that were preempted in front; `id`: by id. */
  readonly ties: "fifo" | "id";
  /** Nanoseconds after which equally urgent threads take turns; 0 = they do not. A preempted thread keeps what is left. */
  readonly quantumNs: number;
}

/**
 * Preemptive scheduling by urgency on all cores together: of the threads that wait, the most urgent takes the core whose
 * thread is the least urgent, if that is less urgent than itself. At any time the m most urgent threads run, as far as
 * their affinities allow it without moving a thread that runs.
 */
export class MostUrgentFirst implements ThreadPolicy {
  readonly #rule: UrgencyRule;
  readonly #affinity = new Affinity();
  readonly #waiting = new WaitingThreads();
  readonly #queue = new ThreadQueue(this.#affinity, this.#waiting);
  #quantum = Infinity;
  /** By thread: how long it may run from when it gets a core, or got it; 0 = a whole quantum. */
  #left = new Float64Array(64);
  #front = -1;
  #back = 0;
  /** Something changed since no thread had to give way. */
  #changed = false;

  constructor(rule: UrgencyRule) {
    this.#rule = rule;
  }

  prepare(view: ThreadView): void {
    if (this.#rule.quantumNs > 0) this.#quantum = Math.max(1, Math.ceil(this.#rule.quantumNs / view.tickNs));
  }

  runnable(view: ThreadView, thread: number, why: RunnableReason): void {
    this.#insert(view, thread, why === "preempted");
  }

  next(view: ThreadView, core: number): number {
    return this.#queue.takeFor(view, core);
  }

  slice(view: ThreadView, thread: number): number {
    if (this.#quantum === Infinity) return Infinity;
    this.#reserve(thread);
    const ran = view.nowTicks - view.sinceTicks(thread);
    // It has used its quantum up, and keeps the core for another.
    if (ran > 0) this.#left[thread] = ran + this.#quantum;
    else if (this.#left[thread]! > 0) return this.#left[thread]!;
    return this.#quantum;
  }

  preempt(view: ThreadView): number {
    if (!this.#changed || this.#queue.length === 0) return -1;
    let first = -1;
    let givesWay = -1;
    for (let number = 0; number < this.#queue.classCount; number++) {
      const thread = this.#queue.firstOf(number);
      if (thread < 0 || (first >= 0 && !this.#waiting.before(thread, first))) continue;
      const core = this.#leastUrgent(view, this.#affinity.cores[number]!);
      if (core >= 0 && this.#waiting.key[thread]! < this.#rule.urgency(view, view.running(core))) [first, givesWay] = [thread, core];
    }
    if (givesWay < 0) this.#changed = false;
    return givesWay;
  }

  stopped(_view: ThreadView, thread: number, _core: number, ranTicks: number, why: RunnableReason | "blocked"): void {
    if (this.#quantum === Infinity) return;
    const had = this.#left[thread]! > 0 ? this.#left[thread]! : this.#quantum;
    this.#left[thread] = why === "preempted" ? Math.max(0, had - ranTicks) : 0;
  }

  priorityChanged(view: ThreadView, thread: number): void {
    this.#changed = true;
    this.#waiting.reserve(thread);
    if (this.#waiting.position[thread] === 0) return;
    const before = this.#waiting.key[thread]!;
    const now = this.#rule.urgency(view, thread);
    if (now === before) return;
    this.#queue.remove(view, thread);
    this.#insert(view, thread, now > before);
  }

  #reserve(thread: number): void {
    if (thread >= this.#left.length) this.#left = resized(this.#left, Math.max(2 * this.#left.length, thread + 1));
  }

  #insert(view: ThreadView, thread: number, inFront: boolean): void {
    const tie = this.#rule.ties === "id" ? 0 : inFront ? this.#front-- : this.#back++;
    this.#queue.push(view, thread, this.#rule.urgency(view, thread), tie);
    this.#changed = true;
  }

  /** Of these cores, the one whose thread is the least urgent, ties to the larger thread id; -1 = nothing runs on them. */
  #leastUrgent(view: ThreadView, cores: Uint32Array): number {
    let least = -1;
    let lowest = -Infinity;
    let loser = -1;
    for (let i = 0; i < cores.length; i++) {
      const thread = view.running(cores[i]!);
      if (thread < 0) continue;
      const urgency = this.#rule.urgency(view, thread);
      if (urgency < lowest || (urgency === lowest && thread < loser)) continue;
      [least, lowest, loser] = [cores[i]!, urgency, thread];
    }
    return least;
  }
}
