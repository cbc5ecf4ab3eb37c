import { RowKind, slotStarts, type Trace } from "../core/trace.ts";
import { packLanes } from "./pack-lanes.ts";
import { nanoseconds } from "./nanoseconds.ts";
import { threadEvents } from "./threads/thread-chrome.ts";

/** One event of the Trace Event Format; times in microseconds. */
export interface ChromeEvent {
  readonly name: string;
  readonly ph: "M" | "X" | "s" | "f";
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: number;
  readonly bp?: "e";
  readonly args?: Readonly<Record<string, string | number>>;
}

/** Of longer runs only the longest spans are shown: viewers hold no more, and the file would grow beyond use. */
const mostSpans = 300_000;

/** Graphs with more edges get no arrows: viewers would drown in them. */
const mostArrows = 5000;

/**
 * The events that Perfetto and chrome://tracing show: a process for each device with a thread for each slot, the
 * transfers between two memories as a process with as many threads as overlap, the host thread where deciding takes
 * time, threads that run programs with their cores and locks, and arrows for dependencies where they are few. Of more than 300,000 spans the shortest are left out.
 * @source "Trace Event Format", Google (the JSON format of chrome://tracing).
 */
export function* chromeEvents(trace: Trace): Iterable<ChromeEvent> {
  const { instance, rows, ops } = trace;
  const D = instance.deviceCount;
  const us = (ticks: number): number => nanoseconds(ticks, instance.tickNs) / 1000;
  const tracks = slotStarts(instance);
  const deviceOfTrack = new Uint32Array(tracks[D]!);
  for (let d = 0; d < D; d++) deviceOfTrack.fill(d, tracks[d]!, tracks[d + 1]!);

  yield* hostEvents(trace, us);
  const shown = shownSpans(trace);
  const used = new Uint8Array(tracks[D]!);
  for (let row = 0; row < rows.length; row++) if (rows.kind[row] !== RowKind.transfer) used[rows.track[row]!] = 1;
  for (let d = 0; d < D; d++) {
    yield* describeProcess(d + 1, instance.deviceNames[d]!);
    for (let track = tracks[d]!; track < tracks[d + 1]!; track++) {
      if (used[track] === 1) yield { name: "thread_name", ph: "M", pid: d + 1, tid: track - tracks[d]! + 1, args: { name: `slot ${track - tracks[d]!}` } };
    }
  }

  for (let row = 0; row < rows.length; row++) {
    if (rows.kind[row] === RowKind.transfer || shown?.[row] === 0) continue;
    const [track, op] = [rows.track[row]!, rows.subject[row]!];
    const d = deviceOfTrack[track]!;
    const name = instance.opNames.at(op);
    const kind = instance.classKinds[instance.classOf[op]!]!;
    const span = { ph: "X" as const, pid: d + 1, tid: track - tracks[d]! + 1, ts: us(rows.start[row]!), dur: us(rows.end[row]! - rows.start[row]!) };
    if (rows.kind[row] === RowKind.aborted) yield { name: `${name} (aborted)`, cat: "aborted", ...span, args: { op, kind } };
    else yield rows.kind[row] === RowKind.setup ? { name: `set up for ${name}`, cat: "setup", ...span } : { name, cat: kind, ...span, args: { op, kind } };
  }

  const nextPid = yield* transferEvents(trace, D + 1, us, shown);
  if (trace.threads !== undefined) yield* threadEvents(trace.threads, nextPid, us);

  if (instance.edgeCount > mostArrows) return;
  for (let to = 0; to < instance.opCount; to++) {
    for (let i = instance.pred.start[to]!; i < instance.pred.start[to + 1]!; i++) {
      const from = instance.pred.node[i]!;
      if (Number.isNaN(ops.endTicks[from]!) || Number.isNaN(ops.startTicks[to]!)) continue;
      const arrow = { name: "dependency", cat: "dependency", id: instance.pred.edge[i]! + 1 };
      // Viewers bind an arrow to the span around its time, which must therefore lie inside the span.
      yield { ...arrow, ph: "s", pid: ops.device[from]! + 1, tid: ops.slot[from]! + 1, ts: us(ops.startTicks[from]!) };
      yield { ...arrow, ph: "f", bp: "e", pid: ops.device[to]! + 1, tid: ops.slot[to]! + 1, ts: us(ops.startTicks[to]!) };
    }
  }
}

