import { USE_COUNT } from "../../core/threads/core-table.ts";
import type { DurationColumns } from "../../core/threads/duration-columns.ts";
import type { IntervalColumns, ThreadTrace } from "../../core/threads/thread-trace.ts";
import { columnText, parseColumn, type Column, type ColumnType } from "../column-text.ts";
import type { Fail, Json } from "../field-reader.ts";
import { readThreadHead, threadHead } from "./saved-thread-head.ts";

/** Lengths that columns of threads share. */
type Size = "groups" | "threads" | "cores" | "uses" | "objects" | "counters" | "spans" | "rows" | "waits" | "holds" | "ready" | "wakes" | "heaps" | "heapLog";

/** One typed array: where it is in the {@link ThreadTrace}, how long it is and what it may hold: at least `from`, below `below`, or NaN. */
interface ColumnSpec {
  readonly path: string;
  readonly type: ColumnType;
  readonly size: Size;
  readonly from?: number;
  readonly below?: Size | number;
  readonly orNaN?: boolean;
}

const time = (path: string, size: Size): ColumnSpec => ({ path, type: "f64", size, orNaN: true });
const amount = (path: string, size: Size): ColumnSpec => ({ path, type: "f64", size });
const durations = (path: string, size: Size): ColumnSpec[] => ["count", "sum", "smallest", "largest", "p50", "p90", "p99"].map((name) => amount(`${path}.${name}`, size));
const intervals = (size: "waits" | "holds" | "ready", of: Size): ColumnSpec[] => [
  { path: `${size}.thread`, type: "u32", size, below: "threads" }, { path: `${size}.object`, type: "u32", size, below: of },
  amount(`${size}.start`, size), time(`${size}.end`, size), { path: `${size}.kind`, type: "u8", size, below: 2 },
];

const heapAmounts = ["allocations", "frees", "liveBytes", "heldTicks", "peakTicks", "peakLiveBytes", "peakAllocatedBytes", "peakReservedBytes", "scatter", "worstScatter"] as const;
const heapLogAmounts = ["at", "liveBytes", "reservedBytes"] as const;

/** The first column of a size that the head does not give decides it. */
const columns: readonly ColumnSpec[] = [
  { path: "table.group", type: "u32", size: "threads", below: "groups" }, { path: "table.number", type: "u32", size: "threads" },
  time("table.bornTicks", "threads"), time("table.endTicks", "threads"), amount("table.ranTicks", "threads"), amount("table.readyTicks", "threads"),
  { path: "table.switches", type: "u32", size: "threads" }, { path: "table.migrations", type: "u32", size: "threads" },
  ...durations("responses", "groups"), amount("misses", "groups"), amount("cores.useTicks", "uses"), amount("cores.stalledTicks", "cores"),
  amount("objects.taken", "objects"), amount("objects.contended", "objects"), amount("objects.handOffs", "objects"),
  { path: "objects.longestWaiter", type: "i32", size: "objects", from: -1, below: "threads" },
  ...durations("objects.waits", "objects"), ...durations("objects.holds", "objects"), ...durations("objects.stays", "objects"),
  amount("counters.marks", "counters"), time("counters.firstTicks", "counters"), time("counters.lastTicks", "counters"), ...durations("spans.durations", "spans"),
  { path: "rows.core", type: "u32", size: "rows", below: "cores" }, { path: "rows.thread", type: "u32", size: "rows", below: "threads" }, { path: "rows.use", type: "u8", size: "rows", below: USE_COUNT },
  amount("rows.start", "rows"), amount("rows.end", "rows"),
  ...intervals("waits", "objects"), ...intervals("holds", "objects"), ...intervals("ready", "cores"),
  { path: "heaps.object", type: "u32", size: "heaps", below: "objects" },
  ...heapAmounts.map((name) => amount(`heaps.${name}`, "heaps")), { path: "heaps.log.heap", type: "u32", size: "heapLog", below: "heaps" }, ...heapLogAmounts.map((name) => amount(`heaps.log.${name}`, "heapLog")),
  { path: "wakes.by", type: "i32", size: "wakes", from: -1, below: "threads" }, { path: "wakes.thread", type: "u32", size: "wakes", below: "threads" }, amount("wakes.at", "wakes"),
];

/** The threads of a run as JSON, in chunks: names and findings as they are, columns as base64 of little-endian arrays. */
export function* threadsJson(threads: ThreadTrace): Iterable<string> {
  yield `{"head":${JSON.stringify(threadHead(threads))},\n"columns":{`;
  let separator = "\n";
  for (const { path } of columns) {
    yield `${separator}"${path}":"`;
    yield* columnText(path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], threads) as Column);
    yield `"`;
    separator = ",\n";
  }
  yield "}}";
}

