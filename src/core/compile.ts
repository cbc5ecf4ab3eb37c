import type { Csr } from "../base/csr.ts";
import { InputError, type Issue } from "../base/errors.ts";
import { Hasher } from "../base/hash.ts";
import type { CostMatrix, CostModel, Costs } from "../cost/cost-model.ts";
import type { OperatorGraph } from "../graph/graph.ts";
import type { Machine } from "../machine/machine.ts";
import type { Adjacency, Instance, NameList } from "./instance.ts";
import { ceilTicks } from "./shared-resources.ts";

/** What {@link compile} takes. */
export interface CompileSpec {
  /** Default: the graph's name. */
  readonly name?: string;
  readonly graph: OperatorGraph;
  readonly machine: Machine;
  readonly costs: Costs;
  /** Nanoseconds of one tick; default 1. */
  readonly tickNs?: number;
  /** Arrival of each repeated instance of the graph, in ns; Infinity = when an earlier one ends. Default: one, at 0. */
  readonly arrivalsNs?: readonly number[];
  /** Where weights are before the run: `resident` in every memory (default), or in the `host` memory, as inputs are. */
  readonly weights?: "resident" | "host";
  /** Relative standard deviation of operator times, where the cost model gives a smaller one. Default 0. */
  readonly noise?: number;
}

/**
 * Compiles graph + machine + costs into plain typed arrays. Every cost model question is asked here, once a class and
 * device; the event loop only reads tables.
 * @throws {InputError} when an operator can run nowhere, or a time or size is not usable.
 */
export function compile(spec: CompileSpec): Instance {
  const { graph, machine } = spec;
  const tickNs = spec.tickNs ?? 1;
  const arrivals = spec.arrivalsNs ?? [0];
  const jobCount = arrivals.length;
  const memoryCount = machine.memories.length;
  const deviceCount = machine.devices.length;

  const costs = "ns" in spec.costs ? matrixCosts(spec.costs, graph, tickNs) : modelCosts(spec.costs, graph, machine, tickNs, spec.noise ?? 0);
  checkRunnable(graph, machine, costs);

  const opCount = graph.opCount * jobCount;
  const tensorCount = graph.tensorCount * jobCount;
  const inputs = repeatCsr(graph.inputs, graph.opCount, graph.tensorCount, jobCount);
  const tensorProducer = repeat(graph.tensorProducer, jobCount, (producer, job) => (producer < 0 ? producer : producer + job * graph.opCount));
  const { pred, succ, edgeTensor } = buildEdges(opCount, inputs, tensorProducer);
  const tensorUses = new Uint32Array(tensorCount);
  for (const tensor of inputs.item) tensorUses[tensor]!++;
  const tensorBytes = repeat(graph.tensorBytes, jobCount);
  const host = machine.devices.find((device) => device.kind === "cpu")?.memory ?? 0;
  const weightHome = spec.weights === "host" ? host : -1;
  const tensorHome = repeat(Int32Array.from(graph.tensorOrigin, (origin) => (origin === 2 ? weightHome : origin === 1 ? host : -1)), jobCount);
  const resources = buildResources(machine, costs, tickNs);
  const topo = repeat(graph.topo, jobCount, (op, job) => op + job * graph.opCount);

  const columns = {
    succ, pred, edgeTensor, inputs, tensorBytes, tensorProducer, tensorHome, tensorUses, topo,
    jobOf: repeat(new Uint32Array(graph.opCount), jobCount, (_, job) => job),
    jobArrivalTicks: Float64Array.from(arrivals, (ns) => (ns === Infinity ? Infinity : Math.round(ns / tickNs))),
    classOf: repeat(costs.classOf, jobCount),
    costTicks: costs.costTicks, fixedTicks: costs.fixedTicks, costSigma: costs.costSigma, memoryDemand: costs.memoryDemand, configuration: costs.configuration,
    slots: Int32Array.from(machine.devices, (device) => device.slots),
    deviceMemory: Uint32Array.from(machine.devices, (device) => device.memory),
    units: Float64Array.from(machine.devices, (device) => device.units),
    width: Float64Array.from(machine.devices, (device) => device.width),
    setupTicks: Float64Array.from(machine.devices, (device) => ceilTicks((device.pipeline?.reconfigureNs ?? 0) / tickNs)),
    memoryBytes: Float64Array.from(machine.memories, (memory) => memory.capacityBytes),
    ...resources.columns,
  };
  let digest: string | undefined;
  return {
    name: spec.name ?? graph.name, tickNs, opCount, classCount: costs.classCount, tensorCount, edgeCount: edgeTensor.length, deviceCount, memoryCount,
    resourceCount: resources.names.length, jobCount, ...columns,
    opNames: jobNames(jobCount, graph.opCount, (op) => graph.opName(op)),
    tensorNames: jobNames(jobCount, graph.tensorCount, (tensor) => graph.tensorName(tensor)),
    classKinds: costs.classKinds,
    deviceNames: machine.devices.map((device) => device.name), memoryNames: machine.memories.map((memory) => memory.name), resourceNames: resources.names,
    // Hashing a million operators takes a while: only when somebody asks.
    get digest() { return (digest ??= digestOf(tickNs, columns)); },
  };
}

