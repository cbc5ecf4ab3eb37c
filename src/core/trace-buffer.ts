import { resized } from "../base/columns.ts";
import { Hasher } from "../base/hash.ts";
import { addThreads } from "./threads/thread-digest.ts";
import type { Trace } from "./trace.ts";

/** Transfers while they are requested, started and ended. */
export class TransferBuffer {
  length = 0;
  tensor: Uint32Array;
  from: Uint32Array;
  to: Uint32Array;
  forOp: Uint32Array;
  startTicks: Float64Array;
  endTicks: Float64Array;
  /** One more than the activity in the shared phase, 0 outside it. */
  activity: Uint32Array;
  /** See `Replicas.list`: one more than the next transfer of the same tensor, 0 = none. */
  next: Uint32Array;
  /** The latest end that was known in advance. */
  lastEnd = 0;

  constructor(capacity: number) {
    const size = Math.max(64, capacity);
    this.tensor = new Uint32Array(size);
    this.from = new Uint32Array(size);
    this.to = new Uint32Array(size);
    this.forOp = new Uint32Array(size);
    this.startTicks = new Float64Array(size);
    this.endTicks = new Float64Array(size);
    this.activity = new Uint32Array(size);
    this.next = new Uint32Array(size);
  }

  /** @param end NaN where it is not known yet. */
  add(tensor: number, from: number, to: number, forOp: number, now: number, end: number): number {
    const id = this.length++;
    if (id === this.tensor.length) this.#resize(id * 2);
    this.tensor[id] = tensor;
    this.from[id] = from;
    this.to[id] = to;
    this.forOp[id] = forOp;
    this.startTicks[id] = now;
    this.endTicks[id] = end;
    if (end > this.lastEnd) this.lastEnd = end;
    return id;
  }

  /** @param now Those that end later have not ended. */
  take(now: number): Trace["transfers"] {
    const n = this.length;
    const endTicks = this.endTicks.subarray(0, n);
    return {
      length: n, tensor: this.tensor.subarray(0, n), from: this.from.subarray(0, n), to: this.to.subarray(0, n), forOp: this.forOp.subarray(0, n),
      startTicks: this.startTicks.subarray(0, n), endTicks: this.lastEnd > now ? endTicks.map((end) => (end > now ? NaN : end)) : endTicks,
    };
  }

  #resize(size: number): void {
    this.tensor = resized(this.tensor, size);
    this.from = resized(this.from, size);
    this.to = resized(this.to, size);
    this.forOp = resized(this.forOp, size);
    this.startTicks = resized(this.startTicks, size);
    this.endTicks = resized(this.endTicks, size);
    this.activity = resized(this.activity, size);
    this.next = resized(this.next, size);
  }
}

/** Hash of what happened: equal digests, equal schedules. */
export function traceDigest(trace: Pick<Trace, "ops" | "transfers" | "instance" | "threads">): string {
  const { ops, transfers, threads } = trace;
  const hasher = new Hasher()
    .text(trace.instance.digest)
    .array(ops.device).array(ops.slot).array(ops.startTicks).array(ops.endTicks)
    .array(transfers.tensor).array(transfers.to).array(transfers.startTicks).array(transfers.endTicks);
  return (threads === undefined ? hasher : addThreads(hasher, threads)).digest();
}
