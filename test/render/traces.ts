import { RowKind, SubjectKind, type Trace } from "../../src/core/trace.ts";
import type { Instance, NameList } from "../../src/core/instance.ts";

/** Traces made by hand, without an engine: what a picture needs, and nothing else. */
export interface TraceInit {
  readonly name?: string;
  readonly tickNs?: number;
  readonly devices: readonly { readonly name: string; readonly slots: number; readonly memory?: number }[];
  readonly memories?: readonly string[];
  readonly ops: readonly { readonly name: string; readonly kind: string; readonly device: number; readonly slot?: number; readonly start: number; readonly end: number; readonly ready?: number; readonly data?: number; readonly setup?: number; readonly job?: number }[];
  readonly transfers?: readonly { readonly from: number; readonly to: number; readonly start: number; readonly end: number; readonly forOp: number; readonly tensor?: string; readonly bytes?: number }[];
  readonly jobs?: readonly { readonly arrival: number; readonly end: number }[];
}

export function makeTrace(init: TraceInit): Trace {
  const { devices, ops, transfers = [] } = init;
  const makespanTicks = ops.reduce((latest, { end }) => Math.max(latest, end), 0);
  const jobs = init.jobs ?? [{ arrival: 0, end: makespanTicks }];
  const memories = init.memories ?? ["host"];
  const kinds = [...new Set(ops.map(({ kind }) => kind))];
  const slotStart = devices.map((_, d) => devices.slice(0, d).reduce((sum, { slots }) => sum + slots, 0));
  const rows = [
    ...ops.flatMap(({ device, slot = 0, start, end, setup = 0 }, op) => [
      ...(setup > 0 ? [{ track: slotStart[device]! + slot, subjectKind: SubjectKind.op, subject: op, kind: RowKind.setup, start: start - setup, end: start }] : []),
      { track: slotStart[device]! + slot, subjectKind: SubjectKind.op, subject: op, kind: RowKind.run, start, end },
    ]),
    ...transfers.map(({ start, end }, i) => ({ track: 0, subjectKind: SubjectKind.transfer, subject: i, kind: RowKind.transfer, start, end })),
  ].sort((a, b) => a.end - b.end);
  const tensorNames = transfers.map(({ tensor }, i) => tensor ?? `t${i}`);
  return bareTrace({
    name: init.name ?? "by hand", tickNs: init.tickNs ?? 1, opCount: ops.length, classCount: kinds.length, deviceCount: devices.length,
    routeLatencyTicks: new Float64Array(memories.length ** 2).fill(1), routeTicksPerByte: new Float64Array(memories.length ** 2).fill(1), routeResources: { start: new Uint32Array(memories.length ** 2 + 1), item: new Uint32Array(0) },
    memoryCount: memories.length, jobCount: jobs.length, tensorCount: transfers.length,
    tensorBytes: Float64Array.from(transfers, ({ bytes }) => bytes ?? 4096),
    jobOf: Uint32Array.from(ops, ({ job }) => job ?? 0), classOf: Uint32Array.from(ops, ({ kind }) => kinds.indexOf(kind)),
    slots: Int32Array.from(devices, ({ slots }) => slots), deviceMemory: Uint32Array.from(devices, ({ memory }) => memory ?? 0),
    opNames: list(ops.map(({ name }) => name)), tensorNames: list(tensorNames), classKinds: kinds,
    deviceNames: devices.map(({ name }) => name), memoryNames: memories,
  }, {
    makespanTicks,
    rows: {
      length: rows.length, track: Uint32Array.from(rows, ({ track }) => track), subjectKind: Uint8Array.from(rows, ({ subjectKind }) => subjectKind),
      subject: Uint32Array.from(rows, ({ subject }) => subject), kind: Uint8Array.from(rows, ({ kind }) => kind),
      start: Float64Array.from(rows, ({ start }) => start), end: Float64Array.from(rows, ({ end }) => end),
    },
    ops: {
      device: Int32Array.from(ops, ({ device }) => device), slot: Int32Array.from(ops, ({ slot }) => slot ?? 0),
      readyTicks: Float64Array.from(ops, ({ ready, start, setup = 0 }) => ready ?? start - setup), placedTicks: new Float64Array(ops.length),
      dataTicks: Float64Array.from(ops, ({ data, ready, start, setup = 0 }) => data ?? ready ?? start - setup),
      startTicks: Float64Array.from(ops, ({ start }) => start), endTicks: Float64Array.from(ops, ({ end }) => end),
    },
    transfers: {
      length: transfers.length, tensor: Uint32Array.from(transfers.keys()), from: Uint32Array.from(transfers, ({ from }) => from), to: Uint32Array.from(transfers, ({ to }) => to),
      forOp: Uint32Array.from(transfers, ({ forOp }) => forOp), startTicks: Float64Array.from(transfers, ({ start }) => start), endTicks: Float64Array.from(transfers, ({ end }) => end),
    },
    jobs: { arrivalTicks: Float64Array.from(jobs, ({ arrival }) => arrival), endTicks: Float64Array.from(jobs, ({ end }) => end) },
  });
}

