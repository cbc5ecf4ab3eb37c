import type { Trace } from "../core/trace.ts";

/** Which transfer brought a tensor to a memory: the transfers of each tensor as a list from the last to the first. */
export class TransferIndex {
  readonly #trace: Trace;
  readonly #last: Int32Array;
  readonly #previous: Int32Array;

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#last = new Int32Array(trace.transfers.length > 0 ? trace.instance.tensorCount : 0).fill(-1);
    this.#previous = new Int32Array(trace.transfers.length);
    for (let id = 0; id < trace.transfers.length; id++) {
      const tensor = trace.transfers.tensor[id]!;
      this.#previous[id] = this.#last[tensor]!;
      this.#last[tensor] = id;
    }
  }

  /** -1 = it was not moved there. */
  of(tensor: number, memory: number): number {
    for (let id = this.#last[tensor] ?? -1; id >= 0; id = this.#previous[id]!) if (this.#trace.transfers.to[id] === memory) return id;
    return -1;
  }

  /** The transfer of one of the op's inputs to `memory` that ended at `at`; of several the one that began first. */
  lastOf(op: number, memory: number, at: number): number {
    const { inputs } = this.#trace.instance;
    const { startTicks, endTicks } = this.#trace.transfers;
    let found = -1;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const id = this.of(inputs.item[i]!, memory);
      if (id >= 0 && endTicks[id] === at && (found < 0 || startTicks[id]! < startTicks[found]!)) found = id;
    }
    return found;
  }
}
