import { buildEdges } from "../core/edges.ts";
import type { Adjacency, Instance, NameList } from "../core/instance.ts";
import { RowKind, SubjectKind, type ChosenPolicies, type Trace } from "../core/trace.ts";
import type { DispatchCost, HostUse } from "../core/scheduler-host.ts";
import { parseColumn, type Column } from "./column-text.ts";
import { restoreDecisions } from "./saved-decisions.ts";
import { FieldReader, type Fail, type Json } from "./field-reader.ts";
import { restoreThreads } from "./threads/saved-threads.ts";
import { traceColumns, type Check, type ColumnSpec, type Size } from "./trace-columns.ts";
import { misfitDuplicate } from "./verify-duplicates.ts";

/** Slots of all devices together; memory is taken for each of them, whatever the length of the file. */
const mostTracks = 2 ** 22;

/** The `heddle` part of a trace file. */
export interface SavedRun {
  readonly version: number;
  readonly scheduler: string;
  readonly sync: string;
  readonly seed: number;
  readonly complete: boolean;
  readonly makespanTicks: number;
  readonly eventCount: number;
  readonly roundCount: number;
  readonly dispatchCount: number;
  readonly digest: string;
  readonly instance: Pick<Instance, "name" | "tickNs" | "digest" | "deviceNames" | "memoryNames" | "resourceNames" | "classKinds" | "carrierDevice">;
  readonly opNames: readonly string[];
  /** 0 = the producer's name with ":out". */
  readonly tensorNames: readonly (string | 0)[];
  /** By path, base64. */
  readonly columns: Readonly<Record<string, string>>;
  /** With options, where the run kept them. */
  readonly policies?: ChosenPolicies;
  /** Where deciding took time: what. */
  readonly dispatch?: DispatchCost;
  /** Where the run kept a decision log: by name, base64. */
  readonly decisions?: Readonly<Record<string, string>>;
  /** Where threads ran: see `threadsJson`. */
  readonly threads?: Json;
  /** Hash of all of the above as they are written. */
  readonly record: string;
}