/** Pictures read only some columns of an instance; the rest is left out. */
function bareTrace(instance: Partial<Instance>, trace: Pick<Trace, "makespanTicks" | "rows" | "ops" | "transfers" | "jobs">): Trace {
  return { instance: instance as Instance, scheduler: "heft", sync: "dataflow", seed: 1, complete: true, ...trace } as Trace;
}

function list(names: readonly string[]): NameList {
  return { length: names.length, at: (id) => names[id]! };
}

/** A small generator of numbers in [0, 1), the same on every machine. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Eight operators on a CPU with two slots, a GPU and an FPGA, in µs: two transfers, one wait for data (gpu0 from 30
 * to 36), one setup (fpga0 from 36 to 44).
 */
export function eightOps(): Trace {
  return makeTrace({
    name: "eight operators", tickNs: 1000, memories: ["host", "gpu0 memory"],
    devices: [{ name: "cpu0", slots: 2 }, { name: "gpu0", slots: 1, memory: 1 }, { name: "fpga0", slots: 1 }],
    ops: [
      { name: "load", kind: "gather", device: 0, start: 0, end: 12 },
      { name: "tokens", kind: "gather", device: 0, slot: 1, start: 0, end: 8 },
      { name: "embed", kind: "matmul", device: 1, start: 16, end: 30, ready: 12, data: 16 },
      { name: "mask", kind: "relu", device: 0, slot: 1, start: 12, end: 30 },
      { name: "attention", kind: "matmul", device: 1, start: 36, end: 64, ready: 30, data: 36 },
      { name: "filter", kind: "conv", device: 2, start: 44, end: 70, ready: 30, data: 30, setup: 8 },
      { name: "norm", kind: "layer-norm", device: 0, start: 68, end: 74, ready: 64, data: 68 },
      { name: "join", kind: "add", device: 0, start: 74, end: 80 },
    ],
    transfers: [
      { from: 0, to: 1, start: 12, end: 16, forOp: 2, tensor: "load:out", bytes: 1 << 20 },
      { from: 0, to: 1, start: 30, end: 36, forOp: 4, tensor: "mask:out", bytes: 3 << 19 },
      { from: 1, to: 0, start: 64, end: 68, forOp: 6, tensor: "attention:out", bytes: 1 << 20 },
    ],
  });
}

/** The critical path of {@link eightOps}. */
export const eightOpsPath = [
  { kind: "run", op: 0, startTicks: 0, endTicks: 12 },
  { kind: "run", op: 3, startTicks: 12, endTicks: 30 },
  { kind: "transfer", transfer: 1, startTicks: 30, endTicks: 36 },
  { kind: "run", op: 4, startTicks: 36, endTicks: 64 },
  { kind: "transfer", transfer: 2, startTicks: 64, endTicks: 68 },
  { kind: "run", op: 6, startTicks: 68, endTicks: 74 },
  { kind: "run", op: 7, startTicks: 74, endTicks: 80 },
];

