import type { Instance } from "../../src/core/instance.ts";
import { range } from "./world.ts";

/** An instance as a test writes it: small objects, everything left out has the plainest value. */
export interface InstanceSpec {
  readonly ops: readonly {
    /** Tensor ids. */
    readonly inputs?: readonly number[];
    /** Default: a class of its own, by position. */
    readonly class?: number;
    readonly job?: number;
  }[];
  /** Default home: everywhere. A kept one stays when the last op that reads it has ended. */
  readonly tensors?: readonly { readonly bytes: number; readonly producer?: number; readonly home?: number; readonly kept?: boolean }[];
  /** One entry a class and device, `costs[class][device]`. Numbers are costs without a fixed phase or demand. */
  readonly costs: readonly (readonly (number | { readonly ticks: number; readonly fixed?: number; readonly memoryDemand?: number; readonly configuration?: number; readonly sigma?: number })[])[];
  readonly devices: readonly { readonly slots?: number; readonly memory?: number; readonly units?: number; readonly width?: number; readonly setup?: number }[];
  /** Capacity in bytes a tick of each memory; default one memory without limit. */
  readonly memories?: readonly number[];
  /** Capacity in bytes a tick of each link direction. */
  readonly links?: readonly number[];
  /** Absent = not connected. `resources` may name memories; links are given by `{ link: 0 }`. */
  readonly routes?: readonly { readonly from: number; readonly to: number; readonly latency?: number; readonly ticksPerByte: number; readonly resources?: readonly (number | { readonly link: number })[] }[];
  /** Arrival of each job; default one at 0. */
  readonly jobs?: readonly number[];
  /** In the order of time. Speed 0 = the device is lost. */
  readonly changes?: readonly { readonly at: number; readonly device: number; readonly speed: number }[];
}

