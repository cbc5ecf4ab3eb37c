import { USE_COUNT } from "./core-table.ts";
import { durationColumns, type DurationColumns } from "./duration-columns.ts";
import type { ThreadFinding } from "./findings.ts";
import { heapColumns } from "./heap-use.ts";
import type { RacingAccess } from "./race-detector.ts";
import type { ThreadHost } from "./thread-host.ts";
import type { IntervalLog, WakeLog } from "./thread-log.ts";
import { ThreadRows } from "./thread-rows.ts";
import type { ObjectKind } from "./thread-spec.ts";
import { Phase, ThreadState } from "./thread-table.ts";

/**
 * What the threads of a run left behind: plain data, in columns; times in ticks. Objects (locks, barriers, queues …) are
 * numbered over all groups, as {@link ThreadTrace.objects} says; threads in the order in which they came to be.
 */
export interface ThreadTrace {
  readonly policy: string;
  /** Where the programs are written, for positions; "" = in no file. */
  readonly file: string;
  /** Until when threads were watched: the end of the run, or when they could not go on. */
  readonly endTicks: number;
  /** Why the threads could not go on; absent where all ended. */
  readonly outcome?: TracedFinding;
  /** The outcome, priority inversions (the longest first), and data races. */
  readonly findings: readonly TracedFinding[];
  /** Times that a running thread had to give way. */
  readonly preemptions: number;

  /** Groups of threads, each with its response times where it is periodic. */
  readonly groups: readonly ThreadGroupInfo[];
  readonly responses: DurationColumns;
  /** By group: jobs that ended after their deadlines. */
  readonly misses: Float64Array;

  /** One entry a thread. */
  readonly table: {
    readonly length: number;
    readonly group: Uint32Array;
    /** Within its group. */
    readonly number: Uint32Array;
    /** When it was first runnable, and when it ended; NaN = it was not. */
    readonly bornTicks: Float64Array;
    readonly endTicks: Float64Array;
    /** On cores; and waiting for one. */
    readonly ranTicks: Float64Array;
    readonly readyTicks: Float64Array;
    readonly switches: Uint32Array;
    readonly migrations: Uint32Array;
  };

  readonly cores: {
    readonly names: readonly string[];
    /** (core, use), {@link USE_COUNT} each. */
    readonly useTicks: Float64Array;
    /** Of the time spent computing, what it took beyond the work alone: shared resources were short. */
    readonly stalledTicks: Float64Array;
  };

  readonly objects: {
    readonly groups: readonly ObjectGroupInfo[];
    /** Times that somebody got what it gives; of these, who had to wait; and locks handed from one thread to the next. */
    readonly taken: Float64Array;
    readonly contended: Float64Array;
    readonly handOffs: Float64Array;
    /** Who waited longest; -1 = nobody. */
    readonly longestWaiter: Int32Array;
    /** Of threads that have waited; of locks that were given up; of items in queues. */
    readonly waits: DurationColumns;
    readonly holds: DurationColumns;
    readonly stays: DurationColumns;
  };

  readonly counters: { readonly names: readonly string[]; readonly marks: Float64Array; readonly firstTicks: Float64Array; readonly lastTicks: Float64Array };
  readonly spans: { readonly names: readonly string[]; readonly durations: DurationColumns };

  /** What the heaps were used for, one entry a heap. */
  readonly heaps: HeapColumns;

  /** What threads did on which core: (core, thread, use, start, end). Of a very long run the first {@link MAX_ROWS} only. */
  readonly rows: ThreadRowColumns;
  /** Waits and critical sections in the order of their ends, those that go on last, with end NaN. Of a very long run the first {@link MAX_RECORDS} and those that go on. */
  readonly waits: IntervalColumns;
  readonly holds: IntervalColumns;
  /** Times in which threads could run and had no core; `object` is the core that they came to, or 0 where they did not. */
  readonly ready: IntervalColumns;
  /** Threads woken from sleep. */
  readonly wakes: WakeColumns;
}

