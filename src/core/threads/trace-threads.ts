import { speedTogether, USE_COUNT } from "./core-table.ts";
import { durationColumns } from "./duration-columns.ts";
import type { ThreadFinding } from "./findings.ts";
import { heapColumns } from "./heap-use.ts";
import type { RacingAccess } from "./race-detector.ts";
import type { ThreadHost } from "./thread-host.ts";
import type { IntervalLog, WakeLog } from "./thread-log.ts";
import { ThreadRows } from "./thread-rows.ts";
import type { ThreadSetting } from "./thread-setting.ts";
import { Phase, ThreadState } from "./thread-table.ts";
import type { IntervalColumns, ThreadTrace, WakeColumns } from "./thread-trace.ts";

/** What the threads did until `endTicks`, which is now. */
export function traceThreads(host: ThreadHost, { policyName, device = -1 }: ThreadSetting, endTicks: number): ThreadTrace {
  const { spec, use, measures, objects } = host;
  host.catchUp(endTicks);
  const { racesFail, inversionsFail } = spec.watch;
  const outcome = host.outcome && { ...host.outcome, fails: true };
  const findings = [
    ...(outcome === undefined ? [] : [outcome]),
    ...host.inversions.findings().map((finding) => ({ ...finding, fails: inversionsFail })), ...raceFindings(host).map((finding) => ({ ...finding, fails: racesFail })),
  ];
  return {
    policy: policyName, endTicks, findings, ...(outcome !== undefined && { outcome }), preemptions: host.dispatcher.preemptionCount,
    groups: spec.groups.map(({ name, program, count, periodTicks }) => ({ name, program: spec.program.names[program] ?? "", isNumbered: count !== 1, periodTicks })),
    responses: durationColumns(measures.responses), misses: measures.misses,
    table: threadColumns(host, endTicks),
    ...coreColumns(host, device, endTicks),
    objects: {
      groups: objects.groups.map((group) => ({ name: group.name, kind: group.kind, count: group.count, design: designOf(group) })),
      taken: use.taken, contended: use.contended, handOffs: use.handOffs, longestWaiter: use.longestWaiter,
      waits: durationColumns(use.waits), holds: durationColumns(use.holds), stays: durationColumns(use.stays),
    },
    counters: { names: spec.counters, marks: measures.marks, firstTicks: finiteOrNaN(measures.firstMarkTicks), lastTicks: finiteOrNaN(measures.lastMarkTicks) },
    spans: { names: spec.spans, durations: durationColumns(measures.spans) }, heaps: heapColumns(host.primitives.heaps.uses),
    waits: intervals(use.waitLog, openWaits(host)), holds: intervals(use.holdLog, openHolds(host)), ready: intervals(host.dispatcher.readyLog, openReady(host, endTicks)), wakes: wakeColumns(host.waits.wakes),
  };
}

function finiteOrNaN(values: Float64Array): Float64Array {
  return values.map((value) => (Number.isFinite(value) ? value : NaN));
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
  const { races } = host;
  if (races === undefined) return [];
  return races.races.map((race): ThreadFinding => {
    const name = races.nameOf(race);
    const say = ({ thread, writes, at }: RacingAccess): string => `${host.names.of(thread)} ${writes ? "writes" : "reads"} it${at.line > 0 ? ` at ${host.names.place(at)}` : ""}`;
    const part = ({ thread, at }: RacingAccess) => ({ thread: host.names.of(thread), object: name, heldBy: "", holderEnded: false, at, sinceNs: 0 });
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
function coreColumns(host: ThreadHost, device: number, endTicks: number): Pick<ThreadTrace, "cores" | "rows"> {
  const { cores, rows } = host;
  const useTicks = cores.useTicks.slice();
  const last = new ThreadRows(cores.count);
  host.underWay(endTicks, (core, thread, use, from, to) => {
    useTicks[core * USE_COUNT + use]! += to - from;
    last.push(core, thread, use, from, to);
  });
  return { cores: { names: cores.spec.names, device, speed: speedTogether(cores.spec), useTicks, stalledTicks: cores.stalledTicks.slice() }, rows: rows.with(last) };
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

function openReady({ table }: ThreadHost, endTicks: number): OpenInterval[] {
  const open: OpenInterval[] = [];
  for (let thread = 0; thread < table.count; thread++) {
    if (table.state[thread] === ThreadState.runnable && endTicks > table.runnableTicks[thread]!) open.push({ thread, object: 0, start: table.runnableTicks[thread]!, kind: 0 });
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
