import { RowKind, type Trace } from "../core/trace.ts";
import { deviceOfTrack } from "./device-of-track.ts";
import { DeviceSpeeds } from "./device-speeds.ts";
import { OpRows } from "./op-rows.ts";
import type { PathCause, PathKind, PathSegment } from "./path-segment.ts";
import { latest, promptOps } from "./prompt-ops.ts";
import { TransferIndex } from "./transfer-index.ts";

/**
 * The chain of steps that decided the makespan, first to last: walked back from the op that ended last, at each step to
 * what ended last before it. The segments cover [0, makespan] without gaps or overlaps. Time O(ops + rows).
 *
 * Where several things ended at the same moment the data's arrival comes before the dependency, that before the slot's
 * holder, and that before the placement.
 */
export function criticalPath(trace: Trace): PathSegment[] {
  return new PathWalk(trace).segments();
}

/** Rows that end at one instant are searched this far for the holder of a slot, so that the walk stays linear. */
const tiesSearched = 4096;

class PathWalk {
  readonly #trace: Trace;
  readonly #rowsOf: OpRows;
  readonly #arrivals: TransferIndex;
  #speeds: DeviceSpeeds | undefined;
  /** {@link promptOps}, made when first needed. */
  #prompt: ReadonlyMap<number, readonly number[]> | undefined;
  /** Last first; reversed at the end. */
  readonly #path: (PathSegment & { because: PathCause })[] = [];
  /** Everything from here on is covered. */
  #now = 0;
  /** Steps go to earlier rows only, so that the walk ends whatever the trace holds. */
  #limit: number;

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#rowsOf = new OpRows(trace);
    this.#arrivals = new TransferIndex(trace);
    this.#limit = trace.rows.length;
  }

  segments(): PathSegment[] {
    const { makespanTicks, complete, threads } = this.#trace;
    this.#now = makespanTicks;
    let op = this.#lastOp(makespanTicks);
    if (op < 0 && complete && threads !== undefined) {
      const ended = this.#lastEnd();
      op = this.#lastOp(ended);
      if (op >= 0) this.#push("threads", op, ended, "dependency");
    }
    while (op >= 0) op = this.#before(op);
    return this.#path.reverse();
  }

  /** The op with the last row of those that ended at `at`; -1 = none did. */
  #lastOp(at: number): number {
    const { rows, ops } = this.#trace;
    for (let row = rows.length - 1; row >= 0; row--) {
      if (rows.kind[row] === RowKind.run && rows.end[row] === at && ops.endTicks[rows.subject[row]!] === at) return rows.subject[row]!;
    }
    return -1;
  }

  /** When the last op ended. */
  #lastEnd(): number {
    return this.#trace.ops.endTicks.reduce((last, end) => (end > last ? end : last), 0);
  }

  /** Covers [from, now] with a step, which explains why the step after it began. */
  #push(kind: PathKind, op: number, from: number, because: PathCause, stretchTicks = 0, transfer?: number, device?: number): void {
    const start = Math.max(0, from);
    if (start > this.#now || (start === this.#now && kind !== "run" && kind !== "transfer")) return;
    this.#path.push({ kind, op, ...(transfer !== undefined && { transfer }), ...(device !== undefined && { device }), startTicks: start, endTicks: this.#now, because, stretchTicks });
    this.#now = start;
  }

  /** Names the reason of the step pushed last. */
  #explain(because: PathCause): void {
    const last = this.#path.at(-1);
    if (last !== undefined) last.because = because;
  }

  /** Covers the op and what it waited for; returns the op that ended before, or -1 at the start of the run. */
  #before(op: number): number {
    this.#coverRuns(op);
    const { ops } = this.#trace;
    const could = Math.min(this.#now, latest(ops.readyTicks[op]!, ops.placedTicks[op]!, ops.dataTicks[op]!));
    if (could < this.#now) {
      const holder = this.#holderOfSlot(op, this.#now);
      if (holder >= 0) return this.#continue("slot", holder);
      const ahead = this.#aheadInQueue(op);
      if (ahead >= 0) {
        const begun = this.#path.at(-1)!;
        const next = this.#beforeStart(ahead);
        begun.because = "slot";
        return next;
      }
      this.#explain("slot");
      this.#push("absent", op, this.#now - this.#absentTicks(op, could), "slot");
      this.#push("wait-slot", op, could, "slot");
    }
    return this.#beforeStart(op);
  }

  /** How much of [from, now] the op's device was not there; it began as the device came back, or it was there all the time. */
  #absentTicks(op: number, from: number): number {
    return (this.#speeds ??= new DeviceSpeeds(this.#trace.instance)).absentTicks(this.#trace.ops.device[op]!, from, this.#now);
  }

  /** `now` is when the op could begin: covers what it waited for until then. */
  #beforeStart(op: number): number {
    const { ops } = this.#trace;
    const dataTicks = ops.dataTicks[op]!;
    return this.#now === dataTicks && dataTicks > ops.readyTicks[op]! ? this.#beforeData(op) : this.#beforePlacement(op);
  }

  /** An op that began on the device of `op` now, as soon as it could: `op`, which could have before, stood behind it in the queue. -1 = none. */
  #aheadInQueue(op: number): number {
    const { device } = this.#trace.ops;
    this.#prompt ??= promptOps(this.#trace);
    return this.#prompt.get(this.#now)?.find((other) => device[other] === device[op]) ?? -1;
  }

  #coverRuns(op: number): void {
    const { rows, ops, instance } = this.#trace;
    const expected = instance.costTicks[instance.classOf[op]! * instance.deviceCount + ops.device[op]!]!;
    let ran = 0;
    for (let row = this.#rowsOf.last[op]!; row >= 0; row = this.#rowsOf.previous[row]!) if (rows.kind[row] === RowKind.run) ran += rows.end[row]! - rows.start[row]!;
    const stretch = Math.max(0, ran - expected);
    let first = true;
    for (let row = this.#rowsOf.last[op]!; row >= 0; row = this.#rowsOf.previous[row]!) {
      const setup = rows.kind[row] === RowKind.setup;
      if (!first) this.#explain(setup ? "setup" : "pause");
      if (!first && rows.end[row]! < this.#now) this.#push("paused", op, rows.end[row]!, "pause");
      this.#push(setup ? "setup" : "run", op, rows.start[row]!, "start", first ? stretch : 0);
      this.#limit = Math.min(this.#limit, row);
      first = false;
    }
  }

  /** Ends the walk over this op's reasons: the path goes on with `next`, which ended now. */
  #continue(because: PathCause, next: number): number {
    this.#explain(because);
    return next;
  }

  /** The latest op whose last row ended at `at` in the slot where `op` began, or else anywhere on its device; -1 = none. */
  #holderOfSlot(op: number, at: number): number {
    const { rows, ops } = this.#trace;
    const device = ops.device[op]!;
    let onDevice = -1;
    const first = this.#rowBefore(at);
    for (let row = first; row >= 0 && first - row < tiesSearched; row--) {
      // Setup rows are written when they begin, so that one may stand before rows that end earlier.
      if (rows.kind[row] === RowKind.setup) continue;
      if (rows.end[row]! < at) break;
      if (rows.end[row] !== at || rows.kind[row] !== RowKind.run) continue;
      const other = rows.subject[row]!;
      if (this.#rowsOf.last[other] !== row || ops.device[other] !== device) continue;
      if (ops.slot[other] === ops.slot[op]) return other;
      if (onDevice < 0) onDevice = other;
    }
    return onDevice;
  }

  /** The last row below the limit that ends at `at` or earlier; what ends later is out of reach from now on. */
  #rowBefore(at: number): number {
    const { rows } = this.#trace;
    while (this.#limit > 0 && rows.end[this.#limit - 1]! > at) this.#limit--;
    return this.#limit - 1;
  }

  /** `now` is when the op's data was complete: covers the transfer that ended then, and what that waited for. */
  #beforeData(op: number): number {
    const { transfers, ops, instance } = this.#trace;
    let memory = instance.deviceMemory[ops.device[op]!]!;
    let transfer = this.#arrivals.lastOf(op, memory, this.#now);
    if (transfer < 0) {
      const known = latest(ops.readyTicks[op]!, ops.placedTicks[op]!);
      if (known < this.#now) {
        this.#explain("data");
        this.#push("wait-data", op, known, "placement");
      }
      return this.#beforePlacement(op);
    }
    for (;;) {
      this.#explain("data");
      const [from, to] = [transfers.from[transfer]!, transfers.to[transfer]!];
      const route = from * instance.memoryCount + to;
      const tensor = transfers.tensor[transfer]!;
      const alone = Math.ceil(instance.routeLatencyTicks[route]! + instance.tensorBytes[tensor]! * instance.routeTicksPerByte[route]! - 1e-6);
      const begun = transfers.startTicks[transfer]!;
      this.#push("transfer", op, begun, "start", Math.max(0, this.#now - begun - alone), transfer);
      memory = from;
      const earlier = this.#arrivals.of(tensor, memory);
      const producer = instance.tensorProducer[tensor]!;
      // A replica that was fetched there before is followed as long as that takes the path back in time.
      if (earlier >= 0 && transfers.endTicks[earlier] === this.#now && transfers.startTicks[earlier]! < this.#now) {
        transfer = earlier;
        continue;
      }
      if (producer >= 0 && ops.endTicks[producer] === this.#now && this.#earlier(producer)) return this.#continue("dependency", producer);
      const forOp = transfers.forOp[transfer]!;
      return this.#beforeRequest(forOp, producer);
    }
  }

  /** `now` is when the transfer for `op` was requested: at its placement, or when sync made its input visible. */
  #beforeRequest(op: number, producer: number): number {
    const { ops } = this.#trace;
    const placed = ops.placedTicks[op] === this.#now;
    if (placed && !(ops.readyTicks[op]! > this.#now)) return this.#beforePlacement(op);
    const there = producer >= 0 ? ops.endTicks[producer]! : this.#arrivalOf(op);
    if (there < this.#now) {
      this.#explain(placed ? "placement" : "sync");
      this.#push(placed ? this.#unplaced(op) : "wait-sync", op, there, producer >= 0 ? "dependency" : "arrival");
    }
    if (producer < 0) return this.#beforeArrival(op);
    return this.#earlier(producer) ? this.#continue("dependency", producer) : this.#giveUp(op);
  }

  /** `now` is when the op was placed, or when it became ready if that was later. */
  #beforePlacement(op: number): number {
    this.#coverLosses(op);
    const ready = this.#trace.ops.readyTicks[op]!;
    if (ready < this.#now) {
      const holder = this.#holderOfSlot(op, this.#now);
      if (holder >= 0) return this.#continue("slot", holder);
      this.#explain("placement");
      this.#push(this.#unplaced(op), op, ready, "dependency");
    }
    return this.#beforeReady(op);
  }

  /** What an op waits for that could be placed and is not. */
  #unplaced(op: number): PathKind {
    const { ops, threads } = this.#trace;
    return threads !== undefined && threads.cores.device >= 0 && threads.cores.device === ops.device[op] ? "wait-thread" : "wait-placement";
  }

  /** Covers the runs of the op that were lost, and how long it then was not placed anew. */
  #coverLosses(op: number): void {
    const { rows, instance } = this.#trace;
    const lost = this.#rowsOf.takeLost(op);
    for (let row = lost.pop(); row !== undefined; row = lost.pop()) {
      const [start, end] = [rows.start[row]!, rows.end[row]!];
      if (end > this.#now) continue;
      this.#explain(end < this.#now ? "placement" : "loss");
      if (end < this.#now) this.#push("wait-placement", op, end, "loss");
      this.#push("aborted", op, start, "start", 0, undefined, deviceOfTrack(instance, rows.track[row]!));
      this.#limit = Math.min(this.#limit, row);
    }
  }

  /** `now` is when the op became ready: its last producer's end, a delay by sync after it, or its job's arrival. */
  #beforeReady(op: number): number {
    const { ops, instance } = this.#trace;
    let last = -1;
    for (let i = instance.pred.start[op]!; i < instance.pred.start[op + 1]!; i++) {
      const producer = instance.pred.node[i]!;
      if (this.#earlier(producer) && (last < 0 || ops.endTicks[producer]! > ops.endTicks[last]!)) last = producer;
    }
    const ended = last >= 0 ? ops.endTicks[last]! : this.#arrivalOf(op);
    if (ended < this.#now) {
      this.#explain("sync");
      this.#push("wait-sync", op, ended, last >= 0 ? "dependency" : "arrival");
    }
    if (last >= 0) return ops.endTicks[last] === this.#now ? this.#continue("dependency", last) : this.#giveUp(op);
    return this.#beforeArrival(op);
  }

  #arrivalOf(op: number): number {
    return this.#trace.jobs.arrivalTicks[this.#trace.instance.jobOf[op]!] ?? 0;
  }

  /** `now` is when the op's job arrived. */
  #beforeArrival(op: number): number {
    if (this.#now === 0) return this.#giveUp(op);
    const { instance } = this.#trace;
    // A job that follows back to back arrives with the end of an earlier one.
    if (instance.jobArrivalTicks[instance.jobOf[op]!] === Infinity) {
      const row = this.#rowBefore(this.#now);
      if (row >= 0 && this.#trace.rows.end[row] === this.#now && this.#trace.rows.kind[row] === RowKind.run) return this.#continue("arrival", this.#trace.rows.subject[row]!);
    }
    this.#explain("arrival");
    this.#push("arrival", op, 0, "start");
    return -1;
  }

  /** True when the op ended in a row below the limit, so that the walk may go there. */
  #earlier(op: number): boolean {
    const row = this.#rowsOf.last[op]!;
    return row >= 0 && row < this.#limit && this.#trace.ops.endTicks[op]! <= this.#now;
  }

  /** Nothing in the trace explains what is left. */
  #giveUp(op: number): number {
    this.#push("wait-data", op, 0, "start");
    return -1;
  }
}
