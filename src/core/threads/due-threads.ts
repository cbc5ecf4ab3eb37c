import { resized } from "../../base/columns.ts";
import type { ThreadActivities } from "./thread-activities.ts";
import type { ThreadTable } from "./thread-table.ts";

/** Threads whose instructions are to be run in this round, first come first. */
export class DueThreads {
  private readonly table: ThreadTable;
  private readonly activities: ThreadActivities;
  /** A ring would do, but it is short. */
  #threads = new Int32Array(256);
  #head = 0;
  #tail = 0;

  constructor(table: ThreadTable, activities: ThreadActivities) {
    this.table = table;
    this.activities = activities;
  }

  /** The thread has its core: it works off what it owes, or is due. */
  goOn(thread: number): void {
    if (this.activities.owes(thread)) this.activities.start(thread);
    else this.push(thread);
  }

  /**
   * The thread has its core, and its instructions are to be run, whatever it owes. What it waited for may come in the very
   * round in which its work has ended: then it goes on when that has come.
   */
  push(thread: number): void {
    this.table.dueTicket[thread] = this.#tail + 1;
    if (this.#tail === this.#threads.length) this.#threads = resized(this.#threads, this.#threads.length * 2);
    this.#threads[this.#tail++] = thread;
  }

  /** Whose instructions are run next; -1 = nobody's. */
  take(): number {
    const table = this.table;
    while (this.#head < this.#tail) {
      const thread = this.#threads[this.#head++]!;
      if (table.dueTicket[thread] !== this.#head) continue;
      table.dueTicket[thread] = 0;
      // It may have lost its core meanwhile, or been given something to work off first.
      if (table.core[thread]! >= 0 && table.isActive[thread] === 0) return thread;
    }
    this.#head = this.#tail = 0;
    return -1;
  }
}
