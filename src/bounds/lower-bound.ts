import type { Instance } from "../core/instance.ts";
import { areaBound } from "./area-bound.ts";
import { atBestSpeeds } from "./best-speeds.ts";
import { commonStep } from "./common-step.ts";
import { criticalPathBound } from "./critical-path-bound.ts";
import { mixedBound } from "./mixed-bound.ts";
import { searchBound } from "./search-bound.ts";
import { tailsOf } from "./tails.ts";
import { inWholeTicks, wholeSteps } from "./whole-ticks.ts";

/** A makespan that no schedule of the instance can beat, and where it comes from. */
export interface LowerBound {
  /** The largest of those below, rounded up: ends fall on whole ticks, and on multiples of what all times are multiples of. */
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

/** What schedules a bound is for. */
export interface LowerBoundOptions {
  /** True: those too that run an operator several times, each input coming from any of its producer's executions. Default false. */
  readonly duplication?: boolean;
  /**
   * True: those in which operators take turns on a slot, as threads do on their cores. Parts of several of them share a tick
   * there, and one may be cut where that helps another, so that less can be said. Default false.
   */
  readonly timeSharing?: boolean;
}

/**
 * The best known lower bound of the makespan: dependencies ({@link criticalPathBound}), work ({@link areaBound}), both
 * together with transfers ({@link mixedBound}), or, up to 50 operators, a short exhaustive search ({@link searchBound}).
 * Devices that change count as if they were always there, at the best speed they ever have. It holds for the expected costs. For a run with noise pass {@link realizedInstance} of the instance and the run's seed.
 *
 * A schedule with duplicates may avoid transfers, so fewer arguments hold for it. The critical path is one: it pays for a
 * transfer only where no execution of the producer could have ended in the same memory in time. For the others take the
 * execution of each operator that ends first: these obey every dependency, do the work once, and start no earlier than
 * the critical path has it; but one may read what another execution made nearby, so nothing is counted for moving data.
 *
 * Time O((ops + edges) · memories + classes · devices), and for up to some ten thousand operators a linear program of
 * limited work: some hundredths of a second.
 * @example
 * const bound = lowerBound(instance);
 * const gap = trace.makespanTicks / bound.ticks - 1; // 0 = proved optimal
 */
export function lowerBound(given: Instance, { duplication = false, timeSharing = false }: LowerBoundOptions = {}): LowerBound {
  const instance = timeSharing ? atBestSpeeds(given) : inWholeTicks(atBestSpeeds(given));
  const heads = new Float64Array(instance.opCount);
  const workOfClass = new Float64Array(instance.classCount);
  const step = timeSharing ? 1 : commonStep(instance);
  const roundUp = (ticks: number): number => wholeSteps(ticks, step, instance.opCount);
  const longest = criticalPathBound(instance, heads);
  // Whole ticks are summed without a rounding.
  const criticalPathTicks = timeSharing ? roundUp(longest) : Math.max(0, Math.ceil(longest - 1e-6));
  const areaTicks = roundUp(areaBound(instance, workOfClass));
  const simple = Math.max(criticalPathTicks, areaTicks);
  const withMixed = simple < Infinity && instance.opCount * instance.memoryCount <= mostTailCells;
  const unmoved = duplication ? { ...instance, tensorBytes: new Float64Array(instance.tensorCount) } : instance;
  const mixedTicks = withMixed ? roundUp(mixedBound(unmoved, { heads, tails: tailsOf(unmoved), workOfClass })) : 0;
  const small = !timeSharing && instance.opCount > 0 && instance.opCount <= searchedOps && instance.deviceCount <= searchedDevices && simple < Infinity;
  const exactTicks = small ? searchBound(unmoved, searchNodes) : 0;
  const ticks = Math.max(simple, mixedTicks, exactTicks);
  const source = ticks === criticalPathTicks ? "critical-path" : ticks === areaTicks ? "area" : ticks === mixedTicks ? "mixed" : "exact";
  return { ticks, criticalPathTicks, areaTicks, mixedTicks, exactTicks, source };
}
