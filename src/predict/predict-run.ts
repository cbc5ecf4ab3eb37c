import type { CostLimit, CostModel, Estimate } from "../cost/cost-model.ts";
import type { Profile } from "../cost/profile/profile.ts";
import { InputError } from "../base/errors.ts";
import { exactExp } from "../base/math.ts";
import { compile } from "../core/compile.ts";
import { simulate } from "../core/simulate.ts";
import type { OpClass, OperatorGraph } from "../graph/graph.ts";
import { ortParallel } from "../schedulers/ort-parallel.ts";
import { ortSequential } from "../schedulers/ort-sequential.ts";
import { crowding } from "./crowding.ts";
import { launchedAheadNs } from "./launched-ahead.ts";
import { machineOf } from "./machine-of.ts";
import { OperatorCosts, type Basis, type OperatorCost } from "./operator-costs.ts";
import { overheadsOf } from "./overheads.ts";
import { sideBySide, type RuntimeSetting } from "./runtime-setting.ts";

/** What is predicted. */
export interface PredictedRun {
  readonly graph: OperatorGraph;
  /** Nodes that the runtime steps through, with those that are only views; default: the operators. */
  readonly nodeCount?: number;
  readonly profile: Profile;
  readonly setting: RuntimeSetting;
  /** Cores of the machine, for a CPU; default: those of the profile. */
  readonly cores?: number;
  /** A device of the machine library, by name: needed by profiles for devices that were not measured, and by no other. */
  readonly device?: string;
}

/** The operators of one kind and variant in a prediction. */
export interface KindPart {
  readonly kind: string;
  readonly variant?: string;
  readonly count: number;
  /** Time of all of them alone, one after the other. */
  readonly ns: number;
  /** What limits most of that time. */
  readonly limit: CostLimit;
  /** Relative standard deviation of the estimate's error, mean over the time; absent = not known. */
  readonly error?: number;
}

/** Operators whose time rests on less than measurements of their like. */
export interface Gap {
  readonly kind: string;
  readonly variant?: string;
  readonly count: number;
  readonly ns: number;
  /** "extrapolated": measured, but not at such sizes or thread counts. */
  readonly basis: Exclude<Basis, "measured"> | "extrapolated";
  /** The largest of them, by time: name and extents. */
  readonly example: string;
}

/** What a model is expected to take. */
export interface Prediction {
  readonly latencyNs: number;
  /** The latency lies between these with probability {@link confidence}. */
  readonly lowNs: number;
  readonly highNs: number;
  readonly confidence: number;
  /** Of the latency: what the runtime does beside kernels, for the run, for nodes that are only views, and in the parallel executor for each node. */
  readonly overheadNs: number;
  /** The latency less the overhead and the operators' times alone: below 0 where launches or operators overlap, above 0 where threads wait for cores. */
  readonly overlapNs: number;
  readonly nodeCount: number;
  /** Most time first. */
  readonly kinds: readonly KindPart[];
  /** Most time first; empty = everything was measured at such sizes. */
  readonly gaps: readonly Gap[];
}

const confidence = 0.9;
/** Half of it on either side of a normal distribution. */
const deviations = 1.6449;
/** Of the variance of a kind's errors, what all its sizes have in common; the rest is each size's own. */
const commonShare = 0.5;
/** Relative error assumed of what was not measured. */
const unknownError: Readonly<Record<Gap["basis"], number>> = { extrapolated: 0.2, parts: 0.15, similar: 0.5, "data sheet": 0.5 };

/**
 * Predicts how long a run of the graph takes, by simulating the runtime's executor on a machine with the profile's
 * device: each operator takes what the profile says for the threads it gets, more where these are more than the cores
 * ({@link crowding}), and the runtime's own overheads come on top. Kernels of a GPU are launched ahead ({@link launchedAheadNs}). Without noise: the same input gives the same figures. Of files, only those of the runtimes that come along are read.
 * @throws {InputError} when nothing is known of an operator, and for a device that the profile cannot be asked about.
 * @example
 * const profile = readProfile(await readFile("my-cpu.json", "utf8"), "my-cpu.json");
 * const { latencyNs, lowNs, highNs } = await predictRun({ graph, profile, setting: { executor: "sequential", intraThreads: 2, interThreads: 1 } });
 */
