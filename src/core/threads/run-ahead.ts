import { ceilTicks } from "../ticks.ts";
import type { CoreTable } from "./core-table.ts";
import type { ThreadMeasures } from "./thread-measures.ts";
import type { ThreadTable } from "./thread-table.ts";

/**
 * Threads that go on with their programs before they have worked off what synchronizing costs them, with what no other
 * thread can see: what they compute next, and the mark that they pass, belong to one activity with that. It is known when
 * they would have come there, so that nothing else changes, wherever one is interrupted or looked at in between.
 */
export class RunAhead {
  private readonly table: ThreadTable;
  private readonly cores: CoreTable;
  private readonly measures: ThreadMeasures;
  private readonly isAllowed: boolean;

  /** @param isAllowed false = nobody goes ahead */
  constructor(table: ThreadTable, cores: CoreTable, measures: ThreadMeasures, isAllowed: boolean) {
    this.table = table;
    this.cores = cores;
    this.measures = measures;
    this.isAllowed = isAllowed;
  }

  /** See `goesAhead` of the interpreter's host. Only on a core that is the thread's own is it known how long what it owes will take. */
  begin(thread: number): boolean {
    const { core, pc, switchLeft, syncLeft, syncPad, isAhead, behindPc } = this.table;
    const at = core[thread]!;
    if (!this.isAllowed || this.cores.siblings[at]! > 1 || switchLeft[thread]! > 0) return false;
    const speed = this.cores.spec.speed[at]!;
    const sync = syncLeft[thread]!;
    const whole = ceilTicks(sync / speed) * speed;
    if (whole === 0) return false;
    syncLeft[thread] = whole;
    syncPad[thread] = whole - sync;
    isAhead[thread] = 1;
    behindPc[thread] = pc[thread]!;
    return true;
  }

  /** The thread has worked off what synchronizing cost, at this tick or a fraction before it: it has come as far as its program. */
  synchronized(thread: number, ticks: number): void {
    this.table.isAhead[thread] = 0;
    this.#catchUp(thread, ceilTicks(ticks));
  }

  /** The thread is interrupted: where it has not come as far as its program, it computes later what it has not begun. */
  interrupt(thread: number): void {
    const { syncLeft, computeLeft, isAhead, syncPad, heldBack } = this.table;
    if (isAhead[thread] === 0) return;
    isAhead[thread] = 0;
    syncLeft[thread]! -= syncPad[thread]!;
    heldBack[thread] = computeLeft[thread]!;
    computeLeft[thread] = 0;
  }

  /** True where one that was interrupted has now come as far as its program, and computes what it held back. */
  resume(thread: number): boolean {
    const { computeLeft, heldBack } = this.table;
    if (heldBack[thread] === 0) return false;
    computeLeft[thread] = heldBack[thread]!;
    heldBack[thread] = 0;
    return true;
  }

  /** Counts the marks that were passed up to this tick, and brings those that have come as far as their programs there. */
  catchUp(untilTicks: number): void {
    const { behindPc, isAhead, isActive, activeTicks, syncLeft, core, count } = this.table;
    for (let thread = 0; thread < count; thread++) {
      // One that was interrupted does nothing after that at first, wherever it goes on: an event says when it has come there.
      if (behindPc[thread]! < 0 || isAhead[thread] === 0 || isActive[thread] === 0) continue;
      const at = ceilTicks(activeTicks[thread]! + syncLeft[thread]! / this.cores.spec.speed[core[thread]!]!);
      if (at <= untilTicks) this.#catchUp(thread, at);
    }
  }

  #catchUp(thread: number, ticks: number): void {
    const { pendingMark, behindPc } = this.table;
    behindPc[thread] = -1;
    if (pendingMark[thread]! < 0) return;
    this.measures.mark(pendingMark[thread]!, ticks);
    pendingMark[thread] = -1;
  }
}
