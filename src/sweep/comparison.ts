import type { Warning } from "../base/errors.ts";
import type { Estimated, SampleStatistics } from "../stats/comparison.ts";
import type { RankedBy } from "../trace/objective.ts";

/** One scheduler over all seeds; statistics are of what schedulers are ranked by, in ns or J. */
export interface ComparedScheduler extends SampleStatistics {
  /** The scheduler's name, and where several share it the options that differ. */
  readonly name: string;
  /** Mean in multiples of the smallest mean. */
  readonly vsBest: number;
  /** Mean over the seeds of makespan / lower bound − 1, by the best bound of schedules of its kind: those that run operators several times have one of their own; absent where there is no bound. */
  readonly gap?: number;
  /** Mean over the seeds of the share of all slots' time in which they ran operators. */
  readonly utilization: number;
  /** Makespan with each seed. */
  readonly makespansNs: Float64Array;
  /** What schedulers are ranked by, with each seed. */
  readonly samples: Float64Array;
  /** Means over the seeds of what else is told: the makespan, and latencies where jobs arrive over time. */
  readonly others: Readonly<Partial<Record<RankedBy, Estimated>>>;
}

/** A scheduler without a result, and why. */
export interface FailedScheduler {
  readonly name: string;
  /** The first seed with which it failed. */
  readonly seed: number;
  readonly code: string;
  readonly message: string;
}

/** Two schedulers over all seeds; `faster` has the smaller mean of what they are ranked by. */
export interface ComparedPair {
  readonly faster: string;
  readonly slower: string;
  /** Mean of the difference with the same seed, in ns or J. */
  readonly difference: number;
  /** Of the paired t test, adjusted by Holm's method over all pairs. */
  readonly p: number;
  readonly significant: boolean;
}

/** What one assumption does to the answer, when it is off by a share in one direction. */
export interface SensitivityEffect {
  /** +0.2 = 20 % more. */
  readonly change: number;
  /** Smallest mean under the change; absent where all failed. */
  readonly winner?: string;
  /** Its mean, in ns or J. */
  readonly value?: number;
  /** The mean of who won without the change, and how much that changed; absent where it failed. */
  readonly former?: number;
  readonly formerChange?: number;
  /** Why who won without the change failed. */
  readonly failure?: string;
  /** Another one wins: by `margin` = former / winner − 1, absent where the former failed. */
  readonly flips: boolean;
  readonly margin?: number;
  /** The paired difference between the two is significant (p < 0.05), or nothing is luck. */
  readonly significant: boolean;
}

/** An assumption and what it does, downwards and upwards. */
export interface Sensitivity {
  readonly assumption: string;
  readonly effects: readonly SensitivityEffect[];
}

/** Schedulers on one scenario with the same seeds, best first. */
export interface Comparison {
  readonly name: string;
  /** What `schedulers` are: thread policies, where threads are compared. */
  readonly compares: "schedulers" | "thread policies";
  /** Seeds firstSeed … firstSeed + seedCount − 1. */
  readonly firstSeed: number;
  readonly seedCount: number;
  /** False: neither operator times nor arrivals are a matter of luck. */
  readonly random: boolean;
  /** What schedulers are ranked by, and all statistics are of. */
  readonly by: RankedBy;
  /** What win probabilities are against. */
  readonly baseline: string;
  /** By the mean, best first; equal ones in the order given. */
  readonly schedulers: readonly ComparedScheduler[];
  /** In the order given. */
  readonly failures: readonly FailedScheduler[];
  readonly pairs: readonly ComparedPair[];
  /** Of the makespan, mean over the seeds; absent where there is none. With several seeds of a random scenario it is that of dependencies and work alone. */
  readonly lowerBoundNs?: number;
  /** The same of schedules that run every operator once, where some that were compared run operators several times and may be faster than this. */
  readonly lowerBoundOnceNs?: number;
  /** Where it was asked for. */
  readonly sensitivity?: readonly Sensitivity[];
  readonly warnings: readonly Warning[];
}
