import type { ColumnType } from "./column-text.ts";

/** What the values of a column must be. `finite`: ≥ 0. `amount`: ≥ 0, Infinity too. `time`: ≥ 0, NaN = did not happen. */
export type Check = "finite" | "amount" | "time" | { readonly from: number; readonly below: Size | number };

/** Lengths that columns share. `D`, `M`: devices, memories. */
export type Size = "ops" | "classes" | "tensors" | "devices" | "memories" | "resources" | "jobs" | "rows" | "transfers" | "tracks" | "classes*D" | "memories*M" | "inputs" | "routes" | "turns" | "changes" | "kept";

/** One typed array of a saved trace: where it is in the trace, how long it is and what it may hold. */
export interface ColumnSpec {
  readonly path: string;
  readonly type: ColumnType;
  /** Its length; `+1` for the starts of a compressed list. */
  readonly size: Size;
  readonly starts?: Size;
  /** Empty where the instance does without it. */
  readonly optional?: boolean;
  /** Left out of the file where the run does not have it. */
  readonly mayBeAbsent?: boolean;
  readonly check: Check;
}

const id = (below: Size | number): Check => ({ from: 0, below });
const idOrNone = (below: Size | number): Check => ({ from: -1, below });

/**
 * All columns of a saved trace. Adjacency, edge tensors and use counts follow from `inputs`, `tensorProducer` and `kept`,
 * and are not saved. The first column of each size decides it, so the order matters.
 */
export const traceColumns: readonly ColumnSpec[] = [
  { path: "instance.classOf", type: "u32", size: "ops", check: id("classes") },
  { path: "instance.tensorBytes", type: "f64", size: "tensors", check: "finite" },
  { path: "instance.slots", type: "i32", size: "devices", check: { from: 1, below: 2 ** 20 } },
  { path: "instance.memoryBytes", type: "f64", size: "memories", check: "amount" },
  { path: "instance.resourceCapacity", type: "f64", size: "resources", check: "amount" },
  { path: "instance.jobArrivalTicks", type: "f64", size: "jobs", check: "amount" },
  { path: "instance.inputs.item", type: "u32", size: "inputs", check: id("tensors") },
  { path: "instance.inputs.start", type: "u32", size: "ops", starts: "inputs", check: "finite" },
  { path: "instance.tensorProducer", type: "i32", size: "tensors", check: idOrNone("ops") },
  { path: "instance.tensorHome", type: "i32", size: "tensors", check: idOrNone("memories") },
  { path: "instance.kept", type: "u32", size: "kept", mayBeAbsent: true, check: id("tensors") },
  { path: "instance.topo", type: "u32", size: "ops", check: id("ops") },
  { path: "instance.duplicateOf", type: "i32", size: "ops", mayBeAbsent: true, check: idOrNone("ops") },
  { path: "instance.jobOf", type: "u32", size: "ops", check: id("jobs") },
  { path: "instance.jobDeadlineTicks", type: "f64", size: "jobs", mayBeAbsent: true, check: "amount" },
  { path: "instance.opDeadlineTicks", type: "f64", size: "ops", mayBeAbsent: true, check: "amount" },
  { path: "instance.costTicks", type: "f64", size: "classes*D", check: "amount" },
  { path: "instance.estimateTicks", type: "f64", size: "classes*D", mayBeAbsent: true, check: "amount" },
  { path: "instance.fixedTicks", type: "f64", size: "classes*D", optional: true, check: "amount" },
  { path: "instance.costSigma", type: "f64", size: "classes*D", optional: true, check: "finite" },
  { path: "instance.memoryDemand", type: "f64", size: "classes*D", optional: true, check: "finite" },
  { path: "instance.configuration", type: "i32", size: "classes*D", optional: true, check: { from: -1, below: 2 ** 31 } },
  { path: "instance.deviceMemory", type: "u32", size: "devices", check: id("memories") },
  { path: "instance.units", type: "f64", size: "devices", check: "amount" },
  { path: "instance.width", type: "f64", size: "devices", check: "amount" },
  { path: "instance.setupTicks", type: "f64", size: "devices", check: "finite" },
  { path: "instance.routeLatencyTicks", type: "f64", size: "memories*M", check: "amount" },
  { path: "instance.routeTicksPerByte", type: "f64", size: "memories*M", check: "amount" },
  { path: "instance.routeResources.item", type: "u32", size: "routes", check: id("resources") },
  { path: "instance.routeResources.start", type: "u32", size: "memories*M", starts: "routes", check: "finite" },
  { path: "instance.changeTicks", type: "f64", size: "changes", mayBeAbsent: true, check: "finite" },
  { path: "instance.changeDevice", type: "u32", size: "changes", mayBeAbsent: true, check: id("devices") },
  { path: "instance.changeSpeed", type: "f64", size: "changes", mayBeAbsent: true, check: "finite" },
  { path: "rows.track", type: "u32", size: "rows", check: id("tracks") },
  { path: "rows.subjectKind", type: "u8", size: "rows", check: id(2) },
  { path: "rows.subject", type: "u32", size: "rows", check: "finite" },
  { path: "rows.kind", type: "u8", size: "rows", check: id(4) },
  { path: "rows.start", type: "f64", size: "rows", check: "finite" },
  { path: "rows.end", type: "f64", size: "rows", check: "finite" },
  { path: "ops.device", type: "i32", size: "ops", check: idOrNone("devices") },
  { path: "ops.slot", type: "i32", size: "ops", check: { from: -1, below: 2 ** 20 } },
  { path: "ops.readyTicks", type: "f64", size: "ops", check: "time" },
  { path: "ops.placedTicks", type: "f64", size: "ops", check: "time" },
  { path: "ops.dataTicks", type: "f64", size: "ops", check: "time" },
  { path: "ops.startTicks", type: "f64", size: "ops", check: "time" },
  { path: "ops.endTicks", type: "f64", size: "ops", check: "time" },
  { path: "transfers.tensor", type: "u32", size: "transfers", check: id("tensors") },
  { path: "transfers.from", type: "u32", size: "transfers", check: id("memories") },
  { path: "transfers.to", type: "u32", size: "transfers", check: id("memories") },
  { path: "transfers.forOp", type: "u32", size: "transfers", check: id("ops") },
  { path: "transfers.startTicks", type: "f64", size: "transfers", check: "time" },
  { path: "transfers.endTicks", type: "f64", size: "transfers", check: "time" },
  { path: "jobs.arrivalTicks", type: "f64", size: "jobs", check: "time" },
  { path: "jobs.endTicks", type: "f64", size: "jobs", check: "time" },
  { path: "host.startTicks", type: "f64", size: "turns", mayBeAbsent: true, check: "finite" },
  { path: "host.endTicks", type: "f64", size: "turns", mayBeAbsent: true, check: "finite" },
  { path: "host.placed", type: "u32", size: "turns", mayBeAbsent: true, check: "finite" },
  { path: "peakBytes", type: "f64", size: "memories", check: "finite" },
  { path: "resourceUse", type: "f64", size: "resources", check: "finite" },
];