/** Checks every value of what {@link threadsJson} wrote, and builds the threads from it. `fail` throws. */
export function restoreThreads(saved: Json, fail: Fail): ThreadTrace {
  const head = readThreadHead(saved["head"], fail);
  const sizes = new Map<Size, number>([
    ["groups", head.groups.length], ["cores", head.coreNames.length], ["uses", head.coreNames.length * USE_COUNT], ["counters", head.counterNames.length], ["spans", head.spanNames.length],
    ["objects", head.objectGroups.reduce((sum, { count }) => sum + count, 0)],
  ]);
  const given = saved["columns"];
  if (typeof given !== "object" || given === null) return fail("threads.columns is missing");
  const read = new Map<string, Column>();
  for (const spec of columns) {
    const text = Object.hasOwn(given, spec.path) ? (given as Json)[spec.path] : undefined;
    if (typeof text !== "string") return fail(`threads.columns.${spec.path} is missing`);
    const column = parseColumn(text, spec.type) ?? fail(`threads.columns.${spec.path} is not base64 of whole ${spec.type} values`);
    if (!sizes.has(spec.size)) sizes.set(spec.size, column.length);
    if (column.length !== sizes.get(spec.size)) fail(`threads.columns.${spec.path} has ${column.length} entries where ${sizes.get(spec.size)} belong`);
    read.set(spec.path, column);
  }
  for (const spec of columns) checkValues(read.get(spec.path)!, spec, sizes, fail);
  const f64 = (path: string): Float64Array => read.get(path) as Float64Array;
  const u32 = (path: string): Uint32Array => read.get(path) as Uint32Array;
  const i32 = (path: string): Int32Array => read.get(path) as Int32Array;
  const u8 = (path: string): Uint8Array => read.get(path) as Uint8Array;
  const restoredDurations = (path: string): DurationColumns => ({ count: f64(`${path}.count`), sum: f64(`${path}.sum`), smallest: f64(`${path}.smallest`), largest: f64(`${path}.largest`), p50: f64(`${path}.p50`), p90: f64(`${path}.p90`), p99: f64(`${path}.p99`) });
  const restoredIntervals = (name: "waits" | "holds" | "ready"): IntervalColumns => ({
    length: sizes.get(name)!, dropped: head.dropped[name], thread: u32(`${name}.thread`), object: u32(`${name}.object`), start: f64(`${name}.start`), end: f64(`${name}.end`), kind: u8(`${name}.kind`),
  });
  const threads: ThreadTrace = {
    policy: head.policy, endTicks: head.endTicks, preemptions: head.preemptions, findings: head.findings, ...(head.isStopped && { outcome: head.findings[0]! }),
    groups: head.groups, responses: restoredDurations("responses"), misses: f64("misses"),
    table: {
      length: sizes.get("threads")!, group: u32("table.group"), number: u32("table.number"), bornTicks: f64("table.bornTicks"), endTicks: f64("table.endTicks"),
      ranTicks: f64("table.ranTicks"), readyTicks: f64("table.readyTicks"), switches: u32("table.switches"), migrations: u32("table.migrations"),
    },
    cores: { names: head.coreNames, device: head.coreDevice, speed: head.coreSpeed, useTicks: f64("cores.useTicks"), stalledTicks: f64("cores.stalledTicks") },
    objects: {
      groups: head.objectGroups, taken: f64("objects.taken"), contended: f64("objects.contended"), handOffs: f64("objects.handOffs"), longestWaiter: i32("objects.longestWaiter"),
      waits: restoredDurations("objects.waits"), holds: restoredDurations("objects.holds"), stays: restoredDurations("objects.stays"),
    },
    counters: { names: head.counterNames, marks: f64("counters.marks"), firstTicks: f64("counters.firstTicks"), lastTicks: f64("counters.lastTicks") },
    spans: { names: head.spanNames, durations: restoredDurations("spans.durations") },
    heaps: {
      length: sizes.get("heaps")!, object: u32("heaps.object"), ...(Object.fromEntries(heapAmounts.map((name) => [name, f64(`heaps.${name}`)])) as Record<(typeof heapAmounts)[number], Float64Array>),
      log: { length: sizes.get("heapLog")!, dropped: head.dropped.heaps, heap: u32("heaps.log.heap"), at: f64("heaps.log.at"), liveBytes: f64("heaps.log.liveBytes"), reservedBytes: f64("heaps.log.reservedBytes") },
    },
    rows: { length: sizes.get("rows")!, dropped: head.dropped.rows, core: u32("rows.core"), thread: u32("rows.thread"), use: u8("rows.use"), start: f64("rows.start"), end: f64("rows.end") },
    waits: restoredIntervals("waits"), holds: restoredIntervals("holds"), ready: restoredIntervals("ready"),
    wakes: { length: sizes.get("wakes")!, dropped: head.dropped.wakes, by: i32("wakes.by"), thread: u32("wakes.thread"), at: f64("wakes.at") },
  };
  for (let row = 0; row < threads.rows.length; row++) if (threads.rows.start[row]! > threads.rows.end[row]!) fail(`threads.rows ends before it begins at entry ${row}`);
  return threads;
}

function checkValues(column: Column, { path, from = 0, below = Infinity, orNaN = false }: ColumnSpec, sizes: ReadonlyMap<Size, number>, fail: Fail): void {
  const limit = typeof below === "number" ? below : sizes.get(below)!;
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!;
    if (!(value >= from && value < limit) && !(orNaN && Number.isNaN(value))) fail(`threads.columns.${path} holds ${value} at entry ${i}, which is out of range`);
  }
}
