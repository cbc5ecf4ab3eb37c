import { formatBytes } from "../base/units.ts";
import type { Trace } from "../core/trace.ts";
import { criticalPath, type PathCause, type PathKind } from "./critical-path.ts";
import { deviceTimes, energyJoules } from "./device-times.ts";
import { nanoseconds } from "./nanoseconds.ts";
import { TaskList } from "./task-list.ts";

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
  readonly sync: string;
  readonly seed: number;
  /** False when the run was stopped before its end. */
  readonly complete: boolean;
  /** Latest end of any operator. */
  readonly makespanNs: number;
  /** What no schedule can beat. */
  readonly lowerBoundNs?: number;
  /** What the bound comes from. */
  readonly lowerBoundSource?: string;
  /** makespan / lower bound − 1; 0 = proved optimal. Absent where the bound is 0. */
  readonly gap?: number;
  /** T₁ / Tₚ: T₁ is the expected time of all operators one after the other in one slot of the device where that is shortest. Absent where no device can run all of them. */
  readonly speedup?: number;
  /** T₁ / (p · Tₚ), with p the slots of all devices. */
  readonly efficiency?: number;
  /** Busy slot-time of all devices / (all slots · makespan). */
  readonly utilization: number;
  /** Sum over the devices that state their power, idle and busy. */
  readonly energyJoules?: number;
  readonly devices: readonly DeviceMetrics[];
  readonly links: readonly LinkMetrics[];
  readonly memories: readonly MemoryMetrics[];
  /** When there is more than one job. */
  readonly jobs?: JobMetrics;
  readonly counts: {
    readonly tasks: number;
    readonly edges: number;
    readonly transfers: number;
    readonly transferredBytes: number;
    readonly events: number;
    readonly rounds: number;
    readonly dispatches: number;
  };
  /** The steps that decided the makespan, first to last; they cover it without gaps. */
  readonly criticalPath: readonly PathStep[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  /** Equal digests, equal schedules. */
  readonly digest: string;
  /** One an operator, in the order of the workload. Made on demand: iterate, or take `at(i)`; JSON has an array. */
  readonly tasks: TaskList;
}

/** Slot-time of a device, divided in four: busy + setup + waiting for data + idle = slots · makespan. */
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

export interface MemoryMetrics {
  readonly name: string;
  /** Largest number of live bytes; resident weights are not counted. */
  readonly peakBytes: number;
  /** Absent = unlimited. */
  readonly capacityBytes?: number;
  /** Bytes read and written by operators / (bandwidth · makespan); absent where the bandwidth is unlimited, and in a run that was stopped. */
  readonly bandwidthUtilization?: number;
}

