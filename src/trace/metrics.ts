import { workloadOps } from "../base/duplicates.ts";
import type { Warning } from "../base/errors.ts";
import { formatBytes } from "../base/units.ts";
import type { Trace } from "../core/trace.ts";
import { criticalPath } from "./critical-path.ts";
import { deadlineMetrics, deadlineWarnings } from "./deadlines.ts";
import { deviceEvents, redirectionWarnings } from "./device-events.ts";
import { phaseMetrics, type LoadPhases } from "./load-phases.ts";
import { deviceTimes, energyJoules } from "./device-times.ts";
import { estimateRatios, estimateWarnings } from "./estimate-ratios.ts";
import { hostMetrics } from "./host-metrics.ts";
import { jobLatency } from "./job-latency.ts";
import { jobPeriodNs } from "./job-period.ts";
import { allocatorMetrics } from "./memory-metrics.ts";
import { nanoseconds } from "./nanoseconds.ts";
import type { JobMetrics, LinkMetrics, MemoryMetrics, Metrics, DeviceMetrics, PathStep } from "./result.ts";
import { TaskList } from "./task-list.ts";
import { threadMetrics } from "./threads/thread-metrics.ts";
import { tidy } from "./tidy.ts";
import { transfersAreTimes } from "./transfer-times.ts";

export type { AllocatorMetrics, DeadlineMetrics, DeviceMetrics, EstimateMetrics, EstimateRatio, EventMetrics, HostMetrics, JobMetrics, LateItem, LinkMetrics, MemoryMetrics, Metrics, PathStep, PhaseMetrics, RecoveryMetrics, Tardiness } from "./result.ts";

/** What a trace does not know. */
export interface MetricsOptions {
  /** Of the same instance, with the run's realised costs if it had noise. */
  readonly lowerBound?: { readonly ticks: number; readonly source: string } | undefined;
  /** By device id; a machine's `devices` will do. */
  readonly devices?: readonly { readonly power?: { readonly idleWatts: number; readonly busyWatts: number } | undefined }[] | undefined;
  /** Of the importer and the cost models, shown first. */
  readonly warnings?: readonly Warning[] | undefined;
  /** Where the load has phases. */
  readonly phases?: LoadPhases | undefined;
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
    if (d !== instance.carrierDevice) slots += time.slots;
    busy += time.busyTicks;
    const joules = energyJoules(time, options.devices?.[d]?.power, makespanNs, instance.tickNs);
    if (joules !== undefined) energy = (energy ?? 0) + joules;
    return {
      name: instance.deviceNames[d]!, slots: time.slots, tasks: time.tasks, busyNs: ns(time.busyTicks), setupNs: ns(time.setupTicks), waitingForDataNs: ns(time.waitingTicks),
      idleNs: ns(time.idleTicks), ...(time.abortedTicks > 0 && { abortedNs: ns(time.abortedTicks) }), ...(time.absentTicks > 0 && { absentNs: ns(time.absentTicks) }), utilization: share(time.busyTicks, time.slots * makespanTicks), ...(joules !== undefined && { energyJoules: tidy(joules) }),
    };
  });
  const transferred = trace.transfers.tensor.reduce((sum, tensor) => sum + instance.tensorBytes[tensor]!, 0);
  const alone = bestSequentialTicks(trace);
  const memories = memoryMetrics(trace);
  const deadlines = deadlineMetrics(trace);
  const { phases } = options;
  const changes = [...(instance.changeTicks ?? []), ...(phases?.beginNs ?? []).map((begin) => Math.round(begin / instance.tickNs))];
  const events = deviceEvents(trace, changes);
  const estimates = estimateRatios(trace);
  const host = hostMetrics(trace);
  const memory = allocatorMetrics(trace);
  // Of threads alone nothing is proven.
  const boundNs = bound === undefined || bound.ticks === Infinity || (instance.opCount === 0 && trace.threads !== undefined) ? undefined : ns(bound.ticks);
  return {
    schemaVersion: 1, name: instance.name, scheduler: trace.scheduler, ...(trace.report !== undefined && { schedulerReport: trace.report }), sync: trace.sync, seed: trace.seed, complete: trace.complete, makespanNs, ...(runsBeside(trace) && { operatorsEndNs: ns(lastOpEnd(trace)) }),
    ...(boundNs !== undefined && { lowerBoundNs: boundNs, lowerBoundSource: bound!.source }),
    ...(boundNs !== undefined && boundNs > 0 && trace.complete && { gap: rounded(makespanTicks / bound!.ticks - 1), optimal: { proven: makespanTicks <= bound!.ticks, gap: rounded(makespanTicks / bound!.ticks - 1) } }),
    ...(alone < Infinity && makespanTicks > 0 && trace.complete && arrivesAtOnce(trace) && { speedup: rounded(alone / makespanTicks), efficiency: rounded(alone / (slots * makespanTicks)) }),
    utilization: share(busy, slots * makespanTicks),
    ...(energy !== undefined && { energyJoules: tidy(energy) }),
    devices, links: linkMetrics(trace), memories,
    ...(memory !== undefined && { memory }),
    ...(trace.relief !== undefined && { memoryRelief: trace.relief }),
    ...(instance.jobCount > 1 && { jobs: jobMetrics(trace, makespanNs) }),
    ...(phases !== undefined && { phases: phaseMetrics(trace, phases, changes) }),
    ...(events !== undefined && { events }),
    ...(deadlines !== undefined && { deadlines }),
    ...(estimates !== undefined && { estimates }),
    ...(host !== undefined && { host }),
    ...(trace.threads !== undefined && { threads: threadMetrics(trace.threads, instance.tickNs) }),
    counts: {
      tasks: instance.opCount, ...(instance.duplicateOf !== undefined && { duplicates: instance.opCount - workloadOps(instance) }), edges: instance.edgeCount, transfers: trace.transfers.length,
      transferredBytes: transferred, ...(transfersAreTimes(instance) && { transferredNs: transferred }),
      events: trace.eventCount, rounds: trace.roundCount, dispatches: trace.dispatchCount,
    },
    criticalPath: pathSteps(trace),
    warnings: [...(options.warnings ?? []), ...memoryWarnings(memories, trace), ...redirectionWarnings(trace), ...deadlineWarnings(deadlines), ...estimateWarnings(estimates)],
    digest: trace.digest,
    tasks: new TaskList(trace),
  };
}

