import type { PolicyView } from "../../plugin.ts";

/**
 * Groups ops by the set of devices that can run them. There are few such sets (everywhere, GPUs only …), so what waits
 * for one of them is found without asking every op.
 */
export class Capabilities {
  readonly #sets: Uint8Array[] = [];

  /** Number of groups met so far. */
  get count(): number {
    return this.#sets.length;
  }

  /** Group of `op`, from 0 in the order first met. */
  groupOf(view: PolicyView, op: number): number {
    for (let group = 0; group < this.#sets.length; group++) if (this.#matches(view, op, this.#sets[group]!)) return group;
    return this.#sets.push(Uint8Array.from({ length: view.deviceCount }, (_, d) => (view.estimateTicks(op, d) < Infinity ? 1 : 0))) - 1;
  }

  #matches(view: PolicyView, op: number, set: Uint8Array): boolean {
    for (let d = 0; d < set.length; d++) if (view.estimateTicks(op, d) < Infinity !== (set[d] === 1)) return false;
    return true;
  }

  /** Whether ops of `group` can run on `device`. */
  canRun(group: number, device: number): boolean {
    return this.#sets[group]![device] === 1;
  }
}
