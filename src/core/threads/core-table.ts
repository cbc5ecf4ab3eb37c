import type { Use } from "./thread-table.ts";
import type { CoreSpec } from "./thread-spec.ts";

/** Kinds of use that are counted apart. */
export const USE_COUNT = 4;

/** What all cores together get done, over what one of speed 1 does: hardware threads of a core get done what `smtGain` says, of its fastest. */
export function speedTogether({ speed, physical, smtGain }: CoreSpec): number {
  const fastest = new Map<number, number>();
  physical.forEach((core, i) => fastest.set(core, Math.max(fastest.get(core) ?? 0, speed[i]!)));
  return [...fastest.values()].reduce((sum, one) => sum + one, 0) * smtGain;
}

/** The cores: who runs there, and what their time went into. */
export class CoreTable {
  readonly spec: CoreSpec;
  readonly count: number;
  /** -1 = idle. */
  readonly running: Int32Array;
  /** The thread that ran there last; -1 = none yet. */
  readonly lastThread: Int32Array;
  /** Counts the times that somebody got the core: a slice that ends belongs to one of them. */
  readonly tenure: Uint32Array;
  /** Ticks by (core, use). */
  readonly useTicks: Float64Array;
  /** Of those that computed, what shared resources cost: time beyond what the work takes alone. */
  readonly stalledTicks: Float64Array;
  /** Hardware threads of the physical core of each. */
  readonly siblings: Uint32Array;
  idleCount: number;

  constructor(spec: CoreSpec) {
    this.spec = spec;
    this.count = spec.speed.length;
    this.running = new Int32Array(this.count).fill(-1);
    this.lastThread = new Int32Array(this.count).fill(-1);
    this.tenure = new Uint32Array(this.count);
    this.useTicks = new Float64Array(this.count * USE_COUNT);
    this.stalledTicks = new Float64Array(this.count);
    this.siblings = Uint32Array.from(spec.physical, (physical) => spec.physical.filter((other) => other === physical).length);
    this.idleCount = this.count;
  }

  add(core: number, use: Use, ticks: number): void {
    this.useTicks[core * USE_COUNT + use]! += ticks;
  }
}
