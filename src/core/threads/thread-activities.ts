import { EventKind, eventKey } from "../event-key.ts";
import type { EventQueue } from "../event-queue.ts";
import type { SharedResources } from "../shared-resources.ts";
import { ceilTicks } from "../ticks.ts";
import type { CoreTable } from "./core-table.ts";
import type { MemoryModel } from "./memory-model.ts";
import { SpinTimers } from "./spin-timers.ts";
import type { ThreadTable } from "./thread-table.ts";
import type { TimeUse } from "./time-use.ts";

/** Keys of threads among the activities that share resources: above those of operators; and of what they transfer without a core. */
export const THREAD_ORDER = 2 ** 33;
export const TRANSFER_ORDER = 2 ** 34;

/** Tells the tick of the round, rather than it being handed from one to the next: many a call costs more with a number that may be a fraction. */
export interface Clock {
  readonly now: number;
}

/** Where the resources of threads begin among all. */
export interface ThreadResources {
  /** Of the first physical core; those with one hardware thread are never used. */
  readonly physical: number;
  /** Of the memory model. */
  readonly memory: number;
  readonly files: number;
  /** The memory that operators on the cores draw on; -1 = none that could be short. */
  readonly opMemory: number;
}

/**
 * What threads do on cores, as activities: first what switching costs, then what synchronizing does, then what is to be
 * computed. One that shares nothing has its end as an event; others compete with whoever draws on the same.
 */
export class ThreadActivities {
  private readonly clock: Clock;
  private readonly table: ThreadTable;
  private readonly cores: CoreTable;
  private readonly queue: EventQueue;
  private readonly resources: SharedResources;
  private readonly at: ThreadResources;
  private readonly time: TimeUse;
  private readonly memory: MemoryModel | undefined;
  private readonly speed: Float64Array;
  readonly spinTimers: SpinTimers;
  /** By core: 1 = nothing that a thread does there is shared with anybody: it has no siblings, and there is no memory model, nor operators that draw on memory. */
  private readonly sharesNothing: Uint8Array;

  constructor(clock: Clock, table: ThreadTable, cores: CoreTable, queue: EventQueue, resources: SharedResources, at: ThreadResources, time: TimeUse, memory: MemoryModel | undefined) {
    this.clock = clock;
    this.table = table;
    this.cores = cores;
    this.queue = queue;
    this.resources = resources;
    this.at = at;
    this.time = time;
    this.memory = memory;
    this.speed = cores.spec.speed;
    this.spinTimers = new SpinTimers(table, queue);
    this.sharesNothing = Uint8Array.from(cores.siblings, (siblings) => (siblings === 1 && memory === undefined && at.opMemory < 0 ? 1 : 0));
  }

  /** Ticks of work alone that the thread has before it. */
  owed(thread: number): number {
    const { switchLeft, syncLeft, computeLeft } = this.table;
    return switchLeft[thread]! + syncLeft[thread]! + computeLeft[thread]!;
  }

  /** True where there is any. */
  owes(thread: number): boolean {
    const { switchLeft, syncLeft, computeLeft } = this.table;
    return computeLeft[thread]! > 0 || syncLeft[thread]! > 0 || switchLeft[thread]! > 0;
  }

  /** Ticks of work alone that are left of the switch to the thread, which goes on. */
  switchLeft(thread: number): number {
    const { now } = this.clock;
    const { switchLeft, isActive, activity, activeTicks, core } = this.table;
    const before = switchLeft[thread]!;
    if (before === 0 || isActive[thread] === 0) return before;
    const speed = this.speed[core[thread]!]!;
    const left = activity[thread]! < 0 ? Infinity : this.resources.remaining(activity[thread]!, now) * speed;
    return Math.max(0, before - (left < Infinity ? this.owed(thread) - left : (now - activeTicks[thread]!) * speed));
  }

  /** Begins to work off what the thread owes; and to spin for `spinTicks` after that, where the core is shared. */
  start(thread: number, spinTicks = 0): void {
    const table = this.table;
    const core = table.core[thread]!;
    table.activeTicks[thread] = this.clock.now;
    table.isActive[thread] = 1;
    if (this.sharesNothing[core] === 1) this.#startAlone(thread, core);
    else this.#startShared(thread, core, spinTicks);
  }

  /** Works off what the thread owes and spins for `spinTicks` after that (Infinity = until it is told), on a core that it does not share. */
  spin(thread: number, spinTicks: number): void {
    const table = this.table;
    const { now } = this.clock;
    table.activeTicks[thread] = now;
    table.isActive[thread] = 1;
    if (spinTicks === Infinity) table.spinEndTicks[thread] = Infinity;
    else this.spinTimers.set(thread, now + ceilTicks(this.owed(thread) / this.speed[table.core[thread]!]!) + ceilTicks(spinTicks));
  }

