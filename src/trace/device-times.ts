import { USE_COUNT } from "../core/threads/core-table.ts";
import { Use } from "../core/threads/thread-table.ts";
import { RowKind, slotStarts, type Trace } from "../core/trace.ts";
import { DeviceSpeeds } from "./device-speeds.ts";

/** How a device's slots spent the run, in slot-ticks: all parts but the overhead add up to slots · makespan. */
export interface DeviceTime {
  readonly slots: number;
  /** Operators that ended or began there. */
  readonly tasks: number;
  readonly busyTicks: number;
  /** Cores of threads only: they spun, switched, or were at work on locks and queues. Counts as idle, and draws power. */
  readonly overheadTicks: number;
  readonly setupTicks: number;
  /** A slot was free while a placed op, ready but for its data, waited for it. */
  readonly waitingTicks: number;
  readonly idleTicks: number;
  /** Spent on ops that were lost with the device; and the time in which it was not there. */
  readonly abortedTicks: number;
  readonly absentTicks: number;
}

/**
 * One entry a device. Of one whose operators run on the cores of threads, what these cores did counts: an operator there
 * is on as many of them as compute for it. Time O(rows log rows).
 */
export function deviceTimes(trace: Trace): DeviceTime[] {
  const { instance, rows, ops, makespanTicks } = trace;
  const D = instance.deviceCount;
  const tracks = slotStarts(instance);
  const deviceOfTrack = new Uint32Array(tracks[D]!);
  for (let d = 0; d < D; d++) deviceOfTrack.fill(d, tracks[d]!, tracks[d + 1]!);

  const busy = new Float64Array(D);
  const setup = new Float64Array(D);
  const aborted = new Float64Array(D);
  const speeds = new DeviceSpeeds(instance);
  const tasks = new Uint32Array(D);
  const held = new GroupedIntervals(D);
  for (let row = 0; row < rows.length; row++) if (rows.kind[row] !== RowKind.transfer) held.count(deviceOfTrack[rows.track[row]!]!);
  // What is not there is as good as taken: nothing can wait for it to be free.
  const absences = speeds.spans.map((spans) => spans.filter(({ from, speed }) => speed === 0 && from < makespanTicks));
  absences.forEach((spans, d) => spans.forEach(() => { for (let slot = 0; slot < instance.slots[d]!; slot++) held.count(d); }));
  held.allocate();
  absences.forEach((spans, d) => spans.forEach(({ from, to }) => { for (let slot = 0; slot < instance.slots[d]!; slot++) held.add(d, from, Math.min(makespanTicks, to)); }));
  for (let row = 0; row < rows.length; row++) {
    if (rows.kind[row] === RowKind.transfer) continue;
    const d = deviceOfTrack[rows.track[row]!]!;
    // A run that was stopped may have aborted something, or set up for something, after the last end.
    const ticks = Math.max(0, Math.min(makespanTicks, rows.end[row]!) - rows.start[row]!);
    (rows.kind[row] === RowKind.run ? busy : rows.kind[row] === RowKind.aborted ? aborted : setup)[d]! += ticks;
    held.add(d, rows.start[row]!, rows.end[row]!);
  }

  const waits = new GroupedIntervals(D);
  const waitFrom = (op: number): number => Math.max(ops.readyTicks[op]!, ops.placedTicks[op]!);
  const waited = (op: number): boolean => ops.device[op]! >= 0 && ops.dataTicks[op]! > waitFrom(op);
  for (let op = 0; op < instance.opCount; op++) {
    if (ops.device[op]! >= 0 && !Number.isNaN(ops.startTicks[op]!)) tasks[ops.device[op]!]!++;
    if (waited(op)) waits.count(ops.device[op]!);
  }
  waits.allocate();
  for (let op = 0; op < instance.opCount; op++) if (waited(op)) waits.add(ops.device[op]!, Math.min(makespanTicks, waitFrom(op)), Math.min(makespanTicks, ops.dataTicks[op]!));

  const ofThreads = trace.threads?.cores;
  return Array.from(instance.slots, (slots, d): DeviceTime => {
    const overheadTicks = ofThreads?.device === d ? coreTicks(ofThreads, slots, [Use.spin, Use.switching, Use.sync]) : 0;
    if (ofThreads?.device === d) busy[d] = coreTicks(ofThreads, slots, [Use.compute]);
    const waitingTicks = freeWhileWaiting(slots, held.of(d), waits.of(d));
    const absentTicks = slots * speeds.absentTicks(d, 0, makespanTicks);
    const idleTicks = Math.max(0, slots * makespanTicks - busy[d]! - setup[d]! - aborted[d]! - absentTicks - waitingTicks);
    return { abortedTicks: aborted[d]!, absentTicks, slots, tasks: tasks[d]!, busyTicks: busy[d]!, overheadTicks, setupTicks: setup[d]!, waitingTicks, idleTicks };
  });
}

