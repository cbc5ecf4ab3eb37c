import type { EventKind } from "./event-key.ts";
import { ceilTicks } from "./ticks.ts";

/**
 * What is left of running ops that share nothing (or do not yet), where the speed of their device may change: work in
 * ticks at normal speed, since when, and what happens when it is done.
 */
export class PacedOps {
  readonly #left: Float64Array;
  private readonly since: Float64Array;
  /** 0 = the op shares resources. */
  readonly #then: Uint8Array;

  constructor(opCount: number) {
    this.#left = new Float64Array(opCount);
    this.since = new Float64Array(opCount);
    this.#then = new Uint8Array(opCount);
  }

  /** From `since` (after the setup) on, `work` ticks at normal speed are done at `speed`, and then comes an event of kind `then`. Returns when. */
  begin(op: number, since: number, work: number, speed: number, then: EventKind): number {
    this.#left[op] = work;
    this.since[op] = since;
    this.#then[op] = then;
    return since + ceilTicks(work / speed);
  }

  /** The op shares resources from now on: others know how far it is. */
  share(op: number): void {
    this.#then[op] = 0;
  }

  /** The event that the op's work leads to; 0 = it shares resources. */
  then(op: number): EventKind {
    return this.#then[op] as EventKind;
  }

  /** The device went on at `before` until now, and runs at `after` from now on. Returns when the work is done. */
  retime(op: number, now: number, before: number, after: number): number {
    this.#left[op] = this.left(op, now, before);
    this.since[op] = Math.max(now, this.since[op]!);
    return this.since[op]! + ceilTicks(this.#left[op]! / after);
  }

  /** Work left now, in ticks at normal speed, if the device has run at `speed` so far. */
  left(op: number, now: number, speed: number): number {
    return Math.max(0, this.#left[op]! - Math.max(0, now - this.since[op]!) * speed);
  }
}