/** Threads run beside operators that a scheduler places. */
function runsBeside({ instance, threads }: Trace): boolean {
  return threads !== undefined && threads.cores.device < 0 && instance.opCount > 0;
}

function lastOpEnd({ ops }: Trace): number {
  return ops.endTicks.reduce((last, ticks) => (ticks > last ? ticks : last), 0);
}

function share(part: number, whole: number): number {
  return whole > 0 ? rounded(part / whole) : 0;
}

/** Ratios are kept to 9 digits after the point: what is beyond is dust of the division. */
function rounded(ratio: number): number {
  return Math.round(ratio * 1e9) / 1e9;
}

/** No job makes the machine wait for its arrival. */
function arrivesAtOnce(trace: Trace): boolean {
  return trace.instance.jobArrivalTicks.every((ticks) => ticks === 0 || ticks === Infinity);
}

/** T₁: expected time of everything in one slot of the best device; Infinity where none can run everything. */
function bestSequentialTicks(trace: Trace): number {
  const { instance } = trace;
  const D = instance.deviceCount;
  const sums = new Float64Array(D);
  for (let op = 0; op < workloadOps(instance); op++) for (let d = 0; d < D; d++) sums[d]! += instance.costTicks[instance.classOf[op]! * D + d]!;
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

/** Where an allocator has found room for every tensor, it fits, whatever the count without sharing says. */
function memoryWarnings(memories: readonly MemoryMetrics[], { memory: profiles = [] }: Trace): Warning[] {
  const decided = new Set(profiles.map(({ memory }) => memory));
  return memories
    .filter(({ peakBytes, capacityBytes }, m) => !decided.has(m) && capacityBytes !== undefined && peakBytes > capacityBytes)
    .map(({ name, peakBytes, capacityBytes }) => ({ code: "memory-exceeded", message: `memory "${name}" would hold ${formatBytes(peakBytes)} at its peak and has room for ${formatBytes(capacityBytes!)}: this schedule cannot run as it is` }));
}

function jobMetrics(trace: Trace, makespanNs: number): JobMetrics {
  const { completed, latencyNs } = jobLatency(trace);
  const periodNs = jobPeriodNs(trace);
  return { count: trace.instance.jobCount, completed, throughputPerSecond: makespanNs > 0 ? tidy((completed / makespanNs) * 1e9) : 0, ...(periodNs !== undefined && { periodNs: tidy(periodNs) }), latencyNs };
}

function pathSteps(trace: Trace): PathStep[] {
  const { instance, ops, transfers } = trace;
  const ns = (ticks: number): number => nanoseconds(ticks, instance.tickNs);
  return criticalPath(trace).map(({ kind, op, transfer, device = ops.device[op]!, startTicks, endTicks, because, stretchTicks }) => ({
    kind, task: instance.opNames.at(op),
    ...(device >= 0 && kind !== "arrival" && kind !== "threads" && { device: instance.deviceNames[device]! }),
    ...(transfer !== undefined && {
      tensor: instance.tensorNames.at(transfers.tensor[transfer]!), from: instance.memoryNames[transfers.from[transfer]!]!, to: instance.memoryNames[transfers.to[transfer]!]!,
    }),
    startNs: ns(startTicks), endNs: ns(endTicks), because, ...(stretchTicks > 0 && { stretchNs: ns(stretchTicks) }),
  }));
}