  #startAlone(thread: number, core: number): void {
    const { switchLeft, syncLeft, computeLeft, generation } = this.table;
    const work = switchLeft[thread]! + syncLeft[thread]! + computeLeft[thread]!;
    this.queue.push(this.clock.now + ceilTicks(work / this.speed[core]!), eventKey(EventKind.threadDone, thread), generation[thread]!);
  }

  #startShared(thread: number, core: number, spinTicks: number): void {
    const table = this.table;
    const { now } = this.clock;
    const speed = this.speed[core]!;
    const access = this.memory === undefined || table.computeLeft[thread] === 0 ? -1 : table.access[thread]!;
    if (access >= 0) table.computeLeft[thread] = this.memory!.goOn(thread, core, table.computeLeft[thread]!);
    const work = this.owed(thread) + spinTicks * speed;
    const demand = this.at.opMemory >= 0 && table.computeLeft[thread]! > 0 ? table.demand[thread]! : 0;
    if (this.cores.siblings[core] === 1 && access < 0 && demand === 0) {
      this.#startAlone(thread, core);
      return;
    }
    const key = THREAD_ORDER + thread;
    const bundle = this.resources.bundle(key, now);
    const busy = access >= 0 ? this.#draw(core, bundle, table.computeLeft[thread]! / work) : 1;
    if (this.cores.siblings[core]! > 1 && busy > 0) this.resources.use(bundle, this.at.physical + this.cores.spec.physical[core]!, busy);
    if (demand > 0) this.resources.use(bundle, this.at.opMemory, demand * speed);
    table.activity[thread] = this.resources.open(bundle, key, work / speed, now);
  }

  /** What the memory model says of the computation, which is a share of all that the thread owes. @returns share of the time in which the core is busy */
  #draw(core: number, bundle: number, share: number): number {
    this.time.busy[core] = this.memory!.draw(core, (resource, demand) => this.resources.use(bundle, this.at.memory + resource, demand * share));
    return 1 - share * (1 - this.time.busy[core]!);
  }

  /** Starts those anew whose memory has become slower or faster by who came and went beside them. Only with a memory model. */
  retime(): void {
    const { computeLeft } = this.table;
    for (let core = this.memory!.nextChanged(); core >= 0; core = this.memory!.nextChanged()) {
      const thread = this.cores.running[core]!;
      if (thread < 0 || this.table.isActive[thread] === 0) continue;
      const ratio = this.memory!.again(core);
      if (ratio === 1) continue;
      this.#stop(thread, false);
      computeLeft[thread]! *= ratio;
      this.start(thread);
    }
  }

  /** Takes the work done so far off what the thread owes, and says what its time went into. @param isDone its end has come. */
  settle(thread: number, isDone: boolean): void {
    const table = this.table;
    if (table.isActive[thread] === 0) return;
    this.#stop(thread, isDone);
    if (this.memory === undefined || table.access[thread]! < 0) return;
    this.memory.leave(thread, table.core[thread]!, table.computeLeft[thread]!);
    this.time.busy[table.core[thread]!] = 1;
  }

  #stop(thread: number, isDone: boolean): void {
    const table = this.table;
    table.isActive[thread] = 0;
    table.outdate(thread);
    const speed = this.speed[table.core[thread]!]!;
    const spins = table.isSpinning[thread] === 1;
    // Should it spin again, then for all of its time.
    if (spins) table.spinEndTicks[thread] = Infinity;
    if (table.activity[thread]! >= 0) this.#stopShared(thread, speed, isDone);
    else if (isDone && !spins) this.time.all(thread, speed);
    else this.time.part(thread, (this.clock.now - table.activeTicks[thread]!) * speed, speed);
  }

  #stopShared(thread: number, speed: number, isDone: boolean): void {
    const table = this.table;
    const { now } = this.clock;
    const elapsed = now - table.activeTicks[thread]!;
    const owed = this.owed(thread);
    const activity = table.activity[thread]!;
    const left = isDone ? 0 : this.resources.remaining(activity, now) * speed;
    this.resources.close(activity);
    table.activity[thread] = -1;
    // A spinner's work has no end; it has run all the time.
    const done = Number.isFinite(left) ? owed - left : Math.min(owed, elapsed * speed);
    const rate = elapsed > 0 && Number.isFinite(left) ? done / elapsed : speed;
    if (isDone && table.isSpinning[thread] === 0) this.time.all(thread, rate);
    else this.time.part(thread, Math.max(0, done), rate);
  }
}
