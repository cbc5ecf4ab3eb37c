import { ceilTicks } from "../ticks.ts";
import type { ThreadMeasures } from "./thread-measures.ts";
import type { ThreadTable } from "./thread-table.ts";

/**
 * Marks that threads come to while they still owe time: a mark is nothing that other threads see, so the program goes on
 * with what follows, and the mark is counted when the time that was owed has passed.
 */
export class PendingMarks {
  readonly #table: ThreadTable;
  readonly #speed: Float64Array;
  readonly #measures: ThreadMeasures;
  readonly #progress: (ticks: number) => void;

  /** @param speed of each core. @param progress is told when a mark is passed */
  constructor(table: ThreadTable, speed: Float64Array, measures: ThreadMeasures, progress: (ticks: number) => void) {
    this.#table = table;
    this.#speed = speed;
    this.#measures = measures;
    this.#progress = progress;
  }

  /** The thread has worked off what synchronizing cost, at this tick or a fraction before it. */
  synchronized(thread: number, ticks: number): void {
    if (this.#table.pendingMark[thread]! >= 0) this.#pass(thread, ceilTicks(ticks));
  }

  /** Counts the marks that were passed up to this tick by threads that have gone on with what follows. */
  passUntil(ticks: number): void {
    const { pendingMark, isActive, activeTicks, switchLeft, syncLeft, core, count } = this.#table;
    for (let thread = 0; thread < count; thread++) {
      if (pendingMark[thread]! < 0 || isActive[thread] === 0) continue;
      const at = ceilTicks(activeTicks[thread]! + (switchLeft[thread]! + syncLeft[thread]!) / this.#speed[core[thread]!]!);
      if (at <= ticks) this.#pass(thread, at);
    }
  }

  #pass(thread: number, ticks: number): void {
    const { pendingMark } = this.#table;
    this.#measures.mark(pendingMark[thread]!, ticks);
    this.#progress(ticks);
    pendingMark[thread] = -1;
  }
}
