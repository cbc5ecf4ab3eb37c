import type { Csr } from "../../src/base/csr.ts";
import type { Adjacency, Instance, NameList } from "../../src/core/instance.ts";
import { RowKind, SubjectKind, slotStarts, type Trace } from "../../src/core/trace.ts";

/** A small instance in words; every device has a memory of its own unless `memoryOf` says otherwise. */
export interface InstanceSpec {
  /** costs[op][device]; Infinity = cannot run there. */
  readonly costs: readonly (readonly number[])[];
  /** [from, to, bytes]: one tensor an edge. */
  readonly edges?: readonly (readonly [number, number, number])[];
  readonly slots?: readonly number[];
  readonly memoryOf?: readonly number[];
  readonly latency?: number;
  readonly ticksPerByte?: number;
  readonly tickNs?: number;
  readonly jobOf?: readonly number[];
  readonly arrivals?: readonly number[];
  readonly names?: readonly string[];
  readonly devices?: readonly string[];
  readonly memoryBytes?: number;
  readonly setup?: number;
}

const list = (items: readonly string[]): NameList => ({ length: items.length, at: (id) => items[id]! });

/** One class an op, one link resource for all routes. */
export function makeInstance(spec: InstanceSpec): Instance {
  const opCount = spec.costs.length;
  const D = spec.costs[0]?.length ?? spec.devices?.length ?? 1;
  const memoryOf = spec.memoryOf ?? Array.from({ length: D }, (_, d) => d);
  const M = Math.max(...memoryOf) + 1;
  const edges = [...(spec.edges ?? [])].sort((a, b) => a[1] - b[1]);
  const E = edges.length;
  const start = (key: 0 | 1): Uint32Array => {
    const result = new Uint32Array(opCount + 1);
    for (const edge of edges) result[edge[key] + 1]!++;
    for (let op = 0; op < opCount; op++) result[op + 1]! += result[op]!;
    return result;
  };
  const ids = Uint32Array.from({ length: E }, (_, e) => e);
  const pred: Adjacency = { start: start(1), node: Uint32Array.from(edges, (e) => e[0]), edge: ids };
  const bySource = [...ids].sort((a, b) => edges[a]![0] - edges[b]![0] || a - b);
  const succ: Adjacency = { start: start(0), node: Uint32Array.from(bySource, (e) => edges[e]![1]), edge: Uint32Array.from(bySource) };
  const inputs: Csr = { start: pred.start, item: ids };
  const latency = spec.latency ?? 0;
  const ticksPerByte = spec.ticksPerByte ?? 1;
  const routed = (value: number): Float64Array => Float64Array.from({ length: M * M }, (_, i) => (Math.floor(i / M) === i % M ? 0 : value));
  const routeStart = new Uint32Array(M * M + 1);
  for (let i = 0; i < M * M; i++) routeStart[i + 1] = routeStart[i]! + (Math.floor(i / M) === i % M ? 0 : 1);
  const jobOf = Uint32Array.from(spec.jobOf ?? Array.from({ length: opCount }, () => 0));
  const jobCount = Math.max(0, ...jobOf) + 1;
  const names = spec.names ?? Array.from({ length: opCount }, (_, op) => `op${op}`);
  const topo = Uint32Array.from({ length: opCount }, (_, op) => op);
  const deviceNames = spec.devices ?? Array.from({ length: D }, (_, d) => `P${d + 1}`);
  const slots = Int32Array.from(spec.slots ?? Array.from({ length: D }, () => 1));
  return {
    name: "made", tickNs: spec.tickNs ?? 1, opCount, classCount: opCount, tensorCount: E, edgeCount: E, deviceCount: D, memoryCount: M,
    resourceCount: M + D + 1, jobCount, succ, pred, edgeTensor: ids, inputs, tensorBytes: Float64Array.from(edges, (e) => e[2]),
    tensorProducer: Int32Array.from(edges, (e) => e[0]), tensorHome: new Int32Array(E).fill(-1), tensorUses: new Uint32Array(E).fill(1), topo,
    jobOf, jobArrivalTicks: Float64Array.from(spec.arrivals ?? Array.from({ length: jobCount }, () => 0)),
    classOf: topo, costTicks: Float64Array.from(spec.costs.flat()), fixedTicks: new Float64Array(opCount * D), costSigma: new Float64Array(opCount * D),
    memoryDemand: new Float64Array(opCount * D), configuration: new Int32Array(opCount * D).fill(-1),
    slots, deviceMemory: Uint32Array.from(memoryOf), units: Float64Array.from(slots), width: new Float64Array(D).fill(1), setupTicks: new Float64Array(D).fill(spec.setup ?? 0),
    memoryBytes: new Float64Array(M).fill(spec.memoryBytes ?? Infinity), routeLatencyTicks: routed(latency), routeTicksPerByte: routed(ticksPerByte),
    routeResources: { start: routeStart, item: new Uint32Array(routeStart[M * M]!).fill(M + D) },
    resourceCapacity: Float64Array.from({ length: M + D + 1 }, (_, r) => (r < M ? Infinity : r < M + D ? slots[r - M]! : ticksPerByte > 0 ? 1 / ticksPerByte : Infinity)),
    opNames: list(names), tensorNames: list(edges.map((edge) => `${names[edge[0]]}:out`)), classKinds: names.map(() => "task"),
    deviceNames, memoryNames: Array.from({ length: M }, (_, m) => `${deviceNames[memoryOf.indexOf(m)] ?? m}.memory`),
    resourceNames: Array.from({ length: M + D + 1 }, (_, r) => (r === M + D ? "bus" : `r${r}`)), digest: "instance",
  };
}

