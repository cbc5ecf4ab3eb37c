import type { Csr } from "../base/csr.ts";
import { TensorOrigin } from "../base/tensor-origin.ts";
import type { Costs } from "../cost/cost-model.ts";
import type { OperatorGraph } from "../graph/graph.ts";
import type { Machine } from "../machine/machine.ts";
import { compileChanges, type DeviceEvent } from "./compile-changes.ts";
import { compileCosts } from "./compile-costs.ts";
import { compileResources } from "./compile-resources.ts";
import { deadlineInTicks } from "./deadlines.ts";
import { buildEdges } from "./edges.ts";
import { instanceDigest } from "./instance-digest.ts";
import type { Instance, NameList } from "./instance.ts";
import { ceilTicks } from "./ticks.ts";

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
  /** By operator, its instance: the graph has the operators of all of them already, one after the other. Default: the graph is repeated. */
  readonly jobOf?: Uint32Array;
  /** When each instance should have ended, in ns after its arrival. Default: no deadline. Those of single operators are in the graph. */
  readonly deadlineNs?: number;
  /** Devices that are slowed, lost, and join. Default: none. */
  readonly events?: readonly DeviceEvent[];
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
  const copies = spec.jobOf === undefined ? jobCount : 1;
  const memoryCount = machine.memories.length;
  const deviceCount = machine.devices.length;

  const costs = compileCosts(spec.costs, graph, machine, tickNs, spec.noise ?? 0);

  const opCount = graph.opCount * copies;
  const tensors = new JobTensors(graph, copies);
  const inputs = repeatCsr(graph.inputs, graph.opCount, copies, tensors);
  const tensorProducer = tensors.repeat(graph.tensorProducer, (producer, job) => (producer < 0 ? producer : producer + job * graph.opCount));
  const kept = tensors.kept();
  const edges = buildEdges(inputs, tensorProducer, kept);
  const tensorBytes = tensors.repeat(graph.tensorBytes);
  const host = machine.devices.find((device) => device.kind === "cpu")?.memory ?? 0;
  const weightHome = spec.weights === "host" ? host : -1;
  const tensorHome = tensors.repeat(homes(graph.tensorOrigin, weightHome, host));
  const resources = compileResources(machine, costs, tickNs);
  const topo = copies === 1 ? graph.topo : repeat(graph.topo, copies, (op, job) => op + job * graph.opCount);

  const instance = {
    name: spec.name ?? graph.name, tickNs, opCount, classCount: costs.classCount, tensorCount: tensors.count, edgeCount: edges.edgeTensor.length, deviceCount, memoryCount,
    resourceCount: resources.names.length, jobCount,
    ...edges, inputs, tensorBytes, tensorProducer, tensorHome, ...(kept && { kept }), topo,
    jobOf: spec.jobOf ?? (copies === 1 ? new Uint32Array(opCount) : repeat(new Uint32Array(graph.opCount), copies, (_, job) => job)),
    jobArrivalTicks: Float64Array.from(arrivals, (ns) => (ns === Infinity ? Infinity : Math.round(ns / tickNs))),
    ...(spec.deadlineNs !== undefined && { jobDeadlineTicks: new Float64Array(jobCount).fill(deadlineInTicks(spec.deadlineNs, tickNs)) }),
    ...(graph.deadlineNs !== undefined && { opDeadlineTicks: repeat(graph.deadlineNs.map((ns) => deadlineInTicks(ns, tickNs)), copies) }),
    classOf: repeat(costs.classOf, copies),
    costTicks: costs.costTicks, fixedTicks: costs.fixedTicks, costSigma: costs.costSigma, memoryDemand: costs.memoryDemand, configuration: costs.configuration,
    slots: Int32Array.from(machine.devices, (device) => device.slots),
    deviceMemory: Uint32Array.from(machine.devices, (device) => device.memory),
    units: Float64Array.from(machine.devices, (device) => device.units),
    width: Float64Array.from(machine.devices, (device) => device.width),
    setupTicks: Float64Array.from(machine.devices, (device) => ceilTicks((device.pipeline?.reconfigureNs ?? 0) / tickNs)),
    ...compileChanges(spec.events ?? [], tickNs),
    memoryBytes: Float64Array.from(machine.memories, (memory) => memory.capacityBytes),
    ...resources.columns,
    opNames: jobNames(copies, graph.opCount, (op) => graph.opName(op)),
    tensorNames: { length: tensors.count, at: (tensor: number) => tensors.nameOf(tensor) },
    classKinds: costs.classKinds,
    deviceNames: machine.devices.map((device) => device.name), memoryNames: machine.memories.map((memory) => memory.name), resourceNames: resources.names,
  };
  let digest: string | undefined;
  // Hashing a million operators takes a while: only when somebody asks.
  return { ...instance, get digest() { return (digest ??= instanceDigest(instance)); } };
}

