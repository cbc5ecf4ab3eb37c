import type { ThreadKernel } from "../thread-kernel.ts";

/**
 * Counting semaphores, first come, first served: who asks for much is not overtaken by those that ask for little.
 * @source E. W. Dijkstra, "Cooperating sequential processes", 1965.
 */
export class Semaphores {
  private readonly kernel: ThreadKernel;
  readonly value: Float64Array;

  constructor(kernel: ThreadKernel) {
    this.kernel = kernel;
    const { objects } = kernel;
    this.value = Float64Array.from(objects.groupOf, (g) => (objects.groups[g]!.kind === "semaphore" ? (objects.groups[g] as { initial: number }).initial : 0));
  }

  /** True when the thread has its amount. While it waits, its mailbox says how much it wants. */
  acquire(thread: number, object: number, amount: number): boolean {
    const { lists, use, costs, table } = this.kernel;
    this.kernel.charge(thread, costs.atomicTicks);
    if (lists.length[object] === 0 && this.value[object]! >= amount) {
      this.value[object]! -= amount;
      use.taken[object]!++;
      return true;
    }
    table.mailbox[thread] = amount;
    this.kernel.wait(thread, object, false);
    return false;
  }

  release(thread: number, object: number, amount: number): void {
    const { lists, use, costs, table } = this.kernel;
    this.kernel.charge(thread, costs.atomicTicks);
    this.value[object]! += amount;
    let woken = 0;
    for (let next = lists.head[object]!; next >= 0 && this.value[object]! >= table.mailbox[next]!; next = lists.head[object]!) {
      this.value[object]! -= table.mailbox[next]!;
      use.taken[object]!++;
      this.kernel.charge(thread, costs.wakeTicks);
      this.kernel.grant(next, ++woken * costs.wakeTicks);
    }
  }
}
