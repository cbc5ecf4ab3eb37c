import { F64Column, U32Column } from "../base/columns.ts";
import type { DeviceQueues } from "./device-queues.ts";
import type { IdBuffer } from "./id-buffer.ts";
import type { OpTable } from "./op-table.ts";
import { SubjectKind, type RowKind, type Trace } from "./trace.ts";

/**
 * What ran in the slots, in the order of ends. The op table knows of a run that was all of its op: for it, it is enough
 * to know which op ended next, and its row is made when somebody looks. Only the other rows are written as they happen.
 */
export class RowLog {
  private readonly ops: OpTable;
  private readonly slotStart: Int32Array;
  /** Ops that ended in the slots. */
  private readonly ended: IdBuffer;
  /** When the last piece of an op began that did not run in one piece from its start; NaN for others. */
  #lastPiece = new Float64Array(0);

  // The rows written, each with the number of ops that had ended before.
  readonly #after = new U32Column();
  readonly #kind = new U32Column();
  readonly #track = new U32Column();
  readonly #op = new U32Column();
  readonly #start = new F64Column();
  readonly #end = new F64Column();

  constructor(ops: OpTable, devices: DeviceQueues, ended: IdBuffer) {
    this.ops = ops;
    this.slotStart = devices.slotStart;
    this.ended = ended;
  }

  /** A row of its own: anything but the last piece of an op that ends in its slot. */
  push(kind: RowKind, track: number, op: number, start: number, end: number): void {
    this.#after.push(this.ended.end);
    this.#kind.push(kind);
    this.#track.push(track);
    this.#op.push(op);
    this.#start.push(start);
    this.#end.push(end);
  }

  /** The op that ends has run since `start`, which is not when it was started. */
  lastPiece(op: number, start: number): void {
    if (this.#lastPiece.length === 0) this.#lastPiece = new Float64Array(this.ops.phase.length).fill(NaN);
    this.#lastPiece[op] = start;
  }

  /** Ends the last row of `track` that was written at `end`, since what it shows was cut short. */
  shorten(track: number, end: number): void {
    let row = this.#track.length - 1;
    while (this.#track.get(row) !== track) row--;
    this.#end.set(row, end);
  }

  /** The rows so far, made at the first call of what this returns. */
  soFar(): () => Trace["rows"] {
    const ended = this.ended.end;
    const written = this.#op.length;
    let rows: Trace["rows"] | undefined;
    return () => (rows ??= this.#make(ended, written));
  }

  #make(ended: number, written: number): Trace["rows"] {
    const length = ended + written;
    const rows = {
      length, track: new Uint32Array(length), subjectKind: new Uint8Array(length).fill(SubjectKind.op), subject: new Uint32Array(length),
      kind: new Uint8Array(length), start: new Float64Array(length), end: new Float64Array(length),
    };
    const { device, slot, startTicks, endTicks } = this.ops;
    let row = 0;
    let next = 0;
    for (let i = 0; i <= ended; i++) {
      for (; next < written && (i === ended || this.#after.get(next) === i); next++, row++) {
        rows.track[row] = this.#track.get(next);
        rows.subject[row] = this.#op.get(next);
        rows.kind[row] = this.#kind.get(next);
        rows.start[row] = this.#start.get(next);
        rows.end[row] = this.#end.get(next);
      }
      if (i === ended) break;
      const op = this.ended.at(i);
      const lastPiece = this.#lastPiece.length > 0 ? this.#lastPiece[op]! : NaN;
      rows.track[row] = this.slotStart[device[op]!]! + slot[op]!;
      rows.subject[row] = op;
      rows.start[row] = Number.isNaN(lastPiece) ? startTicks[op]! : lastPiece;
      rows.end[row++] = endTicks[op]!;
    }
    return rows;
  }
}
