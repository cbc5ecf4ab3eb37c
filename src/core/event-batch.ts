import { resized } from "../base/columns.ts";

/** Up to so many are sorted by hand: a call of the typed array's own sort costs more. */
const FEW = 64;

/** The events of one round by their order, see {@link eventOrder}: filled and emptied without allocating. */
export class EventBatch {
  #orders = new Float64Array(256);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  push(order: number): void {
    if (this.length === this.#orders.length) this.#orders = resized(this.#orders, this.length * 2);
    this.#orders[this.length++] = order;
  }

  at(i: number): number {
    return this.#orders[i]!;
  }

  /** Ascending. Nearly always a few events, most of them in order. */
  sort(): void {
    if (this.length > FEW) this.#orders.subarray(0, this.length).sort();
    else this.#insertionSort();
  }

  #insertionSort(): void {
    const orders = this.#orders;
    for (let i = 1; i < this.length; i++) {
      const order = orders[i]!;
      let at = i;
      for (; at > 0 && orders[at - 1]! > order; at--) orders[at] = orders[at - 1]!;
      orders[at] = order;
    }
  }
}
