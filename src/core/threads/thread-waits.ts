import { EventKind, eventKey } from "../event-key.ts";
import type { EventQueue } from "../event-queue.ts";
import { ceilTicks } from "../ticks.ts";
import type { CoreDispatcher } from "./core-dispatcher.ts";
import type { DueThreads } from "./due-threads.ts";
import type { ThreadActivities } from "./thread-activities.ts";
import type { ThreadKernel } from "./thread-kernel.ts";
import { WakeLog } from "./thread-log.ts";
import { Phase, ThreadState, type ThreadTable } from "./thread-table.ts";

/** How threads wait, on their cores or asleep, and how they go on when that has come. */
export class ThreadWaits {
  private readonly kernel: ThreadKernel;
  private readonly table: ThreadTable;
  private readonly queue: EventQueue;
  private readonly activities: ThreadActivities;
  private readonly due: DueThreads;
  private readonly dispatcher: CoreDispatcher;
  /** By thread: who waits for its end. */
  readonly #joiners = new Map<number, number[]>();
  readonly wakes = new WakeLog();
  /** Whose instructions run just now; -1 = nobody's. */
  acting = -1;

  constructor(kernel: ThreadKernel, queue: EventQueue, activities: ThreadActivities, due: DueThreads, dispatcher: CoreDispatcher) {
    this.kernel = kernel;
    this.table = kernel.table;
    this.queue = queue;
    this.activities = activities;
    this.due = due;
    this.dispatcher = dispatcher;
  }

  // ── beginning to wait ──

  /** See {@link ThreadKernel.wait}. */
  wait(thread: number, object: number, spins: boolean, spinTicks: number): void {
    const table = this.table;
    if (table.waitsFor[thread] !== object) {
      table.waitsFor[thread] = object;
      table.waitTicks[thread] = this.kernel.now;
    }
    this.kernel.lists.append(object, thread);
    table.phase[thread] = Phase.waiting;
    table.isSpinning[thread] = spins && spinTicks > 0 ? 1 : 0;
    table.spinLimit[thread] = spinTicks;
    if (table.isSpinning[thread] === 0) this.beginParking(thread);
  }

  /** See {@link ThreadKernel.park}. */
  park(thread: number, object: number): void {
    const table = this.table;
    table.waitsFor[thread] = object;
    table.waitTicks[thread] = this.kernel.now;
    table.phase[thread] = Phase.waiting;
    this.beginParking(thread);
  }

  /** It pays for going to sleep before it leaves its core. */
  beginParking(thread: number): void {
    const table = this.table;
    table.isSpinning[thread] = 0;
    table.isParking[thread] = 1;
    table.syncLeft[thread]! += this.kernel.costs.parkTicks;
  }

  /** True when the thread waits for the other to end. */
  join(thread: number, other: number): boolean {
    if (this.table.state[other] === ThreadState.ended) return false;
    const joiners = this.#joiners.get(other);
    if (joiners === undefined) this.#joiners.set(other, [thread]);
    else joiners.push(thread);
    this.park(thread, -1);
    return true;
  }

  /** Sleeps until this tick; false where that is now or past. */
  sleepUntil(thread: number, ticks: number): boolean {
    const at = ceilTicks(ticks);
    if (at <= this.kernel.now) return false;
    this.startTimer(thread, at);
    return true;
  }

  startTimer(thread: number, ticks: number): void {
    this.queue.push(ticks, eventKey(EventKind.threadTimer, thread), this.table.generation[thread]!);
  }

  // ── going on ──

  /** See {@link ThreadKernel.grant}. */
  grant(thread: number, delayTicks: number): void {
    this.kernel.lists.remove(this.table.waitsFor[thread]!, thread);
    this.endWait(thread);
    this.#resume(thread, Phase.granted, delayTicks);
  }

  /** See {@link ThreadKernel.retry}. */
  retry(thread: number, delayTicks: number): void {
    const { waitsFor, retryPhase } = this.table;
    this.kernel.lists.remove(waitsFor[thread]!, thread);
    this.#resume(thread, retryPhase[thread]! as Phase, delayTicks);
  }

  /** What a thread waited for without standing in a line has come. */
  wake(thread: number): void {
    this.table.waitsFor[thread] = -1;
    this.#resume(thread, Phase.granted, 0);
  }

  /** What it waited for at an object, without standing in its line, has come. */
  transferred(thread: number): void {
    this.endWait(thread);
    this.#resume(thread, Phase.granted, 0);
  }

  /** What it waited for at an object is its own at last. */
  endWait(thread: number): void {
    const { waitsFor, waitTicks, isSpinning } = this.table;
    this.kernel.use.waited(waitsFor[thread]!, thread, waitTicks[thread]!, this.kernel.now, isSpinning[thread] === 0);
    waitsFor[thread] = -1;
  }

  /** Wakes those that wait for the thread's end. */
  ended(thread: number): void {
    const joiners = this.#joiners.get(thread);
    if (joiners === undefined) return;
    this.#joiners.delete(thread);
    this.acting = thread;
    for (const joiner of joiners) this.wake(joiner);
    this.acting = -1;
  }

  /** The timer of the thread has run out, unless it is an old one. */
  timeOut(thread: number, generation: number): void {
    const table = this.table;
    if (table.generation[thread] !== generation) return;
    table.outdate(thread);
    this.dispatcher.becomeRunnable(thread, table.state[thread] === ThreadState.unborn ? "new" : "woken");
  }

  /** What the thread waited for has come: it goes on as soon as it notices. */
  #resume(thread: number, phase: Phase, delayTicks: number): void {
    const table = this.table;
    const { now, costs } = this.kernel;
    table.phase[thread] = phase;
    if (table.isSpinning[thread] === 1) {
      this.activities.settle(thread, false);
      table.isSpinning[thread] = 0;
      this.kernel.delay(thread, delayTicks);
      if (table.core[thread]! >= 0) this.due.push(thread);
    } else if (table.isParking[thread] === 1 || table.state[thread] !== ThreadState.blocked) {
      // It has not gone to sleep yet, or is on its way to a core: it will notice by itself.
      table.isParking[thread] = 0;
    } else {
      this.wakes.push(this.acting, thread, now);
      const delay = ceilTicks(delayTicks + costs.wakeLatencyTicks);
      if (delay > 0) this.startTimer(thread, now + delay);
      else this.dispatcher.becomeRunnable(thread, "woken");
    }
  }
}
