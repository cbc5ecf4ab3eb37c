import type { PolicyView } from "./policy-view.ts";

/** When the consumers of a finished op may see its outputs. */
export interface Gate {
  /** The consumer of `edge` may see it from `atTicks` on (>= now; default now). Exactly once an edge. */
  signal(edge: number, atTicks?: number): void;
}

/** Graph synchronization. Without `ended`, every output is visible at once (dataflow). */
export interface SyncPolicy {
  prepare?(view: PolicyView): void;
  /**
   * For policies that run the graph in phases: the phase of `op`, a whole number from 0, asked once `prepare` has run. A device's queue takes
   * ops of an earlier phase first, whatever their priority, so that an order planned without knowledge of the phases
   * cannot wait for itself.
   */
  phase?(op: number): number;
  /** `op` began on its device. */
  started?(view: PolicyView, op: number): void;
  /** `op` ended now: signal its out-edges now, later, or hold them and signal them in a later call. */
  ended?(view: PolicyView, op: number, gate: Gate): void;
  /** The device is gone, and with it the work of `ops`, by id, which ran there and will be `started` again. Called after `ended`; may signal edges of ops that have ended. */
  lost?(view: PolicyView, device: number, ops: readonly number[], gate: Gate): void;
}
