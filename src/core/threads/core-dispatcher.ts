import type { RunnableReason } from "../../plugin.ts";
import type { EventQueue } from "../event-queue.ts";
import { CoreSlices } from "./core-slices.ts";
import type { CoreTable } from "./core-table.ts";
import type { DueThreads } from "./due-threads.ts";
import type { Inversions } from "./inversions.ts";
import { RunnableNews } from "./runnable-news.ts";
import type { ThreadActivities } from "./thread-activities.ts";
import type { ThreadKernel } from "./thread-kernel.ts";
import { IntervalLog } from "./thread-log.ts";
import type { ThreadPolicyPort } from "./thread-policy-port.ts";
import { MAX_ROWS } from "./thread-rows.ts";
import type { ThreadSpec } from "./thread-spec.ts";
import { ThreadState, type ThreadTable } from "./thread-table.ts";

/** More than so many preemptions at one tick are taken for a policy that goes round in circles. */
const mostPreemptions = 100_000;

/** What else the dispatcher needs of the threads. */
export interface DispatcherHost extends ThreadKernel {
  readonly spec: ThreadSpec;
  readonly inversions: Inversions;
  now: number;
}

/** Who has which core: tells the policy who can run, gives idle cores to whom it names, and takes cores away. */
export class CoreDispatcher {
  private readonly host: DispatcherHost;
  private readonly table: ThreadTable;
  private readonly cores: CoreTable;
  private readonly policy: ThreadPolicyPort;
  private readonly activities: ThreadActivities;
  private readonly due: DueThreads;
  /** A memory model knows what is cold of threads that say how they touch memory. */
  private readonly knowsMemory: boolean;
  readonly #news = new RunnableNews();
  #switchTicks = 0;
  /** Threads that wait for a core. */
  #waitingForCore = 0;
  /** Somebody became runnable, stopped, or has another priority. */
  #mustDispatch = false;
  /** How many preemptions there were at the tick of the last one. */
  #preemptedOnce = 0;
  #preemptedTicks = -1;
  /** Times in which threads could run and had no core, with the core that they came to. */
  readonly readyLog = new IntervalLog(MAX_ROWS);
  readonly slices: CoreSlices;
  migrationCount = 0;
  preemptionCount = 0;
  /** When a thread gave its core up last. */
  lastLeave = 0;

  constructor(host: DispatcherHost, policy: ThreadPolicyPort, queue: EventQueue, activities: ThreadActivities, due: DueThreads, knowsMemory: boolean) {
    this.host = host;
    this.table = host.table;
    this.cores = host.cores;
    this.policy = policy;
    this.slices = new CoreSlices(host, policy, queue);
    this.activities = activities;
    this.due = due;
    this.knowsMemory = knowsMemory;
  }

  /** Lets the policy get ready. */
  prepare(): void {
    this.#switchTicks = this.policy.prepare(this.host.costs.switchTicks);
  }

  /** From now on the thread waits for a core. */
  becomeRunnable(thread: number, why: RunnableReason): void {
    const table = this.table;
    const { now } = this.host;
    table.state[thread] = ThreadState.runnable;
    table.runnableTicks[thread] = now;
    if (why === "new") table.bornTicks[thread] = now;
    this.#waitingForCore++;
    this.#news.push(thread, why);
    this.#mustDispatch = true;
  }

  priorityChanged(thread: number): void {
    this.policy.priorityChanged(thread);
    this.#mustDispatch = true;
  }

