import type { PolicyView } from "../../plugin.ts";
import { Capabilities } from "./capabilities.ts";
import type { FreeDevices } from "./free-devices.ts";
import { IdHeap } from "../../base/id-heap.ts";
import { OpQueue } from "./op-queue.ts";

/**
 * Ready ops that wait for a device with room: the first one that some free device can run is found without walking over
 * those that must wait for another device. Most ops can run wherever there is room and never leave the main queue; one
 * that cannot is set aside once, with all others that need the same devices.
 */
export class WaitingOps {
  /** In the order pushed, an op gets its key when it is set aside: how many had left the main queue before it. */
  readonly #keys: Float64Array;
  readonly #ordered: boolean;
  readonly #main: OpQueue | IdHeap;
  readonly #aside: (OpQueue | IdHeap)[] = [];
  readonly #capabilities = new Capabilities();
  #taken = 0;
  #length = 0;
  /** Of the free devices that can run the op taken last, the first. */
  firstDevice = -1;

  /** @param keys By op: the smallest is taken first, ties by id. Absent: in the order pushed. */
  constructor(opCount: number, keys?: Float64Array) {
    this.#keys = keys ?? new Float64Array(opCount);
    this.#ordered = keys !== undefined;
    this.#main = this.#queue();
  }

  #queue(): OpQueue | IdHeap {
    return this.#ordered ? new IdHeap(this.#keys) : new OpQueue();
  }

  get length(): number {
    return this.#length;
  }

  push(op: number): void {
    this.#main.push(op);
    this.#length++;
  }

  /** Removes and returns the first op that one of the free devices can run; -1 when there is none. */
  take(view: PolicyView, free: FreeDevices): number {
    for (;;) {
      const queue = this.#aside.length === 0 ? this.#main : this.#firstQueue(free);
      const op = queue.pop();
      if (op < 0) return -1;
      if (queue === this.#main) this.#taken++;
      this.firstDevice = free.firstFor(op);
      if (this.firstDevice >= 0) {
        this.#length--;
        return op;
      }
      if (!this.#ordered) this.#keys[op] = this.#taken;
      const group = this.#capabilities.groupOf(view, op);
      (this.#aside[group] ??= this.#queue()).push(op);
    }
  }

  /** Of the main queue and those aside that a free device serves, the one whose head comes first. */
  #firstQueue(free: FreeDevices): OpQueue | IdHeap {
    let first = this.#main;
    let head = first.peek();
    if (head >= 0 && !this.#ordered) this.#keys[head] = this.#taken + 1;
    for (let group = 0; group < this.#aside.length; group++) {
      const queue = this.#aside[group]!;
      const op = queue.peek();
      if (op < 0 || (head >= 0 && !this.#before(op, head)) || !this.#serves(group, free)) continue;
      first = queue;
      head = op;
    }
    return first;
  }

  #before(a: number, b: number): boolean {
    const difference = this.#keys[a]! - this.#keys[b]!;
    return difference < 0 || (difference === 0 && a < b);
  }

  #serves(group: number, free: FreeDevices): boolean {
    for (let i = 0; i < free.count; i++) if (this.#capabilities.canRun(group, free.ids[i]!)) return true;
    return false;
  }
}