/** Checks every value of the parsed `heddle` part and builds the trace from it. `fail` throws. */
export function restoreTrace(saved: Json, fail: Fail): Trace {
  const read = new FieldReader(saved, "", fail);
  const about = new FieldReader(read.object("instance"), "instance.", fail);
  const names = { device: about.strings("deviceNames"), memory: about.strings("memoryNames"), resource: about.strings("resourceNames"), kinds: about.strings("classKinds") };
  const opNames = read.strings("opNames");
  const columns = readColumns(new FieldReader(read.object("columns"), "columns.", fail), names.kinds.length, fail);
  const { get, has, sizes } = columns;
  const f64 = (path: string): Float64Array => get(path) as Float64Array;
  const deadlines = (key: "jobDeadlineTicks" | "opDeadlineTicks"): Pick<Instance, typeof key> => (has(`instance.${key}`) ? { [key]: f64(`instance.${key}`) } : {});
  const u32 = (path: string): Uint32Array => get(path) as Uint32Array;
  const i32 = (path: string): Int32Array => get(path) as Int32Array;
  const u8 = (path: string): Uint8Array => get(path) as Uint8Array;
  const size = (name: Size): number => sizes.get(name)!;

  const expectLength = (what: string, actual: number, expected: number): void => {
    if (actual !== expected) fail(`${what} has ${actual} entries where ${expected} belong`);
  };
  expectLength("opNames", opNames.length, size("ops"));
  expectLength("instance.deviceNames", names.device.length, size("devices"));
  expectLength("instance.memoryNames", names.memory.length, size("memories"));
  expectLength("instance.resourceNames", names.resource.length, size("resources"));
  if (size("resources") < size("memories") + size("devices")) fail("there are fewer resources than memories and devices");

  const inputs = { start: u32("instance.inputs.start"), item: u32("instance.inputs.item") };
  const tensorProducer = i32("instance.tensorProducer");
  const kept = has("instance.kept") ? u32("instance.kept") : undefined;
  const edges = buildEdges(inputs, tensorProducer, kept);
  const topo = u32("instance.topo");
  checkOrder(topo, edges.pred, fail);
  const tensorNames = tensorNameList(saved["tensorNames"], tensorProducer, opNames, fail);
  const tickNs = about.number("tickNs");
  if (!(tickNs > 0)) fail("instance.tickNs must be above 0");

  const instance: Instance = {
    name: about.string("name"), tickNs, opCount: size("ops"), classCount: size("classes"), tensorCount: size("tensors"), edgeCount: edges.edgeTensor.length,
    deviceCount: size("devices"), memoryCount: size("memories"), resourceCount: size("resources"), jobCount: size("jobs"),
    ...edges, inputs, tensorBytes: f64("instance.tensorBytes"), tensorProducer, tensorHome: i32("instance.tensorHome"), ...(kept && { kept }), topo,
    jobOf: u32("instance.jobOf"), jobArrivalTicks: f64("instance.jobArrivalTicks"), ...deadlines("jobDeadlineTicks"), ...deadlines("opDeadlineTicks"),
    ...(has("instance.estimateTicks") && { estimateTicks: f64("instance.estimateTicks") }),
    ...(has("instance.duplicateOf") && { duplicateOf: i32("instance.duplicateOf") }),
    ...changesOf(columns, fail), ...(about.has("carrierDevice") && { carrierDevice: about.number("carrierDevice") }),
    classOf: u32("instance.classOf"), costTicks: f64("instance.costTicks"), fixedTicks: f64("instance.fixedTicks"), costSigma: f64("instance.costSigma"),
    memoryDemand: f64("instance.memoryDemand"), configuration: i32("instance.configuration"),
    slots: i32("instance.slots"), deviceMemory: u32("instance.deviceMemory"), units: f64("instance.units"), width: f64("instance.width"), setupTicks: f64("instance.setupTicks"),
    memoryBytes: f64("instance.memoryBytes"), routeLatencyTicks: f64("instance.routeLatencyTicks"), routeTicksPerByte: f64("instance.routeTicksPerByte"),
    routeResources: { start: u32("instance.routeResources.start"), item: u32("instance.routeResources.item") }, resourceCapacity: f64("instance.resourceCapacity"),
    opNames: { length: opNames.length, at: (op) => opNames[op]! }, tensorNames, classKinds: names.kinds, deviceNames: names.device, memoryNames: names.memory,
    resourceNames: names.resource, digest: about.string("digest"),
  };
  const trace: Trace = {
    instance, scheduler: read.string("scheduler"), sync: read.string("sync"), seed: read.number("seed"), complete: read.boolean("complete"), makespanTicks: read.number("makespanTicks"),
    rows: { length: size("rows"), track: u32("rows.track"), subjectKind: u8("rows.subjectKind"), subject: u32("rows.subject"), kind: u8("rows.kind"), start: f64("rows.start"), end: f64("rows.end") },
    ops: {
      device: i32("ops.device"), slot: i32("ops.slot"), readyTicks: f64("ops.readyTicks"), placedTicks: f64("ops.placedTicks"), dataTicks: f64("ops.dataTicks"),
      startTicks: f64("ops.startTicks"), endTicks: f64("ops.endTicks"),
    },
    transfers: {
      length: size("transfers"), tensor: u32("transfers.tensor"), from: u32("transfers.from"), to: u32("transfers.to"), forOp: u32("transfers.forOp"),
      startTicks: f64("transfers.startTicks"), endTicks: f64("transfers.endTicks"),
    },
    jobs: { arrivalTicks: f64("jobs.arrivalTicks"), endTicks: f64("jobs.endTicks") },
    peakBytes: f64("peakBytes"), resourceUse: f64("resourceUse"),
    eventCount: read.number("eventCount"), roundCount: read.number("roundCount"), dispatchCount: read.number("dispatchCount"), digest: read.string("digest"), record: read.string("record"),
    ...(read.has("redirectedCount") && { redirectedCount: read.number("redirectedCount") }),
    ...(read.has("policies") && { policies: policiesOf(new FieldReader(read.object("policies"), "policies.", fail), fail) }),
    ...(read.has("dispatch") && { host: hostOf(new FieldReader(read.object("dispatch"), "dispatch.", fail), columns, fail) }),
    ...(read.has("threads") && { threads: restoreThreads(read.object("threads"), fail) }),
    ...(read.has("decisions") && { decisions: restoreDecisions(saved["decisions"], size("ops"), size("devices"), fail) }),
  };
  const misfit = misfitDuplicate(instance);
  if (misfit !== undefined) fail(misfit);
  checkRun(trace, fail);
  return trace;
}

