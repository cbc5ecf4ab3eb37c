import type { Instance } from "../core/instance.ts";
import { areaBound } from "./area-bound.ts";
import { criticalPathBound } from "./critical-path-bound.ts";
import { mixedBound } from "./mixed-bound.ts";
import { searchBound } from "./search-bound.ts";
import { tailsOf } from "./tails.ts";

/** A makespan that no schedule of the instance can beat, and where it comes from. */
export interface LowerBound {
  /** The largest of those below, rounded up: ends fall on whole ticks. */
  readonly ticks: number;
  readonly criticalPathTicks: number;
  readonly areaTicks: number;
  /** 0 where it was not looked at: more than four million cells of operators × memories. */
  readonly mixedTicks: number;
  /** Of small instances only, else 0. */
  readonly exactTicks: number;
  /** The simplest of those that prove the most. */
  readonly source: "critical-path" | "area" | "mixed" | "exact";
}

/** Ops × memories, beyond which work and dependencies are not looked at together: it would cost as much as the rest. */
const mostTailCells = 4e6;
/** Largest instance that is searched in every run, and the partial schedules that are looked at: some hundredths of a second. */
const searchedOps = 50;
const searchedDevices = 16;
const searchNodes = 4000;

/**
 * The best known lower bound of the makespan: dependencies ({@link criticalPathBound}), work ({@link areaBound}), both
 * together with transfers ({@link mixedBound}), or, up to 50 operators, a short exhaustive search ({@link searchBound}).
 * It holds for the expected costs. For a run with noise pass {@link realizedInstance} of the instance and the run's seed.
 * Time O((ops + edges) · memories + classes · devices), and for up to some ten thousand operators a linear program of
 * limited work: some hundredths of a second.
 * @example
 * const bound = lowerBound(instance);
 * const gap = trace.makespanTicks / bound.ticks - 1; // 0 = proved optimal
 */
export function lowerBound(instance: Instance): LowerBound {
  const heads = new Float64Array(instance.opCount);
  const workOfClass = new Float64Array(instance.classCount);
  const criticalPathTicks = roundUp(criticalPathBound(instance, heads));
  const areaTicks = roundUp(areaBound(instance, workOfClass));
  const simple = Math.max(criticalPathTicks, areaTicks);
  const withMixed = simple < Infinity && instance.opCount * instance.memoryCount <= mostTailCells;
  const mixedTicks = withMixed ? roundUp(mixedBound(instance, { heads, tails: tailsOf(instance), workOfClass })) : 0;
  const small = instance.opCount <= searchedOps && instance.deviceCount <= searchedDevices && simple < Infinity;
  const exactTicks = small ? roundUp(searchBound(instance, searchNodes)) : 0;
  const ticks = Math.max(simple, mixedTicks, exactTicks);
  const source = ticks === criticalPathTicks ? "critical-path" : ticks === areaTicks ? "area" : ticks === mixedTicks ? "mixed" : "exact";
  return { ticks, criticalPathTicks, areaTicks, mixedTicks, exactTicks, source };
}

/** Up to a whole tick, unless what is above one may be rounding of the sums. */
function roundUp(ticks: number): number {
  return Math.max(0, Math.ceil(ticks * (1 - 1e-10) - 1e-9));
}
