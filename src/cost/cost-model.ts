import type { OpClass } from "../graph/graph.ts";
import type { Device } from "../machine/machine.ts";

/** What decided the time. */
export type CostLimit = "compute" | "memory" | "launch" | "measured" | "given";

/** How long an operator takes alone on a device, and what it uses of shared resources meanwhile. */
export interface Estimate {
  /** Whole time alone, launch included. */
  readonly ns: number;
  /** Of `ns`, the fixed phase that uses no shared resource: launch, pipeline fill. */
  readonly fixedNs: number;
  /** Relative standard deviation of repeated runs; 0 = always the same. */
  readonly sigma: number;
  /** Bytes a nanosecond drawn from the device's memory during the shared phase. */
  readonly memoryBytesPerNs: number;
  readonly limit: CostLimit;
  /** Which model answered and on what: "roofline(data sheet)", "table FILE". */
  readonly source: string;
  /** True outside the sizes the model was fitted on. */
  readonly extrapolated: boolean;
  /** On devices that are reconfigured: the configuration this operator needs. */
  readonly configuration?: string;
  /** Relative standard deviation of the model's own error, from measurements that it was not fitted on; absent = not known. */
  readonly error?: number;
}

/** Answers for one operator class on one device at one width. Runs in `compile`, never in the event loop. */
export interface CostModel {
  readonly name: string;
  /** Pure. `undefined` = not known, or cannot run there: the next model of a chain is asked. */
  estimate(op: OpClass, device: Device, width: number): Estimate | undefined;
}

/**
 * Durations given for each operator and device, as published task graphs have them. `ns[op * deviceCount + device]`,
 * Infinity = cannot run there.
 */
export interface CostMatrix {
  readonly deviceCount: number;
  readonly ns: Float64Array;
}

/** What `compile` takes: a model for every class, or a matrix that answers for every operator by itself. */
export type Costs = CostModel | CostMatrix;