/** A finding, and whether it makes the run fail. */
export interface TracedFinding extends ThreadFinding {
  readonly fails: boolean;
}
export interface ThreadGroupInfo {
  readonly name: string;
  readonly program: string;
  /** Its threads are named with their numbers. */
  readonly isNumbered: boolean;
  /** Infinity = not periodic. */
  readonly periodTicks: number;
}
export interface ObjectGroupInfo {
  readonly name: string;
  readonly kind: ObjectKind;
  readonly count: number;
  /** Of a lock: how it waits; of a barrier: how it is built; of a heap: its allocator. "" = there is one way only. */
  readonly design: string;
}
export interface ThreadRowColumns {
  readonly length: number;
  readonly dropped: number;
  readonly core: Uint32Array;
  readonly thread: Uint32Array;
  /** See {@link Use}. */
  readonly use: Uint8Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
}
/** Heaps, in the order of their objects. Bytes; times in ticks. */
export interface HeapColumns {
  readonly length: number;
  /** Number among all objects. */
  readonly object: Uint32Array;
  readonly allocations: Float64Array;
  readonly frees: Float64Array;
  /** Of blocks that were never freed. */
  readonly liveBytes: Float64Array;
  /** Time for which calls held the allocator's locks, summed. */
  readonly heldTicks: Float64Array;
  /** When most was live, how much, and what its blocks took. */
  readonly peakTicks: Float64Array;
  readonly peakLiveBytes: Float64Array;
  readonly peakAllocatedBytes: Float64Array;
  /** Most that the allocator had taken from the memory. */
  readonly peakReservedBytes: Float64Array;
  /** Share of the free bytes that no single block could take, at the peak and at worst; 0 where room is without bound. */
  readonly scatter: Float64Array;
  readonly worstScatter: Float64Array;
  /** Step functions: what held from each tick on, heap after heap. Of a very long run the first {@link MAX_RECORDS} of each heap. */
  readonly log: {
    readonly length: number;
    readonly dropped: number;
    readonly heap: Uint32Array;
    readonly at: Float64Array;
    readonly liveBytes: Float64Array;
    readonly reservedBytes: Float64Array;
  };
}
/** See {@link IntervalLog}. */
export interface IntervalColumns {
  readonly length: number;
  readonly dropped: number;
  readonly thread: Uint32Array;
  readonly object: Uint32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly kind: Uint8Array;
}
/** See {@link WakeLog}. */
export interface WakeColumns {
  readonly length: number;
  readonly dropped: number;
  readonly by: Int32Array;
  readonly thread: Uint32Array;
  readonly at: Float64Array;
}

/** What the threads did until `endTicks`, which is now. */
export function threadTrace(host: ThreadHost, policy: string, endTicks: number): ThreadTrace {
  const { spec, use, measures, objects } = host;
  const { racesFail, inversionsFail } = spec.watch;
  const outcome = host.outcome && { ...host.outcome, fails: true };
  const findings = [
    ...(outcome === undefined ? [] : [outcome]),
    ...host.inversions.findings().map((finding) => ({ ...finding, fails: inversionsFail })), ...raceFindings(host).map((finding) => ({ ...finding, fails: racesFail })),
  ];
  return {
    policy, file: spec.program.file, endTicks, findings, ...(outcome !== undefined && { outcome }), preemptions: host.preemptionCount,
    groups: spec.groups.map(({ name, program, count, periodTicks }) => ({ name, program: spec.program.names[program] ?? "", isNumbered: count !== 1, periodTicks })),
    responses: durationColumns(measures.responses), misses: measures.misses,
    table: threadColumns(host, endTicks),
    ...coreColumns(host, endTicks),
    objects: {
      groups: objects.groups.map((group) => ({ name: group.name, kind: group.kind, count: group.count, design: designOf(group) })),
      taken: use.taken, contended: use.contended, handOffs: use.handOffs, longestWaiter: use.longestWaiter,
      waits: durationColumns(use.waits), holds: durationColumns(use.holds), stays: durationColumns(use.stays),
    },
    counters: { names: spec.counters, marks: measures.marks, firstTicks: measures.firstMarkTicks, lastTicks: measures.lastMarkTicks },
    spans: { names: spec.spans, durations: durationColumns(measures.spans) }, heaps: heapColumns(host.primitives.heaps.uses),
    waits: intervals(use.waitLog, openWaits(host)), holds: intervals(use.holdLog, openHolds(host)), ready: intervals(host.readyLog, openReady(host)), wakes: wakeColumns(host.wakes),
  };
}

function designOf(group: ThreadHost["objects"]["groups"][number]): string {
  switch (group.kind) {
    case "mutex": return group.design;
    case "rw-lock": return `reader-writer, ${group.prefer}`;
    case "barrier": return group.design;
    case "heap": return group.allocator;
    default: return "";
  }
}

function raceFindings(host: ThreadHost): ThreadFinding[] {
  const { races, spec } = host;
  if (races === undefined) return [];
  return races.races.map((race): ThreadFinding => {
    const name = races.nameOf(race);
    const say = ({ thread, writes, at }: RacingAccess): string => `${host.nameOf(thread)} ${writes ? "writes" : "reads"} it${at.line > 0 ? ` at ${spec.program.file}:${at.line}:${at.column}` : ""}`;
    const part = ({ thread, at }: RacingAccess) => ({ thread: host.nameOf(thread), object: name, heldBy: "", at, sinceNs: 0 });
    return { kind: "data-race", message: `data race on ${name}: ${say(race.first)}, and ${say(race.second)}, and nothing orders the two`, atNs: 0, parts: [part(race.first), part(race.second)] };
  });
}

