import { RowKind, SubjectKind, type Trace } from "../core/trace.ts";

/** The rows of each op: those of the run that counted, as a list from the last to the first, and runs that were lost with a device. */
export class OpRows {
  /** By op: the last row of the run that counted; -1 = none. */
  readonly last: Int32Array;
  /** By row: the one before it of the same op; -1 = none. */
  readonly previous: Int32Array;
  readonly #lost = new Map<number, number[]>();

  constructor({ rows, instance, ops }: Trace) {
    this.last = new Int32Array(instance.opCount).fill(-1);
    this.previous = new Int32Array(rows.length).fill(-1);
    for (let row = 0; row < rows.length; row++) {
      if (rows.subjectKind[row] !== SubjectKind.op) continue;
      const op = rows.subject[row]!;
      if (rows.kind[row] === RowKind.aborted) this.#lost.set(op, [...(this.#lost.get(op) ?? []), row]);
      // Of a run that was lost with its device nothing is left: what counts began later.
      if (rows.kind[row] === RowKind.aborted || rows.start[row]! < ops.startTicks[op]!) continue;
      this.previous[row] = this.last[op]!;
      this.last[op] = row;
    }
  }

  /** Rows of runs of the op that were lost with a device, by their ends; empty from the second time on. */
  takeLost(op: number): number[] {
    const lost = this.#lost.get(op) ?? [];
    this.#lost.delete(op);
    return lost;
  }
}