// ── costs ──

interface CostColumns {
  readonly classCount: number;
  readonly classOf: Uint32Array;
  readonly classKinds: readonly string[];
  readonly costTicks: Float64Array;
  /** These four are empty when every entry would be the neutral one. */
  readonly fixedTicks: Float64Array;
  readonly costSigma: Float64Array;
  readonly memoryDemand: Float64Array;
  readonly configuration: Int32Array;
}

/** Each operator is a class of its own. */
function matrixCosts(matrix: CostMatrix, graph: OperatorGraph, tickNs: number): CostColumns {
  const costTicks = new Float64Array(matrix.ns.length);
  for (let i = 0; i < costTicks.length; i++) {
    const ns = matrix.ns[i]!;
    if (!(ns >= 0)) throw new InputError({ code: "bad-cost", message: `operator "${graph.opName(Math.floor(i / matrix.deviceCount))}" has a cost of ${ns} ns` });
    costTicks[i] = ns === Infinity ? Infinity : tickNs === 1 && Number.isInteger(ns) ? ns : ceilTicks(ns / tickNs);
  }
  const kinds = graph.classes.map((item) => item.kind);
  const sameKind = kinds.every((kind) => kind === kinds[0]);
  const classKinds = sameKind ? repeatText(kinds[0] ?? "task", graph.opCount) : Array.from(graph.classOf, (id) => kinds[id]!);
  const classOf = new Uint32Array(graph.opCount);
  for (let op = 0; op < classOf.length; op++) classOf[op] = op;
  const empty = new Float64Array(0);
  return { classCount: graph.opCount, classOf, classKinds, costTicks, fixedTicks: empty, costSigma: empty, memoryDemand: empty, configuration: new Int32Array(0) };
}

function repeatText(text: string, count: number): string[] {
  return new Array<string>(count).fill(text);
}

function modelCosts(model: CostModel, graph: OperatorGraph, machine: Machine, tickNs: number, noise: number): CostColumns {
  const deviceCount = machine.devices.length;
  const size = graph.classes.length * deviceCount;
  const costTicks = new Float64Array(size).fill(Infinity);
  const fixedTicks = new Float64Array(size);
  const costSigma = new Float64Array(size);
  const memoryDemand = new Float64Array(size);
  const configuration = new Int32Array(size).fill(-1);
  const configurationIds = new Map<string, number>();
  for (const [c, opClass] of graph.classes.entries()) {
    for (const device of machine.devices) {
      const estimate = model.estimate(opClass, device, device.width);
      if (estimate === undefined) continue;
      const at = c * deviceCount + device.id;
      if (!(estimate.ns >= 0 && estimate.ns < Infinity)) throw new InputError({ code: "bad-cost", message: `cost model "${model.name}" gives ${estimate.ns} ns for ${opClass.kind} on ${device.name}` });
      costTicks[at] = ceilTicks(estimate.ns / tickNs);
      fixedTicks[at] = Math.min(costTicks[at]!, ceilTicks(estimate.fixedNs / tickNs));
      costSigma[at] = Math.max(noise, estimate.sigma);
      memoryDemand[at] = estimate.memoryBytesPerNs * tickNs;
      if (estimate.configuration !== undefined) {
        if (!configurationIds.has(estimate.configuration)) configurationIds.set(estimate.configuration, configurationIds.size);
        configuration[at] = configurationIds.get(estimate.configuration)!;
      }
    }
  }
  return { classCount: graph.classes.length, classOf: graph.classOf, classKinds: graph.classes.map((item) => item.kind), costTicks, fixedTicks, costSigma, memoryDemand, configuration };
}