/** All three columns of the devices' changes, or none. */
function changesOf({ get, has }: ReturnType<typeof readColumns>, fail: Fail): Pick<Instance, "changeTicks" | "changeDevice" | "changeSpeed"> {
  const paths = ["instance.changeTicks", "instance.changeDevice", "instance.changeSpeed"];
  const missing = paths.filter((path) => !has(path));
  if (missing.length === paths.length) return {};
  if (missing.length > 0) fail(`columns.${missing[0]} is missing`);
  const changeTicks = get(paths[0]!) as Float64Array;
  if (changeTicks.some((ticks, i) => i > 0 && ticks < changeTicks[i - 1]!)) fail("columns.instance.changeTicks is not in order");
  return { changeTicks, changeDevice: get(paths[1]!) as Uint32Array, changeSpeed: get(paths[2]!) as Float64Array };
}

function hostOf(read: FieldReader, { get, has, sizes }: ReturnType<typeof readColumns>, fail: Fail): HostUse {
  for (const name of ["startTicks", "endTicks", "placed"]) if (!has(`host.${name}`)) fail(`columns.host.${name} is missing`);
  const part = (name: keyof DispatchCost): DispatchCost => (read.has(name) ? { [name]: read.number(name) } : {});
  return {
    cost: { ...part("perOpTicks"), ...part("perCallTicks"), ...part("minIntervalTicks") }, length: sizes.get("turns")!,
    startTicks: get("host.startTicks") as Float64Array, endTicks: get("host.endTicks") as Float64Array, placed: get("host.placed") as Uint32Array,
  };
}

function policiesOf(read: FieldReader, fail: Fail): ChosenPolicies {
  const policy = (key: string): ChosenPolicies["scheduler"] => {
    const chosen = read.object(key);
    new FieldReader(chosen, `policies.${key}.`, fail).string("use");
    return chosen as ChosenPolicies["scheduler"];
  };
  return { scheduler: policy("scheduler"), sync: policy("sync") };
}

function readColumns(read: FieldReader, classCount: number, fail: Fail): { get: (path: string) => Column; has: (path: string) => boolean; sizes: Map<Size, number> } {
  const columns = new Map<string, Column>();
  const sizes = new Map<Size, number>([["classes", classCount]]);
  for (const spec of traceColumns) {
    if (spec.mayBeAbsent === true && !read.has(spec.path)) continue;
    const column = parseColumn(read.string(spec.path), spec.type) ?? fail(`columns.${spec.path} is not base64 of whole ${spec.type} values`);
    columns.set(spec.path, column);
    const { size: name, starts, optional } = spec;
    if (name === "classes*D") sizes.set(name, classCount * sizes.get("devices")!);
    if (name === "memories*M") sizes.set(name, sizes.get("memories")! ** 2);
    if (!sizes.has(name)) sizes.set(name, column.length);
    const expected = sizes.get(name)! + (starts === undefined ? 0 : 1);
    if (column.length !== expected && !(optional === true && column.length === 0)) fail(`columns.${spec.path} has ${column.length} entries where ${expected} belong`);
    if (spec.path === "instance.slots") {
      let tracks = 0;
      for (const slots of column) tracks += slots;
      if (tracks > mostTracks) fail(`the devices have ${tracks} slots together, more than ${mostTracks}`);
      sizes.set("tracks", tracks);
    }
    if (starts !== undefined) checkStarts(column, sizes.get(starts)!, spec, fail);
  }
  for (const spec of traceColumns) if (columns.has(spec.path)) checkColumn(columns.get(spec.path)!, spec, sizes, fail);
  return { get: (path) => columns.get(path)!, has: (path) => columns.has(path), sizes };
}

