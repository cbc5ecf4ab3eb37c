import type { LockDesign, ObjectGroup } from "../thread-spec.ts";
import type { ThreadKernel } from "../thread-kernel.ts";
import { Phase } from "../thread-table.ts";

type MutexGroup = Extract<ObjectGroup, { kind: "mutex" }>;

/** Numbers, since they are compared each time that a lock changes hands, and texts take longer. */
const Design = { testAndSet: 0, ticket: 1, mcs: 2, futex: 3, adaptive: 4 } as const;
const designByName: Readonly<Record<LockDesign, number>> = { "test-and-set": Design.testAndSet, ticket: Design.ticket, mcs: Design.mcs, futex: Design.futex, adaptive: Design.adaptive };
const Protocol = { none: 0, inherit: 1, ceiling: 2 } as const;

/**
 * Mutual exclusion, in five designs. What they differ in is who gets a lock that is given up, and what that takes:
 *
 * - `test-and-set`: any of the waiters that spin on a core just now, drawn at random; all of them fight for the cache
 *   line, so the hand-off takes one line transfer for each. Waiters that lost their core cannot get it.
 * - `ticket`: the oldest, whether it has a core or not; the line goes to every waiter, half of them before it on average.
 * - `mcs`: the oldest; one line transfer, since each spins on a line of its own.
 * - `futex`: waiters park. Without `fair` the lock is free until somebody takes it: the one that is woken tries again,
 *   and may find that another was faster.
 * - `adaptive`: the oldest that still spins; otherwise as `futex`.
 * @source T. E. Anderson, "The performance of spin lock alternatives", IEEE TPDS 1(1), 1990; J. Mellor-Crummey,
 * M. Scott, "Algorithms for scalable synchronization", ACM TOCS 9(1), 1991; U. Drepper, "Futexes are tricky", 2011.
 */
export class Mutexes {
  private readonly kernel: ThreadKernel;
  private readonly groups: readonly (MutexGroup | undefined)[];
  /** By object. */
  private readonly design: Uint8Array;
  private readonly protocol: Uint8Array;
  /** -1 = free. */
  readonly owner: Int32Array;
  private readonly depth: Uint32Array;
  /** Since when it is held. */
  readonly sinceTicks: Float64Array;
  /** Core of the last owner: where the cache line is. */
  private readonly lineCore: Int32Array;
  /** The next lock that the owner holds. */
  readonly nextHeld: Int32Array;

  constructor(kernel: ThreadKernel) {
    this.kernel = kernel;
    const { objects } = kernel;
    this.groups = Array.from(objects.groupOf, (g) => (objects.groups[g]!.kind === "mutex" ? (objects.groups[g] as MutexGroup) : undefined));
    this.design = Uint8Array.from(this.groups, (group) => (group === undefined ? 0 : designByName[group.design]));
    this.protocol = Uint8Array.from(this.groups, (group) => (group === undefined ? 0 : Protocol[group.protocol]));
    this.owner = new Int32Array(objects.count).fill(-1);
    this.depth = new Uint32Array(objects.count);
    this.sinceTicks = new Float64Array(objects.count);
    this.lineCore = new Int32Array(objects.count).fill(-1);
    this.nextHeld = new Int32Array(objects.count).fill(-1);
  }

  /** True when the thread has the lock; otherwise it waits for it, and comes again. */
  lock(thread: number, object: number): boolean {
    const group = this.groups[object]!;
    const owner = this.owner[object]!;
    if (owner < 0) {
      this.#take(thread, object, group);
      return true;
    }
    if (owner === thread) {
      if (!group.recursive) this.kernel.fail(thread, "relock", `locks "${this.kernel.objects.name(object)}", which it holds already`, "make the lock recursive, or unlock it first");
      this.depth[object]!++;
      this.kernel.charge(thread, this.kernel.costs.stepTicks);
      return true;
    }
    const design = this.design[object]!;
    this.kernel.charge(thread, this.kernel.costs.atomicTicks);
    this.kernel.wait(thread, object, design !== Design.futex, design === Design.adaptive ? group.spinTicks : undefined);
    if (this.protocol[object] === Protocol.inherit) this.#inherit(object);
    return false;
  }

  tryLock(thread: number, object: number): boolean {
    const group = this.groups[object]!;
    const owner = this.owner[object]!;
    if (owner < 0) this.#take(thread, object, group);
    else if (owner === thread && group.recursive) this.depth[object]!++;
    else {
      this.kernel.charge(thread, this.kernel.costs.atomicTicks);
      return false;
    }
    return true;
  }

  /** A waiter is back on a core and looks again. True when the lock is its own now. */
  lookAgain(thread: number, object: number): boolean {
    const design = this.design[object]!;
    if (this.owner[object]! >= 0 || (design !== Design.testAndSet && design !== Design.adaptive)) return false;
    this.kernel.lists.remove(object, thread);
    this.#take(thread, object, this.groups[object]!);
    return true;
  }

  unlock(thread: number, object: number): void {
    const kernel = this.kernel;
    const owner = this.owner[object]!;
    if (owner !== thread) {
      const name = kernel.objects.name(object);
      kernel.fail(thread, "not-owner", owner < 0 ? `unlocks "${name}", which nobody holds` : `unlocks "${name}", which another thread holds`, "unlock only what the thread has locked");
    }
    if (this.depth[object]! > 0) {
      this.depth[object]!--;
      return;
    }
    const design = this.design[object]!;
    kernel.use.held(object, thread, this.sinceTicks[object]!, kernel.now);
    this.lineCore[object] = kernel.table.core[thread]!;
    this.#drop(thread, object);
    if (design >= Design.mcs) kernel.charge(thread, kernel.costs.atomicTicks);
    if (kernel.lists.length[object]! > 0) this.#handOn(thread, object, this.groups[object]!);
    if (this.protocol[object] !== Protocol.none) this.#restore(thread);
  }