/** What the cores spent on these uses, as of the slots of their device. */
function coreTicks({ names, useTicks }: NonNullable<Trace["threads"]>["cores"], slots: number, uses: readonly Use[]): number {
  let sum = 0;
  for (let core = 0; core < names.length; core++) for (const use of uses) sum += useTicks[core * USE_COUNT + use]!;
  return (sum * slots) / names.length;
}

/** Intervals as their starts and their ends, each sorted: enough to count how many are open. */
interface Intervals {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

/** Intervals of each device, in two columns: counted first, then added. */
class GroupedIntervals {
  readonly #first: Uint32Array;
  #fill = new Uint32Array(0);
  #starts = new Float64Array(0);
  #ends = new Float64Array(0);

  constructor(deviceCount: number) {
    this.#first = new Uint32Array(deviceCount + 1);
  }

  count(device: number): void {
    this.#first[device + 1]!++;
  }

  allocate(): void {
    for (let d = 1; d < this.#first.length; d++) this.#first[d]! += this.#first[d - 1]!;
    this.#fill = this.#first.slice();
    this.#starts = new Float64Array(this.#first.at(-1)!);
    this.#ends = new Float64Array(this.#first.at(-1)!);
  }

  add(device: number, start: number, end: number): void {
    const at = this.#fill[device]!++;
    this.#starts[at] = start;
    this.#ends[at] = end;
  }

  of(device: number): Intervals {
    const [from, to] = [this.#first[device]!, this.#first[device + 1]!];
    return { starts: sorted(this.#starts.subarray(from, to)), ends: sorted(this.#ends.subarray(from, to)) };
  }
}

/** Most columns of a device with one slot are in order already. */
function sorted(ticks: Float64Array): Float64Array {
  for (let i = 1; i < ticks.length; i++) if (ticks[i]! < ticks[i - 1]!) return ticks.sort();
  return ticks;
}

/** ∫ min(free slots, ops that wait) dt. */
function freeWhileWaiting(slots: number, busy: Intervals, waiting: Intervals): number {
  let [taken, wait, now, sum] = [0, 0, 0, 0];
  let [i, j, k, l] = [0, 0, 0, 0];
  while (l < waiting.ends.length) {
    const next = Math.min(busy.starts[i] ?? Infinity, busy.ends[j] ?? Infinity, waiting.starts[k] ?? Infinity, waiting.ends[l]!);
    sum += Math.max(0, Math.min(slots - taken, wait)) * (next - now);
    now = next;
    while (busy.starts[i] === now) { taken++; i++; }
    while (busy.ends[j] === now) { taken--; j++; }
    while (waiting.starts[k] === now) { wait++; k++; }
    while (waiting.ends[l] === now) { wait--; l++; }
  }
  return sum;
}

/** Idle power over the makespan, and what busy slots draw above it; undefined without power figures. */
export function energyJoules(time: DeviceTime, power: { readonly idleWatts: number; readonly busyWatts: number } | undefined, makespanNs: number, tickNs: number): number | undefined {
  if (power === undefined) return undefined;
  const busyNs = ((time.busyTicks + time.overheadTicks + time.setupTicks + time.abortedTicks) * tickNs) / time.slots;
  return (power.idleWatts * (makespanNs - (time.absentTicks * tickNs) / time.slots) + (power.busyWatts - power.idleWatts) * busyNs) / 1e9;
}
