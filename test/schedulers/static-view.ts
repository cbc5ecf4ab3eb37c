import type { AdjacencyView, PolicyView, TensorsView } from "../../src/plugin.ts";

/** A published task graph: duration by task and processor, and transfer times between any two different processors. */
export interface TaskGraph {
  /** `costs[task][processor]`; Infinity = cannot run there. */
  readonly costs: readonly (readonly number[])[];
  /** [from, to, transfer time], tasks counted from 0. */
  readonly edges: readonly (readonly [from: number, to: number, ticks: number])[];
  readonly slots?: readonly number[];
  /** Ticks that each processor takes to load the configuration of another kind of task; 0 by default. */
  readonly reload?: readonly number[];
  /** Kind of each task, from 0, for processors that reload; -1 = any configuration will do. All 0 by default. */
  readonly kinds?: readonly number[];
  /** Job of each task; all 0 by default. */
  readonly jobs?: readonly number[];
  readonly arrivals?: readonly number[];
}

/** What a static planner sees before anything runs, from a table of costs. Tasks must be in topological order. */
export function staticView({ costs, edges, slots, reload, kinds, jobs, arrivals = [0] }: TaskGraph): PolicyView {
  const opCount = costs.length;
  const deviceCount = slots?.length ?? costs[0]?.length ?? 1;
  const idle = { freeSlots: (d: number) => slots?.[d] ?? 1, queued: () => 0, devicesWithRoom: (out: Uint32Array) => out.set(Array.from({ length: deviceCount }, (_, d) => d)) ?? deviceCount, backlogTicks: () => 0, waitTicks: () => 0, waitsInto: (out: Float64Array) => void out.fill(0), freeBytes: () => Infinity, busyTicks: () => 0 };
  return {
    nowTicks: 0, tickNs: 1, isDataflow: true, opCount, deviceCount, edgeCount: edges.length, jobCount: arrivals.length,
    succ: adjacency(opCount, edges, 0, 1),
    pred: adjacency(opCount, edges, 1, 0),
    topo: Uint32Array.from({ length: opCount }, (_, i) => i),
    slots: Int32Array.from({ length: deviceCount }, (_, d) => slots?.[d] ?? 1),
    jobOf: (op) => jobs?.[op] ?? 0,
    arrivalTicks: (job) => arrivals[job]!,
    deadlineTicks: () => Infinity,
    tensors: tensorsOf(opCount, edges),
    deviceMemory: Uint32Array.from({ length: deviceCount }, (_, d) => d),
    memoryBytes: new Float64Array(deviceCount).fill(Infinity),
    edgeBytes: (edge) => edges[edge]![2],
    estimateTicks: (op, device) => costs[op]![device]!,
    estimates: Float64Array.from(costs.flat()),
    estimatesFrom: (op) => op * deviceCount,
    isPresent: () => true,
    setupTicks: (op, device) => ((kinds?.[op] ?? 0) < 0 ? 0 : (reload?.[device] ?? 0)),
    configuration: (op, device) => ((reload?.[device] ?? 0) > 0 ? (kinds?.[op] ?? 0) : -1),
    reloadTicks: (device) => reload?.[device] ?? 0,
    transferTicks: (edge, from, to) => (from === to ? 0 : edges[edge]![2]),
    dataTicks: () => 0,
    dataBytes: () => 0,
    ...idle,
    placement: () => -1,
    startTicks: () => NaN,
    endTicks: () => NaN,
    random: () => 0,
    opName: (op) => `T${op + 1}`,
    opKind: () => "task",
    deviceName: (device) => `P${device + 1}`,
  };
}

/** A tensor an edge. */
function tensorsOf(opCount: number, edges: TaskGraph["edges"]): TensorsView {
  const { start, edge } = adjacency(opCount, edges, 1, 0);
  return {
    bytes: Float64Array.from(edges, ([, , ticks]) => ticks), producer: Int32Array.from(edges, ([from]) => from), home: new Int32Array(edges.length).fill(-1),
    uses: new Uint32Array(edges.length).fill(1), inputs: { start, item: edge },
  };
}

function adjacency(opCount: number, edges: TaskGraph["edges"], at: 0 | 1, other: 0 | 1): AdjacencyView {
  const start = new Uint32Array(opCount + 1);
  const node: number[] = [];
  const edge: number[] = [];
  for (let op = 0; op < opCount; op++) {
    edges.forEach((ends, id) => {
      if (ends[at] !== op) return;
      node.push(ends[other]);
      edge.push(id);
    });
    start[op + 1] = node.length;
  }
  return { start, node: Uint32Array.from(node), edge: Uint32Array.from(edge) };
}