function threadColumns({ table }: ThreadHost, endTicks: number): ThreadTrace["table"] {
  const n = table.count;
  const ranTicks = table.ranTicks.slice(0, n);
  const readyTicks = table.readyWaitTicks.slice(0, n);
  for (let thread = 0; thread < n; thread++) {
    if (table.state[thread] === ThreadState.running) ranTicks[thread]! += endTicks - table.sinceTicks[thread]!;
    else if (table.state[thread] === ThreadState.runnable) readyTicks[thread]! += endTicks - table.runnableTicks[thread]!;
  }
  return {
    length: n, group: table.group.slice(0, n), number: table.number.slice(0, n), bornTicks: table.bornTicks.slice(0, n), endTicks: table.endTicks.slice(0, n),
    ranTicks, readyTicks, switches: table.switches.slice(0, n), migrations: table.migrations.slice(0, n),
  };
}

/** With what is under way at the end. */
function coreColumns(host: ThreadHost, endTicks: number): Pick<ThreadTrace, "cores" | "rows"> {
  const { cores, rows } = host;
  const useTicks = cores.useTicks.slice();
  const last = new ThreadRows(cores.count);
  host.underWay(endTicks, (core, thread, use, from, to) => {
    useTicks[core * USE_COUNT + use]! += to - from;
    last.push(core, thread, use, from, to);
  });
  return { cores: { names: cores.spec.names, useTicks, stalledTicks: cores.stalledTicks.slice() }, rows: rows.with(last) };
}

interface OpenInterval {
  readonly thread: number;
  readonly object: number;
  readonly start: number;
  readonly kind: number;
}

function openWaits({ table }: ThreadHost): OpenInterval[] {
  const open: OpenInterval[] = [];
  for (let thread = 0; thread < table.count; thread++) {
    const object = table.waitsFor[thread]!;
    if (object >= 0 && table.phase[thread] === Phase.waiting && table.state[thread] !== ThreadState.ended) open.push({ thread, object, start: table.waitTicks[thread]!, kind: table.isSpinning[thread] === 1 ? 0 : 1 });
  }
  return open;
}

function openReady({ table, now }: ThreadHost): OpenInterval[] {
  const open: OpenInterval[] = [];
  for (let thread = 0; thread < table.count; thread++) {
    if (table.state[thread] === ThreadState.runnable && now > table.runnableTicks[thread]!) open.push({ thread, object: 0, start: table.runnableTicks[thread]!, kind: 0 });
  }
  return open;
}

function openHolds({ primitives: { mutexes, rwLocks }, objects }: ThreadHost): OpenInterval[] {
  const open: OpenInterval[] = [];
  for (let object = 0; object < objects.count; object++) {
    const { kind } = objects.groups[objects.groupOf[object]!]!;
    if (kind === "mutex" && mutexes.owner[object]! >= 0) open.push({ thread: mutexes.owner[object]!, object, start: mutexes.sinceTicks[object]!, kind: 0 });
    if (kind !== "rw-lock") continue;
    if (rwLocks.writer[object]! >= 0) open.push({ thread: rwLocks.writer[object]!, object, start: rwLocks.writerSinceTicks[object]!, kind: 0 });
    for (const thread of rwLocks.readersOf(object)) open.push({ thread, object, start: rwLocks.readsSince(object, thread), kind: 1 });
  }
  return open;
}

function intervals(log: IntervalLog, open: readonly OpenInterval[]): IntervalColumns {
  const n = log.length;
  const column = <A extends Uint32Array | Float64Array | Uint8Array>(values: A, of: (interval: OpenInterval) => number): A => {
    if (open.length === 0) return values.subarray(0, n) as A;
    const all = new (values.constructor as new (length: number) => A)(n + open.length);
    all.set(values.subarray(0, n));
    open.forEach((interval, i) => { all[n + i] = of(interval); });
    return all;
  };
  return {
    length: n + open.length, dropped: log.dropped, thread: column(log.thread, ({ thread }) => thread), object: column(log.object, ({ object }) => object),
    start: column(log.start, ({ start }) => start), end: column(log.end, () => NaN), kind: column(log.kind, ({ kind }) => kind),
  };
}

function wakeColumns({ length, dropped, by, thread, at }: WakeLog): WakeColumns {
  return { length, dropped, by: by.subarray(0, length), thread: thread.subarray(0, length), at: at.subarray(0, length) };
}