export async function predictRun(run: PredictedRun): Promise<Prediction> {
  const { graph, profile, setting, nodeCount = graph.opCount } = run;
  const { perRunNs, perViewNs, perOpNs } = overheadsOf(profile, setting);
  const machine = machineOf(profile, setting, run.cores, run.device);
  const costs = new OperatorCosts(profile);
  const unknown = graph.classes.find((op) => costs.of(op, machine.devices[0]!, machine.devices[0]!.width) === undefined);
  if (unknown !== undefined) throw new InputError({ code: "unknown-cost", message: `the profile of ${profile.device.name} says nothing of ${unknown.kind} in ${unknown.dtype}, and has no figures of the device to go by`, hint: "calibrate longer: heddle calibrate --budget 20m goes on where it was, and comes to more kinds; or predict with another profile" });
  const crowd = profile.device.kind === "cpu" ? await crowding(graph, profile, costs, setting, machine.devices[0]!.units) : 1;
  const known = new Map<OpClass, OperatorCost>();
  const model: CostModel = {
    name: "profile",
    estimate(op, device, width): Estimate | undefined {
      const cost = costs.of(op, device, width);
      if (cost === undefined) return undefined;
      known.set(op, cost);
      return { ...cost.estimate, ns: crowd * cost.estimate.ns + perOpNs, fixedNs: crowd * cost.estimate.fixedNs + perOpNs };
    },
  };
  const scheduler = setting.executor === "sequential" ? ortSequential.create({ providers: [] }) : ortParallel.create({ providers: [], threads: sideBySide(setting) });
  const instance = compile({ graph, machine, costs: model });
  const operatorsNs = profile.device.kind === "gpu" ? launchedAheadNs(graph, (op) => known.get(op)!.estimate) : simulate({ instance, scheduler, noise: false }).makespanTicks;
  const views = Math.max(0, nodeCount - graph.opCount);
  const latencyNs = operatorsNs + perRunNs + views * perViewNs;
  const rows = operatorRows(graph, known);
  // Errors are those of logarithms: as likely so many times as long as so many times as short, and never below 0.
  const spread = exactExp(deviations * relativeError(rows));
  const overheadNs = perRunNs + views * perViewNs + graph.opCount * perOpNs;
  return {
    latencyNs, lowNs: latencyNs / spread, highNs: latencyNs * spread, confidence,
    overheadNs, overlapNs: latencyNs - overheadNs - sumOf(rows, ({ ns }) => ns), nodeCount: graph.opCount + views,
    kinds: kindParts(rows), gaps: gapsOf(rows),
  };
}

/** All operators of one class. */
interface ClassRow {
  readonly op: OpClass;
  readonly cost: OperatorCost;
  readonly count: number;
  /** Of all of them. */
  readonly ns: number;
  readonly error: number;
  /** Name of the first. */
  readonly name: string;
}

function operatorRows(graph: OperatorGraph, known: ReadonlyMap<OpClass, OperatorCost>): ClassRow[] {
  const counts = new Uint32Array(graph.classes.length);
  const first = new Int32Array(graph.classes.length).fill(-1);
  graph.classOf.forEach((classId, op) => {
    if (counts[classId]!++ === 0) first[classId] = op;
  });
  return graph.classes.flatMap((op, id): ClassRow[] => {
    const cost = known.get(op);
    if (cost === undefined || counts[id] === 0) return [];
    const { ns, error, extrapolated } = cost.estimate;
    const doubt = cost.basis === "measured" ? (extrapolated ? unknownError.extrapolated : 0) : unknownError[cost.basis];
    return [{ op, cost, count: counts[id]!, ns: counts[id]! * ns, error: Math.max(error ?? 0, doubt), name: graph.opName(first[id]!) }];
  });
}

/** Standard deviation of the logarithm of the sum of all operators: errors of a kind partly agree, those of different kinds do not; repeated runs vary as a whole. */
function relativeError(rows: readonly ClassRow[]): number {
  let own = 0;
  let total = 0;
  let noise = 0;
  const common = new Map<string, number>();
  for (const { op, cost, ns, error } of rows) {
    const key = `${op.kind} ${op.variant ?? ""}`;
    own += (1 - commonShare) * (ns * error) ** 2;
    common.set(key, (common.get(key) ?? 0) + ns * error);
    total += ns;
    noise += ns * cost.estimate.sigma;
  }
  if (total === 0) return 0;
  const variance = [...common.values()].reduce((sum, value) => sum + commonShare * value ** 2, own + noise ** 2);
  return Math.sqrt(variance) / total;
}

function kindParts(rows: readonly ClassRow[]): KindPart[] {
  return grouped(rows, ({ op }) => `${op.kind} ${op.variant ?? ""}`).map((group): KindPart => {
    const { kind, variant } = group[0]!.op;
    const ns = sumOf(group, (row) => row.ns);
    const limits = grouped(group, (row) => row.cost.estimate.limit).map((part) => ({ limit: part[0]!.cost.estimate.limit, ns: sumOf(part, (row) => row.ns) }));
    const limit = limits.reduce((most, part) => (part.ns > most.ns ? part : most)).limit;
    const error = ns > 0 && group.some((row) => row.error > 0) ? sumOf(group, (row) => row.ns * row.error) / ns : undefined;
    return { kind, ...(variant !== undefined && { variant }), count: sumOf(group, (row) => row.count), ns, limit, ...(error !== undefined && { error }) };
  }).sort((a, b) => b.ns - a.ns);
}

function gapsOf(rows: readonly ClassRow[]): Gap[] {
  const basisOf = ({ cost }: ClassRow): Gap["basis"] | undefined => (cost.basis !== "measured" ? cost.basis : cost.estimate.extrapolated ? "extrapolated" : undefined);
  const doubtful = rows.filter((row) => basisOf(row) !== undefined && row.ns > 0);
  return grouped(doubtful, (row) => `${row.op.kind} ${row.op.variant ?? ""} ${basisOf(row)!}`).map((group): Gap => {
    const largest = group.reduce((most, row) => (row.ns > most.ns ? row : most));
    const { kind, variant, shape } = largest.op;
    const extents = Object.entries(shape).map(([extent, size]) => `${extent} ${size}`).join(", ");
    return { kind, ...(variant !== undefined && { variant }), count: sumOf(group, (row) => row.count), ns: sumOf(group, (row) => row.ns), basis: basisOf(largest)!, example: `${largest.name} (${extents})` };
  }).sort((a, b) => b.ns - a.ns);
}

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

/** In the order in which each key first occurs. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