function checkRunnable(graph: OperatorGraph, machine: Machine, costs: CostColumns): void {
  const deviceCount = machine.devices.length;
  const nowhere = new Uint8Array(costs.classCount);
  let any = false;
  for (let c = 0; c < costs.classCount; c++) {
    let runs = false;
    for (let d = 0; d < deviceCount && !runs; d++) runs = costs.costTicks[c * deviceCount + d]! < Infinity;
    if (!runs) any = true;
    nowhere[c] = runs ? 0 : 1;
  }
  if (!any) return;
  const issues: Issue[] = [];
  for (let op = 0; op < graph.opCount && issues.length < 10; op++) {
    if (nowhere[costs.classOf[op]!] === 0) continue;
    const { kind, dtype } = graph.at(op);
    issues.push({ code: "runs-nowhere", message: `operator "${graph.opName(op)}" (${kind}, ${dtype}) can run on none of ${machine.devices.map((device) => device.name).join(", ")}`, hint: "give a device that computes in this data type, or a cost for it" });
  }
  throw new InputError(issues);
}

// ── graph ──

function repeat<A extends Float64Array | Int32Array | Uint32Array>(column: A, jobCount: number, shift?: (value: number, job: number) => number): A {
  if (jobCount === 1 && shift === undefined) return column;
  const result = new (column.constructor as new (length: number) => A)(column.length * jobCount);
  for (let job = 0, at = 0; job < jobCount; job++) for (let i = 0; i < column.length; i++) result[at++] = shift === undefined ? column[i]! : shift(column[i]!, job);
  return result;
}

function repeatCsr(csr: Csr, opCount: number, tensorCount: number, jobCount: number): Csr {
  if (jobCount === 1) return csr;
  const length = csr.item.length;
  const start = new Uint32Array(opCount * jobCount + 1);
  for (let job = 0; job < jobCount; job++) for (let op = 0; op <= opCount; op++) start[job * opCount + op] = job * length + csr.start[op]!;
  return { start, item: repeat(csr.item, jobCount, (tensor, job) => tensor + job * tensorCount) };
}

/** Edges are numbered by (consumer, position among its inputs); both adjacencies list them in that order. */
function buildEdges(opCount: number, inputs: Csr, tensorProducer: Int32Array): { pred: Adjacency; succ: Adjacency; edgeTensor: Uint32Array } {
  let edgeCount = 0;
  for (const tensor of inputs.item) if (tensorProducer[tensor]! >= 0) edgeCount++;
  const edgeTensor = new Uint32Array(edgeCount);
  const predStart = new Uint32Array(opCount + 1);
  const predNode = new Uint32Array(edgeCount);
  const predEdge = new Uint32Array(edgeCount);
  const succStart = new Uint32Array(opCount + 1);
  let edge = 0;
  for (let op = 0; op < opCount; op++) {
    predStart[op] = edge;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      const producer = tensorProducer[tensor]!;
      if (producer < 0) continue;
      edgeTensor[edge] = tensor;
      predNode[edge] = producer;
      predEdge[edge] = edge;
      succStart[producer + 1]!++;
      edge++;
    }
  }
  predStart[opCount] = edge;
  for (let op = 0; op < opCount; op++) succStart[op + 1]! += succStart[op]!;
  const fill = succStart.slice(0, opCount);
  const succNode = new Uint32Array(edgeCount);
  const succEdge = new Uint32Array(edgeCount);
  for (let op = 0; op < opCount; op++) {
    for (let e = predStart[op]!; e < predStart[op + 1]!; e++) {
      const at = fill[predNode[e]!]!++;
      succNode[at] = op;
      succEdge[at] = e;
    }
  }
  return { pred: { start: predStart, node: predNode, edge: predEdge }, succ: { start: succStart, node: succNode, edge: succEdge }, edgeTensor };
}

// ── resources ──

