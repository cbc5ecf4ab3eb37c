import type { ReadyList } from "../plugin.ts";
import type { IdBuffer } from "./id-buffer.ts";

/**
 * The ready ops that are not placed: a doubly linked list over op ids, oldest first, removal and membership in constant
 * time, safe to walk while removing. Links are kept from the first look at the list on: policies that keep a queue of
 * their own never look, and pay only for the log of what became ready.
 */
export class LinkedReadyList implements ReadyList {
  readonly #isWaiting: (op: number) => boolean;
  private readonly opCount: number;
  /** What became ready before the first look, in that order; undefined from then on. Only the first {@link #logged} were appended. */
  #log: IdBuffer | undefined;
  #logged = 0;
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  #member = new Uint8Array(0);
  #head = -1;
  #tail = -1;
  #length = 0;

  /**
   * @param log All that becomes ready.
   * @param isWaiting Whether an op that became ready is still not placed.
   */
  constructor(opCount: number, log: IdBuffer, isWaiting: (op: number) => boolean) {
    this.opCount = opCount;
    this.#log = log;
    this.#isWaiting = isWaiting;
  }

  get length(): number {
    if (this.#log !== undefined) this.#link(this.#log);
    return this.#length;
  }

  first(): number {
    if (this.#log !== undefined) this.#link(this.#log);
    return this.#head;
  }

  next(op: number): number {
    if (this.#log !== undefined) this.#link(this.#log);
    return this.#next[op]!;
  }

  has(op: number): boolean {
    if (this.#log !== undefined) this.#link(this.#log);
    return this.#member[op] === 1;
  }

  /** What became ready in this round. */
  append(newReady: IdBuffer): void {
    // Small enough that V8 always has it inline.
    if (this.#log === undefined) this.#appendAll(newReady);
    else this.#logged = newReady.end;
  }

  #appendAll(newReady: IdBuffer): void {
    for (let i = newReady.first; i < newReady.end; i++) if (this.#isWaiting(newReady.at(i))) this.#append(newReady.at(i));
  }

  /** Takes `op` out, if it is in. */
  remove(op: number): void {
    if (this.#log !== undefined || this.#member[op] === 0) return;
    const next = this.#next[op]!;
    const previous = this.#previous[op]!;
    if (previous >= 0) this.#next[previous] = next;
    else this.#head = next;
    if (next >= 0) this.#previous[next] = previous;
    else this.#tail = previous;
    this.#member[op] = 0;
    this.#length--;
  }

  #append(op: number): void {
    this.#member[op] = 1;
    this.#next[op] = -1;
    this.#previous[op] = this.#tail;
    if (this.#tail >= 0) this.#next[this.#tail] = op;
    else this.#head = op;
    this.#tail = op;
    this.#length++;
  }

  #link(log: IdBuffer): void {
    this.#log = undefined;
    this.#next = new Int32Array(this.opCount);
    this.#previous = new Int32Array(this.opCount);
    this.#member = new Uint8Array(this.opCount);
    for (let i = 0; i < this.#logged; i++) {
      const op = log.at(i);
      if (!this.#isWaiting(op)) continue;
      // Twice in the log: it was lost with its device, and counts from when it became ready again.
      this.remove(op);
      this.#append(op);
    }
  }
}