  /** The lock has become free, or goes to one of those that wait. */
  #handOn(thread: number, object: number, group: MutexGroup): void {
    const kernel = this.kernel;
    const { lineTicks, wakeTicks } = kernel.costs;
    const design = this.design[object]!;
    if (design === Design.testAndSet) {
      const spinning = this.#countSpinning(object);
      if (spinning > 0) this.#give(this.#spinner(object, Math.floor(kernel.random() * spinning)), object, lineTicks * spinning, group);
      return;
    }
    if (design === Design.ticket || design === Design.mcs) {
      const delay = design === Design.mcs ? lineTicks : (lineTicks * (this.#countSpinning(object) + 1)) / 2;
      this.#give(kernel.lists.head[object]!, object, delay, group);
      return;
    }
    if (design === Design.adaptive && this.#countSpinning(object) > 0) {
      this.#give(this.#spinner(object, 0), object, lineTicks, group);
      return;
    }
    const next = group.order === "priority" ? this.#mostUrgent(object) : kernel.lists.head[object]!;
    // Who has not gone to sleep yet need not be woken.
    const delay = kernel.table.isParking[next] === 1 ? 0 : wakeTicks;
    kernel.charge(thread, delay);
    if (group.fair) this.#give(next, object, delay, group);
    else kernel.retry(next, delay);
  }

  #give(thread: number, object: number, delayTicks: number, group: MutexGroup): void {
    this.kernel.use.handOffs[object]!++;
    this.#hold(thread, object, group);
    this.kernel.grant(thread, delayTicks);
    if (this.protocol[object] === Protocol.inherit) this.#inherit(object);
  }

  #take(thread: number, object: number, group: MutexGroup): void {
    const { costs, table } = this.kernel;
    const moved = this.lineCore[object]! >= 0 && this.lineCore[object] !== table.core[thread];
    this.kernel.charge(thread, costs.atomicTicks + (moved ? costs.lineTicks : 0));
    this.#hold(thread, object, group);
  }

  #hold(thread: number, object: number, group: MutexGroup): void {
    const { table, use, now } = this.kernel;
    this.owner[object] = thread;
    this.sinceTicks[object] = now;
    use.taken[object]!++;
    this.nextHeld[object] = table.firstHeld[thread]!;
    table.firstHeld[thread] = object;
    if (this.protocol[object] === Protocol.ceiling && group.ceiling > table.priority[thread]!) this.kernel.setPriority(thread, group.ceiling);
  }

  #drop(thread: number, object: number): void {
    const { firstHeld } = this.kernel.table;
    this.owner[object] = -1;
    if (firstHeld[thread] === object) {
      firstHeld[thread] = this.nextHeld[object]!;
      return;
    }
    let held = firstHeld[thread]!;
    while (this.nextHeld[held] !== object) held = this.nextHeld[held]!;
    this.nextHeld[held] = this.nextHeld[object]!;
  }

  #countSpinning(object: number): number {
    let count = 0;
    const { lists } = this.kernel;
    for (let thread = lists.head[object]!; thread >= 0; thread = lists.next(thread)) if (this.kernel.isSpinningNow(thread)) count++;
    return count;
  }

  /** The one at this place among the waiters that spin on a core. */
  #spinner(object: number, place: number): number {
    const { lists } = this.kernel;
    let thread = lists.head[object]!;
    for (let left = place; ; thread = lists.next(thread)) if (this.kernel.isSpinningNow(thread) && left-- === 0) return thread;
  }

  #mostUrgent(object: number): number {
    const { lists, table } = this.kernel;
    let best = lists.head[object]!;
    for (let thread = lists.next(best); thread >= 0; thread = lists.next(thread)) if (table.priority[thread]! > table.priority[best]!) best = thread;
    return best;
  }

  // ── priorities of owners ──

  /** The owner runs at the priority of the most urgent waiter, and so does the one that it waits for in turn. */
  #inherit(object: number): void {
    const { lists, table } = this.kernel;
    for (let lock = object; lock >= 0; ) {
      const owner = this.owner[lock]!;
      if (owner < 0 || lists.length[lock] === 0) return;
      const urgent = table.priority[this.#mostUrgent(lock)]!;
      if (urgent <= table.priority[owner]!) return;
      this.kernel.setPriority(owner, urgent);
      const waited = table.phase[owner] === Phase.waiting ? table.waitsFor[owner]! : -1;
      lock = waited >= 0 && this.protocol[waited] === Protocol.inherit ? waited : -1;
    }
  }

  /** What the thread still holds decides its priority. */
  #restore(thread: number): void {
    const { table, lists } = this.kernel;
    let priority = table.basePriority[thread]!;
    for (let lock = table.firstHeld[thread]!; lock >= 0; lock = this.nextHeld[lock]!) {
      const protocol = this.protocol[lock]!;
      if (protocol === Protocol.ceiling) priority = Math.max(priority, this.groups[lock]!.ceiling);
      else if (protocol === Protocol.inherit && lists.length[lock]! > 0) priority = Math.max(priority, table.priority[this.#mostUrgent(lock)]!);
    }
    if (priority !== table.priority[thread]) this.kernel.setPriority(thread, priority);
  }
}