/** Lays a spec out in the arrays of an {@link Instance}, without `compile`. */
export function makeInstance(spec: InstanceSpec): Instance {
  const tensors = spec.tensors ?? [];
  const memories = spec.memories ?? [Infinity];
  const links = spec.links ?? [];
  const jobs = spec.jobs ?? [0];
  const opCount = spec.ops.length;
  const D = spec.devices.length;
  const M = memories.length;
  const inputsOf = spec.ops.map((op) => op.inputs ?? []);

  const edges: { from: number; to: number; tensor: number }[] = [];
  for (const [to, inputs] of inputsOf.entries()) for (const tensor of inputs) if ((tensors[tensor]!.producer ?? -1) >= 0) edges.push({ from: tensors[tensor]!.producer!, to, tensor });
  const adjacency = (own: "from" | "to", other: "from" | "to"): Instance["succ"] => {
    const rows = range(opCount).map((op) => range(edges.length).filter((edge) => edges[edge]![own] === op));
    return { start: starts(rows), node: Uint32Array.from(rows.flat(), (edge) => edges[edge]![other]), edge: Uint32Array.from(rows.flat()) };
  };
  const cells = spec.costs.flat().map((cell) => (typeof cell === "number" ? { ticks: cell } : cell));
  const routeAt = range(M * M).map((i) => spec.routes?.find((route) => route.from === Math.floor(i / M) && route.to === i % M));
  const own = (i: number): boolean => Math.floor(i / M) === i % M;
  const routeRows = routeAt.map((route) => (route?.resources ?? []).map((resource) => (typeof resource === "number" ? resource : M + D + resource.link)));
  const names = (kind: string, count: number): string[] => range(count).map((id) => `${kind}${id}`);

  return {
    name: "test", tickNs: 1, digest: "test",
    opCount, classCount: spec.costs.length, tensorCount: tensors.length, edgeCount: edges.length,
    deviceCount: D, memoryCount: M, resourceCount: M + D + links.length, jobCount: jobs.length,
    succ: adjacency("from", "to"), pred: adjacency("to", "from"),
    edgeTensor: Uint32Array.from(edges, (edge) => edge.tensor),
    inputs: { start: starts(inputsOf), item: Uint32Array.from(inputsOf.flat()) },
    tensorBytes: Float64Array.from(tensors, (tensor) => tensor.bytes),
    tensorProducer: Int32Array.from(tensors, (tensor) => tensor.producer ?? -1),
    tensorHome: Int32Array.from(tensors, (tensor) => tensor.home ?? -1),
    tensorUses: Uint32Array.from(tensors, ({ kept }, id) => inputsOf.filter((inputs) => inputs.includes(id)).length + (kept ? 1 : 0)),
    ...(tensors.some(({ kept }) => kept) && { kept: Uint32Array.from(range(tensors.length).filter((id) => tensors[id]!.kept)) }),
    topo: Uint32Array.from(topologicalOrder(opCount, edges)),
    jobOf: Uint32Array.from(spec.ops, (op) => op.job ?? 0),
    jobArrivalTicks: Float64Array.from(jobs),
    classOf: Uint32Array.from(spec.ops, (op, id) => op.class ?? id),
    costTicks: Float64Array.from(cells, (cell) => cell.ticks),
    fixedTicks: Float64Array.from(unlessAll(0, cells.map((cell) => cell.fixed ?? 0))),
    costSigma: Float64Array.from(unlessAll(0, cells.map((cell) => cell.sigma ?? 0))),
    memoryDemand: Float64Array.from(unlessAll(0, cells.map((cell) => cell.memoryDemand ?? 0))),
    configuration: Int32Array.from(unlessAll(-1, cells.map((cell) => cell.configuration ?? -1))),
    slots: Int32Array.from(spec.devices, (device) => device.slots ?? 1),
    deviceMemory: Uint32Array.from(spec.devices, (device) => device.memory ?? 0),
    units: Float64Array.from(spec.devices, (device) => device.units ?? Infinity),
    width: Float64Array.from(spec.devices, (device) => device.width ?? 1),
    setupTicks: Float64Array.from(spec.devices, (device) => device.setup ?? 0),
    ...(spec.changes && {
      changeTicks: Float64Array.from(spec.changes, ({ at }) => at), changeDevice: Uint32Array.from(spec.changes, ({ device }) => device), changeSpeed: Float64Array.from(spec.changes, ({ speed }) => speed),
    }),
    memoryBytes: new Float64Array(M).fill(2 ** 40),
    routeLatencyTicks: Float64Array.from(routeAt, (route, i) => (own(i) ? 0 : route === undefined ? Infinity : (route.latency ?? 0))),
    routeTicksPerByte: Float64Array.from(routeAt, (route, i) => (own(i) ? 0 : (route?.ticksPerByte ?? Infinity))),
    routeResources: { start: starts(routeRows), item: Uint32Array.from(routeRows.flat()) },
    resourceCapacity: Float64Array.from([...memories, ...spec.devices.map((device) => device.units ?? Infinity), ...links]),
    opNames: nameList("op", opCount), tensorNames: nameList("t", tensors.length),
    classKinds: names("kind", spec.costs.length), deviceNames: names("device", D), memoryNames: names("memory", M),
    resourceNames: [...names("memory", M), ...names("units", D), ...names("link", links.length)],
  };
}

/** Empty where every entry is the neutral one, as `compile` leaves it. */
function unlessAll(neutral: number, values: readonly number[]): readonly number[] {
  return values.every((value) => value === neutral) ? [] : values;
}

function starts(rows: readonly (readonly unknown[])[]): Uint32Array {
  const result = [0];
  for (const row of rows) result.push(result.at(-1)! + row.length);
  return Uint32Array.from(result);
}

/** Smallest id first among those whose predecessors are listed. */
function topologicalOrder(opCount: number, edges: readonly { from: number; to: number }[]): number[] {
  const order: number[] = [];
  const left = new Set(range(opCount));
  while (left.size > 0) {
    const next = [...left].find((op) => edges.every((edge) => edge.to !== op || !left.has(edge.from)));
    if (next === undefined) throw new Error("the graph has a cycle");
    order.push(next);
    left.delete(next);
  }
  return order;
}

function nameList(kind: string, length: number): Instance["opNames"] {
  return { length, at: (id) => `${kind}${id}` };
}