  /** Takes cores away from threads whose slices have ended in this round, where anybody waits for one. */
  endSlices(): void {
    if (this.#waitingForCore > 0) this.slices.seeEnds();
    if (this.slices.ended.length > 0) this.#endSlices();
  }

  #endSlices(): void {
    const { ended } = this.slices;
    // A memory model hears of a long computation where that pauses, and says then what of its memory is there.
    const goOn = this.#waitingForCore === 0 && !this.knowsMemory;
    for (const core of ended) {
      const thread = this.cores.running[core]!;
      if (thread < 0 || this.#stillSwitches(thread, core)) continue;
      if (goOn) this.slices.goOnUnseen(core);
      else {
        // Who came in this round stands in line before the one whose slice has ended.
        this.leaveCore(thread, "slice", ThreadState.runnable);
        this.becomeRunnable(thread, "slice");
      }
    }
    ended.length = 0;
  }

  /** Hands cores out, where there is reason to. @returns true where there was */
  dispatch(): boolean {
    if (!this.#mustDispatch) return false;
    this.#dispatch();
    return true;
  }

  #dispatch(): void {
    this.#mustDispatch = false;
    this.slices.catchUp(this.host.now + 1);
    this.#tellNews();
    this.#returnToCores();
    if (this.cores.idleCount > 0 && this.#waitingForCore > 0) this.#fillIdleCores();
    if (this.policy.preempts && this.#waitingForCore > 0) this.#preempt();
    if (this.#waitingForCore > 0) this.slices.seeAll();
  }

  /** The thread gives its core up. @param state that it is in from now on */
  leaveCore(thread: number, why: RunnableReason | "blocked", state: ThreadState): void {
    const table = this.table;
    const cores = this.cores;
    const { now } = this.host;
    const core = table.core[thread]!;
    this.slices.catchUp(now);
    this.slices.stop(core);
    this.lastLeave = now;
    this.activities.settle(thread, false);
    table.switchLeft[thread] = 0;
    const ran = now - table.sinceTicks[thread]!;
    table.ranTicks[thread]! += ran;
    table.sinceTicks[thread] = NaN;
    table.core[thread] = -1;
    table.lastCore[thread] = core;
    table.state[thread] = state;
    cores.running[core] = -1;
    cores.idleCount++;
    cores.tenure[core]!++;
    this.policy.stopped(thread, core, ran, why);
    if (table.firstHeld[thread]! >= 0) this.host.inversions.ownerStopped(thread, now);
    this.#mustDispatch = true;
  }

  #tellNews(): void {
    this.#news.sort();
    for (let i = 0; i < this.#news.length; i++) this.policy.runnable(this.#news.thread(i), this.#news.why(i));
  }

  /** The cores where those that came ran last are asked first, if they are idle: nobody need move. */
  #returnToCores(): void {
    for (let i = 0; i < this.#news.length && this.cores.idleCount > 0; i++) {
      const core = this.table.lastCore[this.#news.thread(i)]!;
      if (core >= 0 && this.cores.running[core]! < 0) this.#giveCore(core);
    }
    this.#news.clear();
  }

  #fillIdleCores(): void {
    const { running, count } = this.cores;
    for (let core = 0; core < count && this.#waitingForCore > 0 && this.cores.idleCount > 0; core++) if (running[core]! < 0) this.#giveCore(core);
  }

  #preempt(): void {
    const { now } = this.host;
    for (let round = 0; round <= this.cores.count; round++) {
      const core = this.policy.preempt();
      if (core < 0) return;
      const thread = this.cores.running[core]!;
      this.leaveCore(thread, "preempted", ThreadState.runnable);
      this.preemptionCount++;
      if (this.#preemptedTicks !== now) [this.#preemptedTicks, this.#preemptedOnce] = [now, 0];
      if (++this.#preemptedOnce > mostPreemptions) this.policy.refuse(`preempt: took cores away ${mostPreemptions} times at one instant; it must say -1 when the thread on the core shall keep it`);
      this.#waitingForCore++;
      this.table.runnableTicks[thread] = now;
      this.policy.runnable(thread, "preempted");
      this.#giveCore(core);
    }
  }

  #giveCore(core: number): void {
    const thread = this.policy.next(core);
    if (thread < 0) return;
    const table = this.table;
    const cores = this.cores;
    const { now } = this.host;
    this.#waitingForCore--;
    const readySince = table.runnableTicks[thread]!;
    if (now > readySince) {
      table.readyWaitTicks[thread]! += now - readySince;
      this.readyLog.push(thread, core, readySince, now, 0);
    }
    table.state[thread] = ThreadState.running;
    table.core[thread] = core;
    table.sinceTicks[thread] = now;
    cores.running[core] = thread;
    cores.idleCount--;
    if (cores.lastThread[core] !== thread) this.#switchTo(thread, core);
    table.lastCore[thread] = core;
    this.slices.begin(thread, core, table.switchLeft[thread]! / cores.spec.speed[core]!);
    this.due.goOn(thread);
  }

  /** Another thread ran on the core before: the switch is to be paid. */
  #switchTo(thread: number, core: number): void {
    const table = this.table;
    const { spec, costs, inversions, now } = this.host;
    table.switches[thread]!++;
    table.switchLeft[thread] = this.#switchTicks;
    const before = table.lastCore[thread]!;
    if (before >= 0 && before !== core) {
      this.migrationCount++;
      table.migrations[thread]!++;
      table.switchLeft[thread]! += costs.migrateTicks;
      // Of a thread that says how it touches memory, the model knows what is cold.
      if (!this.knowsMemory || table.access[thread]! < 0) table.switchLeft[thread]! += spec.groups[table.group[thread]!]!.workingSetBytes / costs.refillBytesPerTick;
    }
    if (table.firstHeld[thread]! >= 0) inversions.ownerRuns(thread, now, this.cores.lastThread[core]!);
    this.cores.lastThread[core] = thread;
  }

  /** Sharing its core made the switch take longer than expected: the slice begins anew, when what is left of it is paid. */
  #stillSwitches(thread: number, core: number): boolean {
    const left = this.activities.switchLeft(thread);
    if (left < 1e-9) return false;
    this.slices.beginAnew(core, left / this.cores.spec.speed[core]!);
    return true;
  }
}
