import type { Warning } from "../base/errors.ts";
import type { Trace } from "../core/trace.ts";
import type { PathCause, PathKind } from "./path-segment.ts";
import type { TaskList } from "./task-list.ts";
import type { ThreadMetrics } from "./threads/thread-result.ts";

/**
 * The result of a run: what `--format json` prints and `metrics.json` holds. All times are true nanoseconds, all shares
 * lie in [0, 1]. A property that is absent has no meaning for the run (an infinite capacity, an energy without power
 * figures); none is ever null or NaN. New properties may appear under the same version; their meaning never changes.
 */
export interface Metrics {
  readonly schemaVersion: 1;
  /** Of the workload. */
  readonly name: string;
  readonly scheduler: string;
  /** What the scheduler itself says of the run: figures and words by name, times in nanoseconds. Absent where it says nothing. */
  readonly schedulerReport?: NonNullable<Trace["report"]>;
  readonly sync: string;
  readonly seed: number;
  /** False when the run was stopped before its end. */
  readonly complete: boolean;
  /** Latest end of any operator or thread. */
  readonly makespanNs: number;
  /** Latest end of any operator, where threads run beside them. */
  readonly operatorsEndNs?: number;
  /** What no schedule can beat. */
  readonly lowerBoundNs?: number;
  /** What the bound comes from. */
  readonly lowerBoundSource?: string;
  /** makespan / lower bound − 1; 0 = proved optimal. Absent where the bound is 0. */
  readonly gap?: number;
  /** Whether this schedule is proven to be the shortest, which is when it reaches the bound, and what gap is left otherwise. */
  readonly optimal?: { readonly proven: boolean; readonly gap: number };
  /** T₁ / Tₚ: T₁ is the expected time of all operators one after the other in one slot of the device where that is shortest. Absent where no device can run all of them, and where jobs arrive over time. */
  readonly speedup?: number;
  /** T₁ / (p · Tₚ), with p the slots of all devices. Above 1 where other devices run some operators faster than the one that T₁ is of. */
  readonly efficiency?: number;
  /** Busy slot-time of all devices / (all slots · makespan). */
  readonly utilization: number;
  /** Sum over the devices that state their power, idle and busy. */
  readonly energyJoules?: number;
  readonly devices: readonly DeviceMetrics[];
  readonly links: readonly LinkMetrics[];
  readonly memories: readonly MemoryMetrics[];
  /** What the allocators made of the memories that held anything; only where the scenario has a section `memory`. */
  readonly memory?: readonly AllocatorMetrics[];
  /** What was spilled or made again, where a memory was full and the scenario says to. */
  readonly memoryRelief?: NonNullable<Trace["relief"]>;
  /** When there is more than one job. */
  readonly jobs?: JobMetrics;
  /** Where the load has phases, each of them. */
  readonly phases?: readonly PhaseMetrics[];
  /** When devices were slowed or lost, or joined: what happened, in the order of time. */
  readonly events?: readonly EventMetrics[];
  /** When something has a deadline. */
  readonly deadlines?: DeadlineMetrics;
  /** Where an operator ran longer or shorter than expected. */
  readonly estimates?: EstimateMetrics;
  /** Where deciding takes time. */
  readonly host?: HostMetrics;
  /** Where threads run programs. */
  readonly threads?: ThreadMetrics;
  readonly counts: {
    readonly tasks: number;
    /** Those of the tasks that run an operator once more; absent where none does. */
    readonly duplicates?: number;
    readonly edges: number;
    readonly transfers: number;
    readonly transferredBytes: number;
    /** What was transferred, where the workload says how long its transfers take instead of how large they are. */
    readonly transferredNs?: number;
    readonly events: number;
    readonly rounds: number;
    readonly dispatches: number;
  };
  /** The steps that decided the makespan, first to last; they cover it without gaps. */
  readonly criticalPath: readonly PathStep[];
  readonly warnings: readonly Warning[];
  /** Equal digests, equal schedules. */
  readonly digest: string;
  /** One an operator, in the order of the workload; duplicates, where the scheduler runs operators several times, come last. Made on demand: iterate, or take `at(i)`; JSON has an array. */
  readonly tasks: TaskList;
}

