import type { ThreadKernel } from "../thread-kernel.ts";

/** A signal that nobody was waiting for. */
export interface LostSignal {
  readonly object: number;
  readonly thread: number;
  readonly ticks: number;
  /** Instruction of the signaller. */
  readonly pc: number;
}

/**
 * Condition variables with Mesa semantics: a signal wakes the one that waits longest, who takes its lock again before it
 * goes on; a signal that nobody waits for is gone.
 * @source B. Lampson, D. Redell, "Experience with processes and monitors in Mesa", CACM 23(2), 1980.
 */
export class Conditions {
  private readonly kernel: ThreadKernel;
  /** By condition: the last signal that nobody waited for. */
  readonly lost = new Map<number, LostSignal>();

  constructor(kernel: ThreadKernel) {
    this.kernel = kernel;
  }

  wait(thread: number, object: number): void {
    this.kernel.wait(thread, object, false);
  }

  signal(thread: number, object: number): void {
    if (!this.#wakeNext(thread, object, 1)) this.#lose(thread, object);
  }

  broadcast(thread: number, object: number): void {
    let woken = 0;
    while (this.#wakeNext(thread, object, woken + 1)) woken++;
    if (woken === 0) this.#lose(thread, object);
  }

  /** From outside the threads, which costs none of them anything. @returns false where nobody waits */
  wakeOne(object: number, delayTicks = 0): boolean {
    const { lists, use } = this.kernel;
    const first = lists.head[object]!;
    if (first < 0) return false;
    use.taken[object]!++;
    this.kernel.grant(first, delayTicks);
    return true;
  }

  /** By a thread, as the `rank`-th it wakes. */
  #wakeNext(thread: number, object: number, rank: number): boolean {
    const { wakeTicks } = this.kernel.costs;
    if (!this.wakeOne(object, rank * wakeTicks)) return false;
    this.kernel.charge(thread, wakeTicks);
    return true;
  }

  #lose(thread: number, object: number): void {
    this.lost.set(object, { object, thread, ticks: this.kernel.now, pc: this.kernel.table.pc[thread]! });
    this.kernel.charge(thread, this.kernel.costs.atomicTicks);
  }
}
