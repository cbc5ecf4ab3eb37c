import type { Instance } from "../core/instance.ts";
import { areaBound } from "./area-bound.ts";
import { criticalPathBound } from "./critical-path-bound.ts";

/** A makespan that no schedule of the instance can beat, and where it comes from. */
export interface LowerBound {
  /** The larger of the two below, rounded up: ends fall on whole ticks. */
  readonly ticks: number;
  readonly criticalPathTicks: number;
  readonly areaTicks: number;
  readonly source: "critical-path" | "area";
}

/**
 * The best known lower bound of the makespan: dependencies ({@link criticalPathBound}) or work ({@link areaBound}).
 * It holds for the expected costs. For a run with noise pass {@link realizedInstance} of the instance and the run's seed.
 * Time O((ops + edges) · memories + classes · devices): about 0.1 s for a million operators.
 * @example
 * const bound = lowerBound(instance);
 * const gap = trace.makespanTicks / bound.ticks - 1; // 0 = proved optimal
 */
export function lowerBound(instance: Instance): LowerBound {
  const criticalPathTicks = roundUp(criticalPathBound(instance));
  const areaTicks = roundUp(areaBound(instance));
  const source = criticalPathTicks >= areaTicks ? "critical-path" : "area";
  return { ticks: Math.max(criticalPathTicks, areaTicks), criticalPathTicks, areaTicks, source };
}

/** Up to a whole tick, unless what is above one may be rounding of the sums. */
function roundUp(ticks: number): number {
  return Math.max(0, Math.ceil(ticks * (1 - 1e-10) - 1e-9));
}
