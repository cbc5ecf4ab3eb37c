import type { PolicyView } from "../../plugin.ts";
import { Capabilities } from "./capabilities.ts";
import { kindIds, type KindIds } from "./kind-ids.ts";
import { OpQueue } from "./op-queue.ts";

/**
 * Ready ops that wait, a queue for each kind and set of devices that can run it: ops of one queue want much the same
 * device. When the first of them should wait, its queue is closed, and those of other kinds may go before it.
 */
export class KindQueues {
  readonly #kinds: KindIds;
  readonly #capabilities = new Capabilities();
  readonly #queues = new Map<number, OpQueue>();
  readonly #closed = new Set<OpQueue>();
  /** By op: how many had been pushed before it. */
  readonly #turn: Float64Array;
  #pushed = 0;
  #length = 0;
  #first: OpQueue | undefined;

  constructor(view: PolicyView) {
    this.#kinds = kindIds(view);
    this.#turn = new Float64Array(view.opCount);
  }

  get length(): number {
    return this.#length;
  }

  push(view: PolicyView, op: number): void {
    const key = this.#capabilities.groupOf(view, op) * this.#kinds.count + this.#kinds.of[op]!;
    let queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, (queue = new OpQueue()));
    queue.push(op);
    this.#turn[op] = this.#pushed++;
    this.#length++;
  }

  /** The op that has waited longest in an open queue; -1 = none. */
  first(): number {
    let first = -1;
    for (const queue of this.#queues.values()) {
      const op = queue.peek();
      if (op < 0 || this.#closed.has(queue) || (first >= 0 && this.#turn[op]! > this.#turn[first]!)) continue;
      first = op;
      this.#first = queue;
    }
    return first;
  }

  /** Removes what {@link first} answered. */
  take(): void {
    this.#first!.pop();
    this.#length--;
  }

  /** Closes the queue of what {@link first} answered. */
  close(): void {
    this.#closed.add(this.#first!);
  }

  /** Opens all queues. */
  open(): void {
    this.#closed.clear();
  }
}
