import type { ThreadKernel } from "../thread-kernel.ts";

/** Events that stay set until they are cleared: whoever waits for one goes on when it is set, and everybody who comes later too. */
export class Flags {
  private readonly kernel: ThreadKernel;
  private readonly isSet: Uint8Array;
  private readonly spins: Uint8Array;

  constructor(kernel: ThreadKernel) {
    this.kernel = kernel;
    const { objects } = kernel;
    this.isSet = new Uint8Array(objects.count);
    this.spins = new Uint8Array(objects.count);
    for (let object = 0; object < objects.count; object++) {
      const group = objects.groups[objects.groupOf[object]!]!;
      if (group.kind !== "flag") continue;
      this.isSet[object] = group.initial ? 1 : 0;
      this.spins[object] = group.waiting === "spin" ? 1 : 0;
    }
  }

  set(thread: number, object: number): void {
    const { costs, lists } = this.kernel;
    this.isSet[object] = 1;
    this.kernel.charge(thread, costs.atomicTicks);
    let woken = 0;
    for (let next = lists.head[object]!; next >= 0; next = lists.head[object]!) {
      if (this.spins[object] === 1) this.kernel.grant(next, ++woken * costs.lineTicks);
      else {
        this.kernel.charge(thread, costs.wakeTicks);
        this.kernel.grant(next, ++woken * costs.wakeTicks);
      }
    }
  }

  clear(thread: number, object: number): void {
    this.isSet[object] = 0;
    this.kernel.charge(thread, this.kernel.costs.atomicTicks);
  }

  /** True when the flag is set. */
  wait(thread: number, object: number): boolean {
    this.kernel.use.taken[object]!++;
    if (this.isSet[object] === 1) return true;
    this.kernel.wait(thread, object, this.spins[object] === 1);
    return false;
  }
}
