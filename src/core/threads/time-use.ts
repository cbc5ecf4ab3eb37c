import type { CoreTable } from "./core-table.ts";
import type { RunAhead } from "./run-ahead.ts";
import type { Clock } from "./thread-activities.ts";
import type { ThreadRows } from "./thread-rows.ts";
import { Use, type ThreadTable } from "./thread-table.ts";

/** What is left of so many ticks; a rounding of them is nothing, or it would be worked off again and again in no time. */
function rest(ticks: number, done: number): number {
  const left = ticks - done;
  return left < 1e-9 ? 0 : left;
}

/** What the time of threads on their cores goes into: first what switching costs, then what synchronizing does, then what is to be computed. */
export class TimeUse {
  private readonly clock: Clock;
  private readonly table: ThreadTable;
  private readonly cores: CoreTable;
  private readonly speed: Float64Array;
  private readonly rows: ThreadRows;
  private readonly ahead: RunAhead;
  /** By core: the share of its computation's time in which it waits for no memory; 1 without a memory model. */
  readonly busy: Float64Array;

  constructor(clock: Clock, table: ThreadTable, cores: CoreTable, rows: ThreadRows, ahead: RunAhead) {
    this.clock = clock;
    this.table = table;
    this.cores = cores;
    this.speed = cores.spec.speed;
    this.rows = rows;
    this.ahead = ahead;
    this.busy = new Float64Array(cores.count).fill(1);
  }

  /** The thread has worked off all that it owed when its activity began, however the parts of it were rounded. @param rate at which that went */
  all(thread: number, rate: number): void {
    const { now } = this.clock;
    const { core: coreOf, switchLeft, syncLeft, computeLeft, activeTicks } = this.table;
    const core = coreOf[thread]!;
    const toSwitch = switchLeft[thread]!;
    const toSync = syncLeft[thread]!;
    const toCompute = computeLeft[thread]!;
    let from = activeTicks[thread]!;
    let to = from;
    if (toSwitch > 0) {
      switchLeft[thread] = 0;
      to = Math.min(now, from + toSwitch / rate);
      this.#spend(core, thread, Use.switching, from, to);
      from = to;
    }
    if (toSync > 0) {
      syncLeft[thread] = 0;
      to = toCompute === 0 ? now : Math.min(now, from + toSync / rate);
      this.#spend(core, thread, Use.sync, from, to);
      this.#synchronized(thread, to);
    }
    computeLeft[thread] = 0;
    if (now > to) this.#compute(core, thread, toCompute, to, now);
  }

  /** Splits the time since the activity began between what it was spent on. @param done of what the thread owed. @param rate at which that went */
  part(thread: number, done: number, rate: number): void {
    const { now } = this.clock;
    const { core: coreOf, switchLeft, syncLeft, computeLeft, activeTicks, isSpinning } = this.table;
    const core = coreOf[thread]!;
    const toSync = syncLeft[thread]!;
    const spins = isSpinning[thread] === 1;
    let from = activeTicks[thread]!;
    let to = from;
    const switched = Math.min(done, switchLeft[thread]!);
    if (switched > 0) {
      switchLeft[thread] = rest(switchLeft[thread]!, switched);
      to = Math.min(now, from + switched / rate);
      this.#spend(core, thread, Use.switching, from, to);
      from = to;
    }
    const synced = Math.min(done - switched, toSync);
    if (synced > 0) {
      syncLeft[thread] = rest(toSync, synced);
      to = !spins && computeLeft[thread] === 0 ? now : Math.min(now, from + synced / rate);
      this.#spend(core, thread, Use.sync, from, to);
      if (syncLeft[thread] === 0) this.#synchronized(thread, to);
    }
    this.ahead.interrupt(thread);
    const toCompute = computeLeft[thread]!;
    if (spins) {
      this.#spend(core, thread, Use.spin, to, now);
      return;
    }
    if (toCompute === 0 && now === to) return;
    const computed = Math.min(done - switched - synced, toCompute);
    computeLeft[thread] = toCompute - computed;
    this.#compute(core, thread, computed, to, now);
  }

  /** The thread has worked off what synchronizing cost: it has come as far as its program, if that has gone ahead. */
  #synchronized(thread: number, ticks: number): void {
    const { isAhead, behindPc } = this.table;
    if (isAhead[thread] === 1 || behindPc[thread]! >= 0) this.ahead.synchronized(thread, ticks);
  }

  /** Tells what the thread has spent its time on since its activity began, which goes on: in order, sharing left aside. */
  underWay(thread: number, now: number, tell: (use: Use, from: number, to: number) => void): void {
    const { isActive, activeTicks, switchLeft, syncLeft, isSpinning, core } = this.table;
    if (isActive[thread] === 0) return;
    const speed = this.speed[core[thread]!]!;
    const begins = activeTicks[thread]!;
    const switched = Math.min(now, begins + switchLeft[thread]! / speed);
    const synchronized = Math.min(now, switched + syncLeft[thread]! / speed);
    if (switched > begins) tell(Use.switching, begins, switched);
    if (synchronized > switched) tell(Use.sync, switched, synchronized);
    if (now > synchronized) tell(isSpinning[thread] === 1 ? Use.spin : Use.compute, synchronized, now);
  }

  #compute(core: number, thread: number, computed: number, from: number, to: number): void {
    const stalled = to - from - (computed * this.busy[core]!) / this.speed[core]!;
    if (stalled > 0) this.cores.stalledTicks[core]! += stalled;
    this.#spend(core, thread, Use.compute, from, to);
  }

  #spend(core: number, thread: number, use: Use, from: number, to: number): void {
    if (!(to > from)) return;
    this.cores.add(core, use, to - from);
    this.rows.push(core, thread, use, from, to);
  }
}