/** Slot-time of a device, divided: busy + setup + waiting for data + idle (+ aborted + absent) = slots · makespan. */
export interface DeviceMetrics {
  readonly name: string;
  readonly slots: number;
  /** Operators that ran there. */
  readonly tasks: number;
  /** Slots · time in which an operator ran; what contention adds counts as busy. */
  readonly busyNs: number;
  /** Slots · time spent loading configurations. */
  readonly setupNs: number;
  /** Slots · time in which a slot was free while a placed operator, otherwise ready, waited for its data. */
  readonly waitingForDataNs: number;
  readonly idleNs: number;
  /** Slots · time spent on operators that were lost with the device; absent where there were none. */
  readonly abortedNs?: number;
  /** Slots · time in which the device was not there; absent where it always was. It draws no power then. */
  readonly absentNs?: number;
  /** busy / (slots · makespan). */
  readonly utilization: number;
  readonly energyJoules?: number;
}

/** One direction of a link. */
export interface LinkMetrics {
  readonly name: string;
  readonly bytes: number;
  /** bytes / (bandwidth · makespan); absent where the bandwidth is unlimited, and in a run that was stopped. */
  readonly utilization?: number;
}

/** How much of a memory the run needed. */
export interface MemoryMetrics {
  readonly name: string;
  /** Largest number of live bytes; resident weights count from their first use there. */
  readonly peakBytes: number;
  /** Absent = unlimited. */
  readonly capacityBytes?: number;
  /** Bytes read and written by operators / (bandwidth · makespan); absent where the bandwidth is unlimited, and in a run that was stopped. */
  readonly bandwidthUtilization?: number;
}

/** A memory as its allocator filled it. Fragmentation, `allocatedBytes` and `alive` are those at the peak. */
export interface AllocatorMetrics {
  readonly name: string;
  readonly allocator: string;
  /** Absent = unlimited. */
  readonly capacityBytes?: number;
  /** Largest number of bytes that live tensors had asked for, and when that was first so. */
  readonly peakLiveBytes: number;
  readonly peakNs: number;
  /** What their blocks took. */
  readonly allocatedBytes: number;
  /** Most that the allocator ever had taken from the memory. */
  readonly peakReservedBytes: number;
  /** Share of the allocated bytes that nobody had asked for. */
  readonly internalFragmentation: number;
  /** Share of the free bytes that no single block could take; and the largest that it ever was. */
  readonly externalFragmentation: number;
  readonly worstExternalFragmentation: number;
  readonly allocations: number;
  readonly frees: number;
  /** Time that the calls would hold the allocator's locks, summed; the run is not charged for it. */
  readonly allocatorNs: number;
  /** Tensors alive at the peak: how many, and the largest, 100 at most. */
  readonly aliveCount: number;
  readonly alive: readonly {
    readonly tensor: string;
    readonly bytes: number;
    readonly sinceNs: number;
    /** Absent = it stays. */
    readonly untilNs?: number;
  }[];
}