/** Where the op goes and what delays it; 0 by default. */
export interface Decision {
  readonly op: number;
  readonly device: number;
  readonly slot?: number;
  /** Ticks that its inputs stay invisible, that its placement is late, that it is held in the queue, that it is set up, and that it takes longer. */
  readonly sync?: number;
  readonly placing?: number;
  readonly hold?: number;
  readonly setup?: number;
  readonly stretch?: number;
}

/** Runs the ops in the order decided, each at its earliest: a schedule as an engine without contention would trace it. */
export function makeRun(instance: Instance, decisions: readonly Decision[], scheduler = "made"): Trace {
  const { opCount, memoryCount: M, deviceMemory, inputs, tensorProducer, tensorBytes } = instance;
  const tracks = slotStarts(instance);
  const column = (): Float64Array => new Float64Array(opCount).fill(NaN);
  const ops = { device: new Int32Array(opCount).fill(-1), slot: new Int32Array(opCount).fill(-1), readyTicks: column(), placedTicks: column(), dataTicks: column(), startTicks: column(), endTicks: column() };
  const slotFree = new Float64Array(tracks.at(-1)!);
  const arrivalOf = new Map<string, number>();
  const transfers: { tensor: number; from: number; to: number; forOp: number; start: number; end: number }[] = [];
  const rows: { track: number; subjectKind: number; subject: number; kind: number; start: number; end: number }[] = [];
  const jobEnd = new Float64Array(instance.jobCount);

  for (const { op, device, slot = 0, sync = 0, placing = 0, hold = 0, setup = 0, stretch = 0 } of decisions) {
    const memory = deviceMemory[device]!;
    let ready = instance.jobArrivalTicks[instance.jobOf[op]!]!;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) ready = Math.max(ready, ops.endTicks[tensorProducer[inputs.item[i]!]!]!);
    ready += sync;
    const placed = ready + placing;
    let data = placed;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      const from = deviceMemory[ops.device[tensorProducer[tensor]!]!]!;
      if (from === memory) continue;
      const key = `${tensor}@${memory}`;
      if (!arrivalOf.has(key)) {
        const start = placed;
        const end = Math.ceil(start + instance.routeLatencyTicks[from * M + memory]! + tensorBytes[tensor]! * instance.routeTicksPerByte[from * M + memory]!);
        arrivalOf.set(key, end);
        rows.push({ track: 0, subjectKind: SubjectKind.transfer, subject: transfers.length, kind: RowKind.transfer, start, end });
        transfers.push({ tensor, from, to: memory, forOp: op, start, end });
      }
      data = Math.max(data, arrivalOf.get(key)!);
    }
    const track = tracks[device]! + slot;
    const begin = Math.max(data, slotFree[track]!) + hold;
    const start = begin + setup;
    const end = start + instance.costTicks[instance.classOf[op]! * instance.deviceCount + device]! + stretch;
    if (setup > 0) rows.push({ track, subjectKind: SubjectKind.op, subject: op, kind: RowKind.setup, start: begin, end: start });
    rows.push({ track, subjectKind: SubjectKind.op, subject: op, kind: RowKind.run, start, end });
    slotFree[track] = end;
    ops.device[op] = device;
    ops.slot[op] = slot;
    ops.readyTicks[op] = ready;
    ops.placedTicks[op] = placed;
    ops.dataTicks[op] = data;
    ops.startTicks[op] = begin;
    ops.endTicks[op] = end;
    jobEnd[instance.jobOf[op]!] = Math.max(jobEnd[instance.jobOf[op]!]!, end);
  }
  const order = rows.map((_, i) => i).sort((a, b) => rows[a]!.end - rows[b]!.end || a - b);
  const sorted = order.map((i) => rows[i]!);
  const resourceUse = new Float64Array(instance.resourceCount);
  for (const t of transfers) resourceUse[instance.resourceCount - 1]! += tensorBytes[t.tensor]!;
  return {
    instance, scheduler, sync: "dataflow", seed: 1, complete: decisions.length === opCount, makespanTicks: Math.max(0, ...ops.endTicks.filter((t) => t === t)),
    rows: {
      length: sorted.length, track: Uint32Array.from(sorted, (r) => r.track), subjectKind: Uint8Array.from(sorted, (r) => r.subjectKind), subject: Uint32Array.from(sorted, (r) => r.subject),
      kind: Uint8Array.from(sorted, (r) => r.kind), start: Float64Array.from(sorted, (r) => r.start), end: Float64Array.from(sorted, (r) => r.end),
    },
    ops,
    transfers: {
      length: transfers.length, tensor: Uint32Array.from(transfers, (t) => t.tensor), from: Uint32Array.from(transfers, (t) => t.from), to: Uint32Array.from(transfers, (t) => t.to),
      forOp: Uint32Array.from(transfers, (t) => t.forOp), startTicks: Float64Array.from(transfers, (t) => t.start), endTicks: Float64Array.from(transfers, (t) => t.end),
    },
    jobs: { arrivalTicks: instance.jobArrivalTicks, endTicks: jobEnd }, peakBytes: new Float64Array(M), resourceUse, eventCount: 2 * opCount, roundCount: opCount, dispatchCount: opCount, digest: "made",
  };
}