/** Latency = end − arrival of a job; percentiles by nearest rank. */
export interface JobMetrics {
  readonly count: number;
  readonly completed: number;
  /** Jobs completed / makespan. */
  readonly throughputPerSecond: number;
  readonly latencyNs: { readonly mean: number; readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
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

/** What a trace does not know. */
export interface MetricsOptions {
  /** Of the same instance, with the run's realised costs if it had noise. */
  readonly lowerBound?: { readonly ticks: number; readonly source: string } | undefined;
  /** By device id; a machine's `devices` will do. */
  readonly devices?: readonly { readonly power?: { readonly idleWatts: number; readonly busyWatts: number } | undefined }[] | undefined;
  /** Of the importer and the cost models, shown first. */
  readonly warnings?: readonly { readonly code: string; readonly message: string }[] | undefined;
}

/**
 * Everything worth knowing of a run, as plain data; O(rows log rows).
 * @example
 * const metrics = computeMetrics(trace, { lowerBound: lowerBound(trace.instance), devices: machine.devices });
 * console.log(metrics.makespanNs, metrics.gap, metrics.devices[0].utilization);
 */
export function computeMetrics(trace: Trace, options: MetricsOptions = {}): Metrics {
  const { instance, makespanTicks } = trace;
  const ns = (ticks: number): number => nanoseconds(ticks, instance.tickNs);
  const makespanNs = ns(makespanTicks);
  const times = deviceTimes(trace);
  const bound = options.lowerBound;
  let slots = 0;
  let busy = 0;
  let energy: number | undefined;
  const devices = times.map((time, d): DeviceMetrics => {
    slots += time.slots;
    busy += time.busyTicks;
    const joules = energyJoules(time, options.devices?.[d]?.power, makespanNs, instance.tickNs);
    if (joules !== undefined) energy = (energy ?? 0) + joules;
    return {
      name: instance.deviceNames[d]!, slots: time.slots, tasks: time.tasks, busyNs: ns(time.busyTicks), setupNs: ns(time.setupTicks), waitingForDataNs: ns(time.waitingTicks),
      idleNs: ns(time.idleTicks), utilization: share(time.busyTicks, time.slots * makespanTicks), ...(joules !== undefined && { energyJoules: joules }),
    };
  });
  const alone = bestSequentialTicks(trace);
  const memories = memoryMetrics(trace);
  const boundNs = bound === undefined || bound.ticks === Infinity ? undefined : ns(bound.ticks);
  return {
    schemaVersion: 1, name: instance.name, scheduler: trace.scheduler, sync: trace.sync, seed: trace.seed, complete: trace.complete, makespanNs,
    ...(boundNs !== undefined && { lowerBoundNs: boundNs, lowerBoundSource: bound!.source }),
    ...(boundNs !== undefined && boundNs > 0 && trace.complete && { gap: rounded(makespanTicks / bound!.ticks - 1) }),
    ...(alone < Infinity && makespanTicks > 0 && trace.complete && { speedup: rounded(alone / makespanTicks), efficiency: rounded(alone / (slots * makespanTicks)) }),
    utilization: share(busy, slots * makespanTicks),
    ...(energy !== undefined && { energyJoules: energy }),
    devices, links: linkMetrics(trace), memories,
    ...(instance.jobCount > 1 && { jobs: jobMetrics(trace, makespanNs) }),
    counts: {
      tasks: instance.opCount, edges: instance.edgeCount, transfers: trace.transfers.length,
      transferredBytes: trace.transfers.tensor.reduce((sum, tensor) => sum + instance.tensorBytes[tensor]!, 0),
      events: trace.eventCount, rounds: trace.roundCount, dispatches: trace.dispatchCount,
    },
    criticalPath: pathSteps(trace),
    warnings: [...(options.warnings ?? []), ...memoryWarnings(memories)],
    digest: trace.digest,
    tasks: new TaskList(trace),
  };
}

function share(part: number, whole: number): number {
  return whole > 0 ? rounded(part / whole) : 0;
}

/** Ratios are kept to 9 digits after the point: what is beyond is dust of the division. */
function rounded(ratio: number): number {
  return Math.round(ratio * 1e9) / 1e9;
}

/** T₁: expected time of everything in one slot of the best device; Infinity where none can run everything. */
function bestSequentialTicks(trace: Trace): number {
  const { instance } = trace;
  const D = instance.deviceCount;
  const sums = new Float64Array(D);
  for (let op = 0; op < instance.opCount; op++) for (let d = 0; d < D; d++) sums[d]! += instance.costTicks[instance.classOf[op]! * D + d]!;
  return sums.reduce((a, b) => Math.min(a, b), Infinity);
}

function linkMetrics(trace: Trace): LinkMetrics[] {
  const { instance, makespanTicks } = trace;
  const links: LinkMetrics[] = [];
  for (let r = instance.memoryCount + instance.deviceCount; r < instance.resourceCount; r++) {
    const bytes = trace.resourceUse[r]!;
    const capacity = instance.resourceCapacity[r]!;
    links.push({ name: instance.resourceNames[r]!, bytes: Math.round(bytes), ...(capacity < Infinity && trace.complete && { utilization: share(bytes, capacity * makespanTicks) }) });
  }
  return links;
}

function memoryMetrics(trace: Trace): MemoryMetrics[] {
  const { instance, makespanTicks } = trace;
  return instance.memoryNames.map((name, m) => {
    const bandwidth = instance.resourceCapacity[m]!;
    const capacityBytes = instance.memoryBytes[m]!;
    return {
      name, peakBytes: trace.peakBytes[m]!, ...(capacityBytes < Infinity && { capacityBytes }),
      ...(bandwidth < Infinity && trace.complete && { bandwidthUtilization: share(trace.resourceUse[m]!, bandwidth * makespanTicks) }),
    };
  });
}

function memoryWarnings(memories: readonly MemoryMetrics[]): { code: string; message: string }[] {
  return memories
    .filter(({ peakBytes, capacityBytes }) => capacityBytes !== undefined && peakBytes > capacityBytes)
    .map(({ name, peakBytes, capacityBytes }) => ({ code: "memory-exceeded", message: `memory "${name}" would hold ${formatBytes(peakBytes)} at its peak and has room for ${formatBytes(capacityBytes!)}: this schedule cannot run as it is` }));
}

function jobMetrics(trace: Trace, makespanNs: number): JobMetrics {
  const { arrivalTicks, endTicks } = trace.jobs;
  const latencies = endTicks.map((end, job) => end - arrivalTicks[job]!).filter((ticks) => !Number.isNaN(ticks)).sort();
  const completed = latencies.length;
  const ns = (ticks: number): number => nanoseconds(ticks, trace.instance.tickNs);
  const percentile = (p: number): number => (completed > 0 ? ns(latencies[Math.max(0, Math.ceil(p * completed) - 1)]!) : 0);
  const mean = completed > 0 ? nanoseconds(latencies.reduce((a, b) => a + b, 0), trace.instance.tickNs) / completed : 0;
  return {
    count: trace.instance.jobCount, completed, throughputPerSecond: makespanNs > 0 ? (completed / makespanNs) * 1e9 : 0,
    latencyNs: { mean, p50: percentile(0.5), p90: percentile(0.9), p99: percentile(0.99), max: percentile(1) },
  };
}

function pathSteps(trace: Trace): PathStep[] {
  const { instance, ops, transfers } = trace;
  const ns = (ticks: number): number => nanoseconds(ticks, instance.tickNs);
  return criticalPath(trace).map(({ kind, op, transfer, startTicks, endTicks, because, stretchTicks }) => ({
    kind, task: instance.opNames.at(op),
    ...(ops.device[op]! >= 0 && kind !== "arrival" && { device: instance.deviceNames[ops.device[op]!]! }),
    ...(transfer !== undefined && {
      tensor: instance.tensorNames.at(transfers.tensor[transfer]!), from: instance.memoryNames[transfers.from[transfer]!]!, to: instance.memoryNames[transfers.to[transfer]!]!,
    }),
    startNs: ns(startTicks), endNs: ns(endTicks), because, ...(stretchTicks > 0 && { stretchNs: ns(stretchTicks) }),
  }));
}