/** Latency = end − arrival of a job; percentiles by nearest rank. */
export interface JobMetrics {
  readonly count: number;
  readonly completed: number;
  /** Jobs completed / makespan. */
  readonly throughputPerSecond: number;
  /** Mean time between the ends of two jobs, the first quarter of them left out; absent with fewer than eight. */
  readonly periodNs?: number;
  readonly latencyNs: { readonly mean: number; readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
}

/** The one host thread that runs the scheduler. */
export interface HostMetrics {
  /** Time it spent deciding, within the makespan. */
  readonly busyNs: number;
  /** busy / makespan. */
  readonly utilization: number;
  /** Operators that it placed; those of a plan made before the run are not counted. */
  readonly placed: number;
  /** How often it was asked; `counts.dispatches` too. */
  readonly calls: number;
}

/** Actual / expected running time of operators, setup left out. Expected is what the scheduler was told. */
export interface EstimateMetrics {
  /** Mean of |actual / expected − 1| over all operators. */
  readonly meanError: number;
  /** Those that ran something, in the order of the machine. */
  readonly devices: readonly ({ readonly name: string } & EstimateRatio)[];
  /** On all devices together, in the order in which kinds come in the workload. */
  readonly kinds: readonly ({ readonly kind: string } & EstimateRatio)[];
}

/** Over the operators that ended and were expected to take some time; percentile by nearest rank. */
export interface EstimateRatio {
  readonly tasks: number;
  readonly mean: number;
  readonly p95: number;
}

/** Something that happened to a device, and how the run went on. */
export interface EventMetrics {
  readonly atNs: number;
  readonly device: string;
  readonly what: "slowed" | "sped-up" | "lost" | "joined";
  /** From then on: 1 = as its costs say, 0 = it is not there. */
  readonly speed: number;
  /** Operators that ran on a device when it was lost, and how long they had: work that was done again. Absent where there were none. */
  readonly abortedTasks?: number;
  readonly abortedNs?: number;
  /** How the latency of jobs went on; absent where no job ended before the event (since the change before it), or none after it (until the next). */
  readonly recovery?: RecoveryMetrics;
}

/** What the jobs of one phase of the load met with. */
export interface PhaseMetrics {
  /** When the phase begins. */
  readonly atNs: number;
  /** Jobs that arrive in it, and those of them that ended. */
  readonly jobs: number;
  readonly completed: number;
  /** Latency of these, from arrival to end; absent where none ended. */
  readonly latencyNs?: JobMetrics["latencyNs"];
  /** How the latency of jobs, whichever phase they are of, went on from that of the phase before; absent in the first phase, and as with events. */
  readonly recovery?: RecoveryMetrics;
}

/** How the latency of jobs went on after a change. Latency is the median of five jobs that ended one after the other, or of as many as there are. */
export interface RecoveryMetrics {
  /** Median over up to 50 jobs that ended before. */
  readonly latencyBeforeNs: number;
  /** Median over the later half of the jobs that ended until the next change. */
  readonly latencyAfterNs: number;
  /** Whether latency came back, for good, to at most 10 % above what it was before. */
  readonly recovered: boolean;
  /** When it did, after the change: the time to recover. 0 = it was never above. Absent where it did not. */
  readonly recoveredAfterNs?: number;
  /** From when on it was within 10 % of `latencyAfterNs`; absent where it never settled. */
  readonly settledAfterNs?: number;
  /** How many jobs `latencyBeforeNs` is of, and how many ended after the change: below five, a single slow one decides. */
  readonly jobsBefore: number;
  readonly jobsAfter: number;
}

/** What became of the deadlines. */
export interface DeadlineMetrics {
  /** When the workload's instances have a deadline. */
  readonly jobs?: Tardiness;
  /** When operators have deadlines of their own. */
  readonly tasks?: Tardiness;
}

/** Tardiness = max(0, end − deadline). */
export interface Tardiness {
  /** How many ended that had a deadline. */
  readonly count: number;
  /** Of these, how many ended after it. */
  readonly misses: number;
  /** misses / count. */
  readonly missRatio: number;
  /** The mean is over all that are counted, not the late ones alone. */
  readonly tardinessNs: { readonly total: number; readonly mean: number; readonly max: number };
  /** The latest first, ties in the order of the workload; 100 at most. */
  readonly late: readonly LateItem[];
}

/** A job (by its number, from 0) or an operator that ended after its deadline. */
export interface LateItem {
  readonly name: string;
  /** From the start of the run, as `endNs`. */
  readonly deadlineNs: number;
  readonly endNs: number;
  readonly tardinessNs: number;
}

/** One step of the critical path. */
export interface PathStep {
  readonly kind: PathKind;
  /** The operator that ran or waited, or on whose behalf data moved. */
  readonly task: string;
  /** Where it ran; absent when it was nowhere yet. */
  readonly device?: string;
  /** Set on transfers. */
  readonly tensor?: string;
  readonly from?: string;
  readonly to?: string;
  readonly startNs: number;
  readonly endNs: number;
  /** Why it began when it did. */
  readonly because: PathCause;
  /** How much longer it took than alone, as expected; absent when it did not. */
  readonly stretchNs?: number;
}
