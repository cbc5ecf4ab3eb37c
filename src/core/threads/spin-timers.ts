import { EventKind, eventKey } from "../event-key.ts";
import type { EventQueue } from "../event-queue.ts";
import { SPIN_TIMER, type ThreadTable } from "./thread-table.ts";

/**
 * When threads have spun for long enough. Most get what they wait for before, and soon spin again: so a timer is left
 * where it is, and one that comes too early is set anew, rather than one for each time that a thread spins.
 */
export class SpinTimers {
  private readonly table: ThreadTable;
  private readonly queue: EventQueue;

  constructor(table: ThreadTable, queue: EventQueue) {
    this.table = table;
    this.queue = queue;
  }

  /** The thread has spun for long enough at this tick. */
  set(thread: number, ticks: number): void {
    const { spinEndTicks, spinTimerTicks } = this.table;
    spinEndTicks[thread] = ticks;
    if (ticks >= spinTimerTicks[thread]!) return;
    spinTimerTicks[thread] = ticks;
    this.queue.push(ticks, eventKey(EventKind.threadDone, thread), SPIN_TIMER);
  }

  /** A timer of the thread has run out. @returns true where the thread has spun for long enough */
  runOut(thread: number, now: number): boolean {
    const { spinEndTicks, spinTimerTicks, isActive, isSpinning } = this.table;
    // Of several timers the nearest counts.
    if (spinTimerTicks[thread] !== now) return false;
    spinTimerTicks[thread] = Infinity;
    if (isActive[thread] === 0 || isSpinning[thread] === 0) return false;
    const end = spinEndTicks[thread]!;
    if (end > now && end < Infinity) this.set(thread, end);
    return end === now;
  }
}
