import type { ReadyList } from "../plugin.ts";

/** A doubly linked list over op ids: oldest first, removal and membership in constant time, safe to walk while removing. */
export class LinkedReadyList implements ReadyList {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #member: Uint8Array;
  #head = -1;
  #tail = -1;
  #length = 0;

  constructor(opCount: number) {
    this.#next = new Int32Array(opCount);
    this.#previous = new Int32Array(opCount);
    this.#member = new Uint8Array(opCount);
  }

  get length(): number {
    return this.#length;
  }

  first(): number {
    return this.#head;
  }

  next(op: number): number {
    return this.#next[op]!;
  }

  has(op: number): boolean {
    return this.#member[op] === 1;
  }

  append(op: number): void {
    this.#member[op] = 1;
    this.#next[op] = -1;
    this.#previous[op] = this.#tail;
    if (this.#tail >= 0) this.#next[this.#tail] = op;
    else this.#head = op;
    this.#tail = op;
    this.#length++;
  }

  remove(op: number): void {
    const next = this.#next[op]!;
    const previous = this.#previous[op]!;
    if (previous >= 0) this.#next[previous] = next;
    else this.#head = next;
    if (next >= 0) this.#previous[next] = previous;
    else this.#tail = previous;
    this.#member[op] = 0;
    this.#length--;
  }
}
