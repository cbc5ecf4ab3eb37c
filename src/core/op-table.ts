import { GENERATIONS } from "./event-key.ts";
import type { Instance } from "./instance.ts";

/** Where an op stands. */
export const OpPhase = { waiting: 0, ready: 1, running: 2, paused: 3, ended: 4 } as const;

/** The state of every op, in columns. Times in ticks, NaN = not yet. */
export class OpTable {
  readonly phase: Uint8Array;
  /** In-edges that are not visible yet; ops without in-edges wait for their job's arrival instead (1). */
  readonly pending: Int32Array;
  /** Inputs that are visible and not yet in the memory of the op's device; all those whose arrival is known count as one. */
  readonly missing: Int32Array;
  /** When the last of those whose arrival is known will be there; 0 = none is counted. */
  readonly dueTicks: Float64Array;
  /** Counts pauses and lost placements, so that events about what was planned before one are recognised. */
  readonly generation: Uint32Array;
  readonly device: Int32Array;
  /** Slot on its device, from 0. */
  readonly slot: Int32Array;
  readonly readyTicks: Float64Array;
  readonly placedTicks: Float64Array;
  readonly dataTicks: Float64Array;
  readonly startTicks: Float64Array;
  readonly endTicks: Float64Array;

  constructor(instance: Instance) {
    const n = instance.opCount;
    this.phase = new Uint8Array(n);
    this.pending = new Int32Array(n);
    this.missing = new Int32Array(n);
    this.dueTicks = new Float64Array(n);
    this.generation = new Uint32Array(n);
    this.device = new Int32Array(n).fill(-1);
    this.slot = new Int32Array(n).fill(-1);
    this.readyTicks = new Float64Array(n).fill(NaN);
    this.placedTicks = new Float64Array(n).fill(NaN);
    this.dataTicks = new Float64Array(n).fill(NaN);
    this.startTicks = new Float64Array(n).fill(NaN);
    this.endTicks = new Float64Array(n).fill(NaN);
    const start = instance.pred.start;
    for (let op = 0; op < n; op++) this.pending[op] = Math.max(1, start[op + 1]! - start[op]!);
  }

  /** What the events of the op so far were meant for is no more. @returns its generation from now on */
  outdate(op: number): number {
    return (this.generation[op] = (this.generation[op]! + 1) % GENERATIONS);
  }
}