/** Memories, devices, link directions, copy engines, in this order; and the routes over them. */
function buildResources(machine: Machine, costs: CostColumns, tickNs: number) {
  const { devices, memories, links } = machine;
  const memoryCount = memories.length;
  const names: string[] = [];
  const capacity: number[] = [];
  for (const memory of memories) {
    names.push(memory.name);
    capacity.push(isOversubscribable(machine, costs, memory.id, memory.bytesPerNs * tickNs) ? memory.bytesPerNs * tickNs : Infinity);
  }
  for (const device of devices) {
    names.push(`${device.name} units`);
    capacity.push(device.slots * device.width > device.units ? device.units : Infinity);
  }
  const direction = new Map<string, number>();
  for (const link of links) {
    const limit = link.sharing === "shared" ? link.bytesPerNs * tickNs : Infinity;
    const forward = names.push(link.duplex === "full" ? `${link.name} →` : link.name) - 1;
    capacity.push(limit);
    direction.set(`${link.id}/true`, forward);
    if (link.duplex === "full") {
      direction.set(`${link.id}/false`, names.push(`${link.name} ←`) - 1);
      capacity.push(limit);
    } else direction.set(`${link.id}/false`, forward);
  }

  const engines = copyEngines(machine, tickNs);
  for (const engine of engines) {
    engine.resource = names.push(engine.name) - 1;
    capacity.push(engine.bytesPerTick);
  }

  const routeLatencyTicks = new Float64Array(memoryCount * memoryCount).fill(Infinity);
  const routeTicksPerByte = new Float64Array(memoryCount * memoryCount);
  const start = new Uint32Array(memoryCount * memoryCount + 1);
  const item: number[] = [];
  for (let from = 0; from < memoryCount; from++) {
    for (let to = 0; to < memoryCount; to++) {
      const at = from * memoryCount + to;
      start[at] = item.length;
      const route = machine.route(from, to);
      if (route === undefined) continue;
      routeLatencyTicks[at] = route.latencyNs / tickNs;
      routeTicksPerByte[at] = route.bytesPerNs === Infinity ? 0 : 1 / (route.bytesPerNs * tickNs);
      const used = new Set(route.hops.map((hop) => direction.get(`${hop.link}/${hop.forward}`)!));
      for (const engine of engines) if (from !== to && (engine.memory === from || engine.memory === to)) used.add(engine.resource);
      item.push(...[...used].sort((a, b) => a - b));
    }
  }
  start[memoryCount * memoryCount] = item.length;
  return { names, columns: { resourceCapacity: Float64Array.from(capacity), routeLatencyTicks, routeTicksPerByte, routeResources: { start, item: Uint32Array.from(item) } } };
}

/** Devices whose copy engines are fewer than the directions in which data can reach their memory at once. */
function copyEngines(machine: Machine, tickNs: number): { name: string; memory: number; bytesPerTick: number; resource: number }[] {
  return machine.devices.flatMap((device) => {
    const links = machine.links.filter((link) => link.ends.includes(machine.memories[device.memory]!.name));
    const directions = links.reduce((sum, link) => sum + (link.duplex === "full" ? 2 : 1), 0);
    if (device.copyEngines === undefined || device.copyEngines >= directions) return [];
    const fastest = Math.max(...links.map((link) => link.bytesPerNs));
    return [{ name: `${device.name} copy engines`, memory: device.memory, bytesPerTick: device.copyEngines * fastest * tickNs, resource: -1 }];
  });
}

/** Could the operators that fit on a memory's devices together draw more than its bandwidth? */
function isOversubscribable(machine: Machine, costs: CostColumns, memory: number, bytesPerTick: number): boolean {
  if (costs.memoryDemand.length === 0) return false;
  let most = 0;
  for (const device of machine.devices) {
    if (device.memory !== memory) continue;
    let demand = 0;
    for (let c = 0; c < costs.classCount; c++) demand = Math.max(demand, costs.memoryDemand[c * machine.devices.length + device.id]!);
    most += device.slots * demand;
  }
  return most > bytesPerTick * (1 + 1e-9);
}

// ── names and digest ──

function jobNames(jobCount: number, perJob: number, nameOf: (id: number) => string): NameList {
  return { length: jobCount * perJob, at: jobCount === 1 ? nameOf : (id) => `${nameOf(id % perJob)}@${Math.floor(id / perJob)}` };
}

function digestOf(tickNs: number, columns: Omit<Instance, "name" | "tickNs" | "opNames" | "tensorNames" | "classKinds" | "deviceNames" | "memoryNames" | "resourceNames" | "digest" | `${string}Count`>): string {
  const hasher = new Hasher().number(tickNs);
  for (const key of Object.keys(columns).sort()) {
    const column = columns[key as keyof typeof columns] as Float64Array | Uint32Array | Csr | Adjacency;
    if ("start" in column) {
      hasher.array(column.start);
      if ("item" in column) hasher.array(column.item);
      else hasher.array(column.node);
    } else hasher.array(column);
  }
  return hasher.digest();
}
