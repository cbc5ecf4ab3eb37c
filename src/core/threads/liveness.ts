import type { EventQueue } from "../event-queue.ts";
import type { SharedResources } from "../shared-resources.ts";
import type { CoreDispatcher } from "./core-dispatcher.ts";
import { lockCycle, stuck, type ThreadFinding } from "./findings.ts";
import type { ThreadHost } from "./thread-host.ts";
import { ThreadState } from "./thread-table.ts";
import { Watchdog } from "./watchdog.ts";

/**
 * Whether threads get on, and how their run ends: all have ended; or they can not go on, since each of a circle waits for
 * the next one's lock, or since nothing is to come that changes anything; or they get nowhere, as the watchdog says.
 */
export class Liveness {
  private readonly host: ThreadHost;
  private readonly dispatcher: CoreDispatcher;
  private readonly queue: EventQueue;
  private readonly resources: SharedResources;
  readonly watchdog: Watchdog;
  /** Why the threads can not go on; the run is over then. */
  outcome: ThreadFinding | undefined;
  /** Since when the threads can not go on, where nothing could happen any more. */
  stuckTicks: number | undefined;
  /** When the last thread ended. */
  lastEnd = 0;
  #endedCount = 0;
  /** Of the last round before which more was to come than ends of slices. */
  #movingTicks = 0;

  constructor(host: ThreadHost, dispatcher: CoreDispatcher, queue: EventQueue, resources: SharedResources) {
    this.host = host;
    this.dispatcher = dispatcher;
    this.queue = queue;
    this.resources = resources;
    this.watchdog = new Watchdog(host, queue);
  }

  get allEnded(): boolean {
    return this.#endedCount === this.host.table.count;
  }

  /** All threads have ended, or can not go on. */
  get isOver(): boolean {
    return this.outcome !== undefined || this.allEnded;
  }

  /** A thread has ended. */
  ended(thread: number): void {
    const { table, now } = this.host;
    table.endTicks[thread] = this.lastEnd = now;
    this.#endedCount++;
    this.watchdog.progress(now);
  }

  /** The thread has begun to wait for an object: that may close a circle. */
  beganToWait(thread: number): void {
    this.outcome ??= lockCycle(this.host, thread);
  }

  /** In this round more was to come than ends of slices. */
  moved(): void {
    this.#movingTicks = this.host.now;
  }

  /** A round is over in which the watchdog was called. */
  lookOut(): void {
    this.outcome ??= this.watchdog.lookOut(this.#isMoreToCome);
  }

  get #isMoreToCome(): boolean {
    return this.queue.length > 0 || this.resources.changed || this.resources.nextEnd < Infinity;
  }

  /** True where nothing is to come but ends of slices, and the watchdog's next call. */
  get #onlySlicesCome(): boolean {
    const { slices } = this.dispatcher;
    return slices.areLeft && this.queue.length - (this.watchdog.isArmed ? 1 : 0) === slices.pending && this.resources.nextEnd === Infinity && !this.resources.changed;
  }

  /**
   * True where nothing is to come but ends of slices, and those change nothing: all threads that are left sleep, or spin for
   * as long as it takes, and each of those has had its turn since something changed, for what came while it had no core it
   * sees only then. @param ticks of the next event
   */
  onlySlicesLeft(ticks: number): boolean {
    if (!this.#onlySlicesCome) {
      this.#movingTicks = ticks;
      return false;
    }
    const { state, count, isSpinning, spinLimit, waitTicks, runnableTicks } = this.host.table;
    let changed = Math.max(this.#movingTicks, this.lastEnd);
    let firstTurn = Infinity;
    for (let thread = 0; thread < count; thread++) {
      if (state[thread] === ThreadState.ended) continue;
      if (state[thread] !== ThreadState.blocked && (isSpinning[thread] === 0 || spinLimit[thread]! < Infinity)) return false;
      if (waitTicks[thread]! > changed) changed = waitTicks[thread]!;
      if (state[thread] === ThreadState.runnable && runnableTicks[thread]! < firstTurn) firstTurn = runnableTicks[thread]!;
    }
    return firstTurn > changed;
  }

  /** Nothing can happen any more, and threads are left. @param movedTicks when something happened last beside the threads */
  stuck(movedTicks: number): void {
    if (this.outcome !== undefined) return;
    this.stuckTicks = this.#lastMove(movedTicks);
    this.outcome = stuck(this.host, this.stuckTicks);
  }

  /** When a thread did something last: began to wait, spins or has come to a core since, or left one. */
  #lastMove(movedTicks: number): number {
    const { count, state, core, waitTicks, waitsFor, runnableTicks, sinceTicks, isActive, activeTicks } = this.host.table;
    let last = Math.max(movedTicks, this.dispatcher.lastLeave);
    for (let thread = 0; thread < count; thread++) {
      if (state[thread] === ThreadState.ended) continue;
      last = Math.max(last, waitsFor[thread]! >= 0 ? waitTicks[thread]! : 0, runnableTicks[thread]!);
      if (core[thread]! >= 0) last = Math.max(last, sinceTicks[thread]!, isActive[thread] === 1 ? activeTicks[thread]! : 0);
    }
    return last;
  }
}