/** The host thread as process 0, above the devices; of more calls than there may be spans the longest. */
function* hostEvents({ host }: Trace, us: (ticks: number) => number): Iterable<ChromeEvent> {
  if (host === undefined || host.length === 0) return;
  yield* describeProcess(0, "host thread");
  const lengths = host.endTicks.map((end, i) => end - host.startTicks[i]!);
  const shortest = host.length > mostSpans ? lengths.slice().sort()[host.length - mostSpans]! : 0;
  for (let i = 0; i < host.length; i++) {
    if (lengths[i]! < shortest) continue;
    yield { name: "dispatch", cat: "host", ph: "X", pid: 0, tid: 1, ts: us(host.startTicks[i]!), dur: us(lengths[i]!), args: { placed: host.placed[i]! } };
  }
}

/** 1 for each row, and after them for each transfer, that is shown: the longest, and of equally long ones the first. Undefined when all are. */
function shownSpans({ rows, transfers }: Trace): Uint8Array | undefined {
  const total = rows.length + transfers.length;
  if (total <= mostSpans) return undefined;
  const lengths = new Float64Array(total);
  for (let row = 0; row < rows.length; row++) lengths[row] = rows.end[row]! - rows.start[row]!;
  // One that has not ended is not shown.
  for (let id = 0; id < transfers.length; id++) lengths[rows.length + id] = transfers.endTicks[id]! >= 0 ? transfers.endTicks[id]! - transfers.startTicks[id]! : -1;
  const sorted = lengths.slice().sort();
  const shortest = sorted[sorted.length - mostSpans]!;
  let ties = mostSpans;
  for (const length of lengths) if (length > shortest) ties--;
  return Uint8Array.from(lengths, (length) => (length > shortest || (length === shortest && ties-- > 0) ? 1 : 0));
}

/** A process for each route that was used. Returns the number that the next process may have. */
function* transferEvents(trace: Trace, firstPid: number, us: (ticks: number) => number, shown: Uint8Array | undefined): Generator<ChromeEvent, number> {
  const { instance, rows, transfers } = trace;
  const byRoute = new Map<number, number[]>();
  for (let id = 0; id < transfers.length; id++) {
    if (Number.isNaN(transfers.endTicks[id]!) || shown?.[rows.length + id] === 0) continue;
    const route = transfers.from[id]! * instance.memoryCount + transfers.to[id]!;
    const ids = byRoute.get(route);
    if (ids === undefined) byRoute.set(route, [id]);
    else ids.push(id);
  }
  let pid = firstPid;
  for (const [route, ids] of [...byRoute].sort((a, b) => a[0] - b[0])) {
    const from = instance.memoryNames[Math.floor(route / instance.memoryCount)]!;
    const to = instance.memoryNames[route % instance.memoryCount]!;
    yield* describeProcess(pid, `${from} → ${to}`);
    ids.sort((a, b) => transfers.endTicks[a]! - transfers.endTicks[b]! || a - b);
    const lanes = packLanes(ids.map((id) => transfers.startTicks[id]!), ids.map((id) => transfers.endTicks[id]!));
    for (const [i, id] of ids.entries()) {
      const tensor = transfers.tensor[id]!;
      yield {
        name: instance.tensorNames.at(tensor), cat: "transfer", ph: "X", pid, tid: lanes[i]! + 1, ts: us(transfers.startTicks[id]!), dur: us(transfers.endTicks[id]! - transfers.startTicks[id]!),
        args: { bytes: instance.tensorBytes[tensor]!, for: instance.opNames.at(transfers.forOp[id]!) },
      };
    }
    pid++;
  }
  return pid;
}

function* describeProcess(pid: number, name: string): Iterable<ChromeEvent> {
  yield { name: "process_name", ph: "M", pid, tid: 0, args: { name } };
  yield { name: "process_sort_index", ph: "M", pid, tid: 0, args: { sort_index: pid } };
}