function checkStarts(column: Column, items: number, spec: ColumnSpec, fail: Fail): void {
  for (let i = 1; i < column.length; i++) if (column[i]! < column[i - 1]!) fail(`columns.${spec.path} goes down at entry ${i}`);
  if (column[0] !== 0 || column[column.length - 1] !== items) fail(`columns.${spec.path} does not run from 0 to ${items}`);
}

function checkColumn(column: Column, spec: ColumnSpec, sizes: ReadonlyMap<Size, number>, fail: Fail): void {
  const { from, below, orNaN } = range(spec.check, sizes);
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!;
    if (!(value >= from && value < below) && !(value !== value && orNaN) && !(value === Infinity && below === Infinity && spec.check === "amount")) {
      fail(`columns.${spec.path} holds ${value} at entry ${i}, which is out of range`);
    }
  }
}

function range(check: Check, sizes: ReadonlyMap<Size, number>): { from: number; below: number; orNaN: boolean } {
  if (typeof check === "string") return { from: 0, below: Infinity, orNaN: check === "time" };
  return { from: check.from, below: typeof check.below === "number" ? check.below : sizes.get(check.below)!, orNaN: false };
}

/** Every op once, and after its producers: so there is no cycle either. */
function checkOrder(topo: Uint32Array, pred: Adjacency, fail: Fail): void {
  const seen = new Uint8Array(topo.length);
  for (const op of topo) {
    if (seen[op] === 1) fail(`columns.instance.topo names operator ${op} twice`);
    seen[op] = 1;
    for (let i = pred.start[op]!; i < pred.start[op + 1]!; i++) if (seen[pred.node[i]!] === 0) fail(`columns.instance.topo has operator ${op} before its producer ${pred.node[i]}`);
  }
}

/** What must agree between the columns of the run. */
function checkRun({ instance, rows, ops, transfers, makespanTicks, complete }: Trace, fail: Fail): void {
  for (let row = 0; row < rows.length; row++) {
    const isTransfer = rows.subjectKind[row] === SubjectKind.transfer;
    if (isTransfer !== (rows.kind[row] === RowKind.transfer)) fail(`row ${row} mixes operators and transfers`);
    if (rows.subject[row]! >= (isTransfer ? transfers.length : instance.opCount)) fail(`row ${row} is of ${isTransfer ? "transfer" : "operator"} ${rows.subject[row]}, which does not exist`);
    if (rows.start[row]! > rows.end[row]!) fail(`row ${row} ends before it begins`);
    if (!isTransfer && ops.device[rows.subject[row]!]! < 0) fail(`row ${row} is of an operator that is on no device`);
    if (complete && !isTransfer && rows.end[row]! > makespanTicks) fail(`row ${row} ends after the makespan`);
  }
  const moves = new Uint32Array(instance.tensorCount);
  for (let id = 0; id < transfers.length; id++) {
    const tensor = transfers.tensor[id]!;
    if (++moves[tensor]! > instance.memoryCount) fail(`tensor ${tensor} moves more often than there are memories`);
    if (transfers.endTicks[id]! < transfers.startTicks[id]!) fail(`transfer ${id} ends before it begins`);
  }
  for (let op = 0; op < instance.opCount; op++) {
    const device = ops.device[op]!;
    if (device >= 0 && ops.slot[op]! >= instance.slots[device]!) fail(`operator ${op} is in slot ${ops.slot[op]} of a device with ${instance.slots[device]}`);
    if (ops.endTicks[op]! < ops.startTicks[op]!) fail(`operator ${op} ends before it begins`);
    if (ops.endTicks[op]! > makespanTicks) fail(`operator ${op} ends after the makespan`);
  }
}

function tensorNameList(given: unknown, producer: Int32Array, opNames: readonly string[], fail: Fail): NameList {
  if (!Array.isArray(given) || given.length !== producer.length) return fail(`tensorNames is not a list of ${producer.length} names`);
  for (let tensor = 0; tensor < given.length; tensor++) {
    if (typeof given[tensor] !== "string" && !(given[tensor] === 0 && producer[tensor]! >= 0)) fail(`tensorNames[${tensor}] is not a name`);
  }
  return { length: given.length, at: (tensor) => (given[tensor] === 0 ? `${opNames[producer[tensor]!]}:out` : (given[tensor] as string)) };
}
