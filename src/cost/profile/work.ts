import type { OpClass } from "../../graph/graph.ts";
import type { DeviceFigures } from "./profile.ts";

/** What is timed: an operator, run by so many threads, on a device of such figures. Formulas and features are functions of it. */
export interface Work {
  readonly op: OpClass;
  /** 1 where the device has no such choice. */
  readonly threads: number;
  readonly figures: DeviceFigures;
  /** What a process that has measured many kernels adds to the time of one, ns; see `src/calibrate/fit/drift.ts`. Default 0: it is no part of the operator. */
  readonly driftNs?: number;
}

/** A measured time of some work. */
export interface TimedWork extends Work {
  readonly ns: number;
}

/** Bytes that an operator reads and writes. */
export function bytesOf(op: OpClass): number {
  return op.readBytes + op.writeBytes;
}
