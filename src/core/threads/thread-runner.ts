import type { CoreDispatcher } from "./core-dispatcher.ts";
import type { CoreTable } from "./core-table.ts";
import type { DueThreads } from "./due-threads.ts";
import type { ThreadFinding } from "./findings.ts";
import type { Interpreter } from "./interpreter.ts";
import type { InterpreterHost } from "./interpreter-host.ts";
import { Next } from "./next.ts";
import type { RunAhead } from "./run-ahead.ts";
import type { ThreadActivities } from "./thread-activities.ts";
import { Phase, SPIN_TIMER, ThreadState, type ThreadTable } from "./thread-table.ts";
import type { ThreadWaits } from "./thread-waits.ts";

/** What else the runner needs of the threads. */
export interface RunnerHost extends InterpreterHost {
  readonly outcome: ThreadFinding | undefined;
  /** The thread has ended. */
  ended(thread: number): void;
}

/** Runs the instructions of threads that are due, and does what comes of them. */
export class ThreadRunner {
  private readonly host: RunnerHost;
  private readonly table: ThreadTable;
  private readonly cores: CoreTable;
  private readonly interpreter: Interpreter;
  private readonly ahead: RunAhead;
  private readonly activities: ThreadActivities;
  private readonly due: DueThreads;
  private readonly dispatcher: CoreDispatcher;
  private readonly waits: ThreadWaits;

  constructor(host: RunnerHost, interpreter: Interpreter, ahead: RunAhead, activities: ThreadActivities, due: DueThreads, dispatcher: CoreDispatcher, waits: ThreadWaits) {
    this.host = host;
    this.table = host.table;
    this.cores = host.cores;
    this.interpreter = interpreter;
    this.ahead = ahead;
    this.activities = activities;
    this.due = due;
    this.dispatcher = dispatcher;
    this.waits = waits;
  }

  /** Runs all that are due, and those that become due by it. */
  runDue(): void {
    while (this.host.outcome === undefined) {
      const thread = this.due.take();
      if (thread < 0) return;
      this.#step(thread);
    }
  }

  /** What the thread had to work off is done, or it has spun for long enough; unless the event is an old one. */
  workDone(thread: number, generation: number): void {
    const table = this.table;
    if (generation === SPIN_TIMER ? !this.activities.spinTimers.runOut(thread, this.host.now) : table.generation[thread] !== generation) return;
    if (table.isSpinning[thread] === 0) {
      this.activities.settle(thread, true);
      this.due.push(thread);
      return;
    }
    const hasSpun = generation === SPIN_TIMER || !this.activities.owes(thread);
    this.activities.settle(thread, true);
    if (hasSpun) this.waits.beginParking(thread);
    this.due.goOn(thread);
  }

  /** Runs instructions until the thread needs time. */
  #step(thread: number): void {
    const table = this.table;
    if (table.isParking[thread] === 1) {
      table.isParking[thread] = 0;
      if (table.phase[thread] === Phase.waiting) {
        this.dispatcher.leaveCore(thread, "blocked", ThreadState.blocked);
        return;
      }
    }
    if (this.ahead.resume(thread)) {
      this.due.goOn(thread);
      return;
    }
    this.waits.acting = thread;
    const next = this.interpreter.run(thread);
    this.waits.acting = -1;
    switch (next) {
      case Next.work:
      case Next.park:
        this.due.goOn(thread);
        return;
      case Next.spin:
        this.#spin(thread);
        return;
      case Next.block:
        this.dispatcher.leaveCore(thread, "blocked", ThreadState.blocked);
        return;
      case Next.yield:
        this.dispatcher.leaveCore(thread, "yielded", ThreadState.runnable);
        this.dispatcher.becomeRunnable(thread, "yielded");
        return;
      case Next.end:
        this.dispatcher.leaveCore(thread, "blocked", ThreadState.ended);
        this.host.ended(thread);
        this.waits.ended(thread);
    }
  }

  /** Who shares its core works off what it owes first, since that takes longer there, so that the while for which it spins begins then. */
  #spin(thread: number): void {
    const limit = this.table.spinLimit[thread]!;
    if (this.cores.siblings[this.table.core[thread]!] === 1) this.activities.spin(thread, limit);
    else this.activities.start(thread, this.activities.owes(thread) ? 0 : limit);
  }
}