// ── graph ──

/** Memory where each tensor is before the run; -1 = it is made, or everywhere. */
function homes(origin: Uint8Array, weightHome: number, inputHome: number): Int32Array {
  const home = new Int32Array(origin.length);
  for (let tensor = 0; tensor < home.length; tensor++) home[tensor] = origin[tensor] === TensorOrigin.weight ? weightHome : origin[tensor] === TensorOrigin.input ? inputHome : -1;
  return home;
}

function repeat<A extends Float64Array | Int32Array | Uint32Array>(column: A, jobCount: number, shift?: (value: number, job: number) => number): A {
  if (jobCount === 1 && shift === undefined) return column;
  const result = new (column.constructor as new (length: number) => A)(column.length * jobCount);
  for (let job = 0, at = 0; job < jobCount; job++) for (let i = 0; i < column.length; i++) result[at++] = shift === undefined ? column[i]! : shift(column[i]!, job);
  return result;
}

function repeatCsr(csr: Csr, opCount: number, jobCount: number, tensors: JobTensors): Csr {
  if (jobCount === 1) return csr;
  const length = csr.item.length;
  const start = new Uint32Array(opCount * jobCount + 1);
  for (let job = 0; job < jobCount; job++) for (let op = 0; op <= opCount; op++) start[job * opCount + op] = job * length + csr.start[op]!;
  return { start, item: repeat(csr.item, jobCount, (tensor, job) => tensors.idOf(tensor, job)) };
}

/** The tensors of all jobs: each has its own but for the weights, which all share. Those of job 0 keep their ids. */
class JobTensors {
  readonly count: number;
  readonly #graph: OperatorGraph;
  private readonly jobCount: number;
  /** Tensors that every job has for itself, and the place of each tensor among them. */
  private readonly own: Uint32Array;
  private readonly rank: Uint32Array;

  constructor(graph: OperatorGraph, jobCount: number) {
    this.#graph = graph;
    this.jobCount = jobCount;
    this.own = jobCount === 1 ? new Uint32Array(0) : Uint32Array.from({ length: graph.tensorCount }, (_, tensor) => tensor).filter((tensor) => graph.tensorOrigin[tensor] !== TensorOrigin.weight);
    this.rank = new Uint32Array(jobCount === 1 ? 0 : graph.tensorCount);
    this.own.forEach((tensor, rank) => (this.rank[tensor] = rank));
    this.count = graph.tensorCount + (jobCount - 1) * this.own.length;
  }

  idOf(tensor: number, job: number): number {
    if (job === 0 || this.#graph.tensorOrigin[tensor] === TensorOrigin.weight) return tensor;
    return this.#graph.tensorCount + (job - 1) * this.own.length + this.rank[tensor]!;
  }

  repeat<A extends Float64Array | Int32Array>(column: A, shift: (value: number, job: number) => number = (value) => value): A {
    if (this.jobCount === 1) return column;
    const result = new (column.constructor as new (length: number) => A)(this.count);
    result.set(column as never);
    let at = column.length;
    for (let job = 1; job < this.jobCount; job++) for (const tensor of this.own) result[at++] = shift(column[tensor]!, job);
    return result;
  }

  /** Of what ops make. */
  kept(): Uint32Array | undefined {
    const { kept, tensorOrigin, tensorCount } = this.#graph;
    if (kept === undefined) return undefined;
    const once = Uint32Array.from({ length: tensorCount }, (_, tensor) => tensor).filter((tensor) => kept[tensor] === 1 && tensorOrigin[tensor] === TensorOrigin.op);
    return Uint32Array.from({ length: once.length * this.jobCount }, (_, i) => this.idOf(once[i % once.length]!, Math.floor(i / once.length)));
  }

  nameOf(id: number): string {
    const { tensorCount } = this.#graph;
    if (this.jobCount === 1) return this.#graph.tensorName(id);
    if (id >= tensorCount) return `${this.#graph.tensorName(this.own[(id - tensorCount) % this.own.length]!)}@${1 + Math.floor((id - tensorCount) / this.own.length)}`;
    return this.#graph.tensorOrigin[id] === TensorOrigin.weight ? this.#graph.tensorName(id) : `${this.#graph.tensorName(id)}@0`;
  }
}

// ── names ──

function jobNames(jobCount: number, perJob: number, nameOf: (id: number) => string): NameList {
  return { length: jobCount * perJob, at: jobCount === 1 ? nameOf : (id) => `${nameOf(id % perJob)}@${Math.floor(id / perJob)}` };
}
