import type { Trace } from "../core/trace.ts";

/** When the readers of each tensor of a run have ended: the last one, who that was, and all the others. Of a kept tensor none is the last. */
export class TensorEnds {
  readonly #last: Float64Array;
  readonly #lastOp: Int32Array;
  readonly #others: Float64Array;

  constructor({ instance, ops }: Trace) {
    const { tensorCount, inputs, opCount } = instance;
    this.#last = new Float64Array(tensorCount).fill(-1);
    this.#lastOp = new Int32Array(tensorCount).fill(-1);
    this.#others = new Float64Array(tensorCount).fill(-1);
    for (let op = 0; op < opCount; op++) {
      const end = Number.isNaN(ops.endTicks[op]!) ? Infinity : ops.endTicks[op]!;
      for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
        const tensor = inputs.item[i]!;
        if (end > this.#last[tensor]!) {
          this.#others[tensor] = this.#last[tensor]!;
          this.#last[tensor] = end;
          this.#lastOp[tensor] = op;
        } else if (end > this.#others[tensor]!) this.#others[tensor] = end;
      }
    }
    for (const tensor of instance.kept ?? []) this.#lastOp[tensor] = -1;
  }

  /** Ticks; Infinity for a tensor that stays, or whose readers had not ended when the run was stopped. */
  last(tensor: number): number {
    return this.#lastOp[tensor]! < 0 ? Infinity : this.#last[tensor]!;
  }

  /** -1 = it stays: nobody reads it, or it is kept. */
  lastOp(tensor: number): number {
    return this.#lastOp[tensor]!;
  }

  /** -1 = there is no other reader. */
  others(tensor: number): number {
    return this.#others[tensor]!;
  }
}