const mixedKinds = ["conv", "matmul", "relu", "batch-norm", "add", "softmax", "layer-norm", "gather", "concat", "max-pool", "transpose"];
const mixedDevices = [
  { name: "cpu", slots: 8, memory: 0, speed: 1 }, { name: "gpu0", slots: 2, memory: 1, speed: 6 }, { name: "gpu1", slots: 2, memory: 2, speed: 6 },
  { name: "tpu", slots: 1, memory: 3, speed: 8 }, { name: "fpga", slots: 1, memory: 0, speed: 3 }, { name: "npu", slots: 1, memory: 4, speed: 4 },
];
export const mixedDeviceKinds = ["cpu", "gpu", "gpu", "tpu", "fpga", "npu"];

/** A layered random graph on a mixed machine, placed greedily by earliest start, with transfers, waits, setups and jobs. */
export function mixedRun(opCount: number, jobCount = 1): { trace: Trace; path: { kind: string; op?: number; transfer?: number; startTicks: number; endTicks: number }[] } {
  const random = numbers(7);
  const freeAt = mixedDevices.map(({ slots }) => new Array<number>(slots).fill(0));
  const lastKind = new Array<string>(mixedDevices.length).fill("");
  const ops: { name: string; kind: string; device: number; slot: number; start: number; end: number; ready: number; data: number; setup: number; job: number; before: number; via: number }[] = [];
  const transfers: { from: number; to: number; start: number; end: number; forOp: number; bytes: number }[] = [];
  const routeFree = new Map<string, number>();
  const perJob = Math.ceil(opCount / jobCount);
  const arrival = (job: number): number => job * 40_000;
  for (let i = 0; i < opCount; i++) {
    const job = Math.floor(i / perJob);
    const first = job * perJob;
    const kind = mixedKinds[Math.min(mixedKinds.length - 1, Math.floor(random() ** 2.2 * mixedKinds.length))]!;
    const work = (2000 + 60_000 * random() ** 3) * (kind === "conv" || kind === "matmul" ? 3 : 0.5);
    const inputs = i === first ? [] : [...new Set([0, 1].map(() => Math.max(first, i - 1 - Math.floor(random() * 14))))];
    const ready = Math.max(arrival(job), ...inputs.map((input) => ops[input]!.end));
    const device = pickDevice(freeAt, ready, work, random());
    const memory = mixedDevices[device]!.memory;
    let data = ready;
    let before = inputs.reduce((latest, input) => (latest < 0 || ops[input]!.end > ops[latest]!.end ? input : latest), -1);
    let via = -1;
    for (const input of inputs) {
      const from = mixedDevices[ops[input]!.device]!.memory;
      if (from === memory) continue;
      const route = `${from} ${memory}`;
      const start = Math.max(ops[input]!.end, (routeFree.get(route) ?? 0) - 500);
      const bytes = Math.round(1e5 + 4e6 * random() ** 3);
      const end = Math.round(start + 600 + bytes / 400);
      routeFree.set(route, end);
      transfers.push({ from, to: memory, start, end, forOp: i, bytes });
      if (end > data) {
        data = end;
        via = transfers.length - 1;
        before = input;
      }
    }
    const slots = freeAt[device]!;
    const slot = slots.indexOf(Math.min(...slots));
    const setup = mixedDevices[device]!.name === "fpga" && lastKind[device] !== kind ? 4000 : 0;
    lastKind[device] = kind;
    const start = Math.round(Math.max(data, slots[slot]!) + setup);
    const end = start + Math.max(1, Math.round(work / mixedDevices[device]!.speed));
    slots[slot] = end;
    ops.push({ name: `/layer${1 + Math.floor(i / 20)}/${kind}_${i}`, kind, device, slot, start, end, ready, data, setup, job, before, via });
  }
  const path: { kind: string; op?: number; transfer?: number; startTicks: number; endTicks: number }[] = [];
  let op = ops.reduce((latest, { end }, i) => (end > ops[latest]!.end ? i : latest), 0);
  while (op >= 0) {
    path.unshift({ kind: "run", op, startTicks: ops[op]!.start, endTicks: ops[op]!.end });
    const via = ops[op]!.via;
    if (via >= 0) path.unshift({ kind: "transfer", transfer: via, startTicks: transfers[via]!.start, endTicks: transfers[via]!.end });
    op = ops[op]!.before;
  }
  const jobs = Array.from({ length: jobCount }, (_, job) => ({ arrival: arrival(job), end: Math.max(...ops.filter((each) => each.job === job).map(({ end }) => end)) }));
  return { trace: makeTrace({ name: "random layers", devices: mixedDevices, memories: ["host", "gpu0 memory", "gpu1 memory", "tpu memory", "npu memory"], ops, transfers, jobs }), path };
}

function pickDevice(freeAt: readonly (readonly number[])[], ready: number, work: number, luck: number): number {
  const finish = mixedDevices.map(({ speed }, d) => Math.max(ready, Math.min(...freeAt[d]!)) + work / speed + (d > 0 ? 3000 + 6000 * luck : 0));
  return finish.indexOf(Math.min(...finish));
}

/** `count` spans in a row on 16 slots, a few wide ones among very many narrow ones. */
export function manySpans(count: number): Trace {
  const random = numbers(3);
  const slots = 16;
  const clock = new Float64Array(slots);
  const rows = {
    length: count, track: new Uint32Array(count), subjectKind: new Uint8Array(count), subject: Uint32Array.from({ length: count }, (_, i) => i), kind: new Uint8Array(count),
    start: new Float64Array(count), end: new Float64Array(count),
  };
  const classOf = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    let slot = 0;
    for (let other = 1; other < slots; other++) if (clock[other]! < clock[slot]!) slot = other;
    const phase = i / count;
    classOf[i] = Math.floor(10 * Math.abs(Math.sin(phase * 6)) * random());
    const start = clock[slot]! + (random() < 0.2 ? Math.round(500 * random() * phase) : 0);
    const end = start + 100 + Math.round(900 * random() ** 4) + (i % 20_000 === 0 ? count * 2 : 0);
    clock[slot] = end;
    rows.track[i] = slot;
    rows.start[i] = start;
    rows.end[i] = end;
  }
  const order = rows.subject.slice().sort((a, b) => rows.end[a]! - rows.end[b]! || a - b);
  const pick = <A extends Uint32Array | Float64Array>(column: A): A => column.map((_, i) => column[order[i]!]!) as A;
  return bareTrace({
    name: "many spans", tickNs: 1, opCount: count, classCount: 10, deviceCount: 2, memoryCount: 1, jobCount: 1, tensorCount: 0, tensorBytes: new Float64Array(0),
    jobOf: new Uint32Array(count), classOf, slots: Int32Array.of(12, 4), deviceMemory: new Uint32Array(2),
    opNames: { length: count, at: (id) => `op#${id}` }, tensorNames: list([]), classKinds: Array.from({ length: 10 }, (_, i) => `kind-${i}`), deviceNames: ["cpu", "gpu"], memoryNames: ["host"],
  }, {
    makespanTicks: clock.reduce((a, b) => Math.max(a, b)),
    rows: { ...rows, track: pick(rows.track), subject: pick(rows.subject), start: pick(rows.start), end: pick(rows.end) },
    ops: {
      device: Int32Array.from(rows.track, (track) => (track < 12 ? 0 : 1)), slot: Int32Array.from(rows.track, (track) => (track < 12 ? track : track - 12)),
      readyTicks: rows.start, placedTicks: new Float64Array(count), dataTicks: rows.start, startTicks: rows.start, endTicks: rows.end,
    },
    transfers: { length: 0, tensor: new Uint32Array(0), from: new Uint32Array(0), to: new Uint32Array(0), forOp: new Uint32Array(0), startTicks: new Float64Array(0), endTicks: new Float64Array(0) },
    jobs: { arrivalTicks: Float64Array.of(0), endTicks: Float64Array.of(clock.reduce((a, b) => Math.max(a, b))) },
  });
}
