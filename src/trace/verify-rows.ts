import { groupBy, type Csr } from "../base/csr.ts";
import { RowKind, SubjectKind } from "../core/trace.ts";
import { isLongEnough, isTick, type VerifyContext } from "./verify-context.ts";

/** Rows agree with the columns of their subjects, slots hold one operator at a time, runs and setups are long enough. */
export function verifyRows(context: VerifyContext): void {
  const deviceOf = new Uint32Array(context.slotStart.at(-1)!);
  for (let device = 0; device < context.trace.instance.deviceCount; device++) deviceOf.fill(device, context.slotStart[device], context.slotStart[device + 1]);
  verifySubjects(context, deviceOf);
  verifyTracks(context, deviceOf);
}

function verifySubjects({ trace, report, speeds, slotStart, setupTicks, runCount, noise }: VerifyContext, deviceOf: Uint32Array): void {
  const { instance, ops, rows, transfers } = trace;
  const cores = trace.threads?.cores;
  const costOn = (op: number, device: number): number => instance.costTicks[instance.classOf[op]! * instance.deviceCount + device]!;
  const first = new Float64Array(instance.opCount).fill(Infinity);
  const last = new Float64Array(instance.opCount).fill(-Infinity);
  /** Fraction of each operator that its rows can have done; a paused one may have run on several devices. */
  const done = new Float64Array(instance.opCount);
  const moved = new Uint8Array(transfers.length);
  for (let row = 0; row < rows.length; row++) {
    const subject = rows.subject[row]!;
    const start = rows.start[row]!;
    const end = rows.end[row]!;
    if (!isTick(start) || !isTick(end) || end < start) report("bad-times", () => `row ${row} goes from ${start} to ${end}`);
    if (rows.subjectKind[row] === SubjectKind.transfer) {
      if (moved[subject]) report("row-mismatch", () => `transfer ${subject} has two rows`);
      moved[subject] = 1;
      if (transfers.startTicks[subject] !== start || transfers.endTicks[subject] !== end) report("row-mismatch", () => `row ${row} of transfer ${subject} goes from ${start} to ${end}, the transfer from ${transfers.startTicks[subject]} to ${transfers.endTicks[subject]}`);
      continue;
    }
    const track = rows.track[row]!;
    const device = deviceOf[track]!;
    if (speeds !== undefined && speeds.absentTicks(device, start, end) > 0) report("absent", () => `row ${row} shows ${instance.opNames.at(subject)} on ${instance.deviceNames[device]} from ${start} to ${end}, when that was not there all the time`);
    // What was lost with its device says nothing of the run that counts.
    if (rows.kind[row] === RowKind.aborted) {
      if (!(speeds !== undefined && speeds.losses(device, end, end) > 0)) report("aborted", () => `row ${row} says that ${instance.opNames.at(subject)} was aborted at ${end}, but ${instance.deviceNames[device]} was not lost then`);
      continue;
    }
    const isBefore = !(start >= ops.startTicks[subject]!);
    if (rows.kind[row] === RowKind.setup && isBefore && speeds !== undefined && speeds.losses(device, end, ops.startTicks[subject]! >= 0 ? ops.startTicks[subject]! : Infinity) > 0) continue;
    if (start < first[subject]!) first[subject] = start;
    if (rows.kind[row] === RowKind.setup) setupTicks[subject]! += end - start;
    else {
      runCount[subject]!++;
      // Threads may share an operator: no more than all cores together can do.
      const cost = costOn(subject, device) / (device === cores?.device ? cores.speed : 1);
      const work = speeds === undefined ? end - start : speeds.work(device, start, end);
      done[subject]! += isLongEnough(work, cost) ? 1 : work / cost;
      if (end > last[subject]!) last[subject] = end;
    }
    const isLast = rows.kind[row] === RowKind.run && end === ops.endTicks[subject];
    if (!(costOn(subject, device) < Infinity) || (isLast && track !== (slotStart[ops.device[subject]!] ?? NaN) + ops.slot[subject]!)) {
      report("row-mismatch", () => `row ${row} shows ${instance.opNames.at(subject)} on track ${track}, of ${instance.deviceNames[device]}, but it ran in slot ${ops.slot[subject]} of ${instance.deviceNames[ops.device[subject]!] ?? "no device"}`);
    }
  }
  for (let op = 0; op < instance.opCount; op++) {
    if (Number.isNaN(ops.endTicks[op]!)) continue;
    const name = (): string => instance.opNames.at(op);
    if (runCount[op] === 0) report("row-mismatch", () => `${name()} ended at ${ops.endTicks[op]} but has no run row`);
    else if (first[op] !== ops.startTicks[op] || last[op] !== ops.endTicks[op]) report("row-mismatch", () => `${name()} went from ${ops.startTicks[op]} to ${ops.endTicks[op]}, its rows from ${first[op]} to ${last[op]}`);
    if (!noise && runCount[op]! > 0 && done[op]! < 1 - (runCount[op]! > 1 ? 1e-5 : 1e-9)) report("run-too-short", () => `${name()} ran for ${done[op]! * 100} % of the time that it takes alone`);
  }
}

/** Walks each slot through its rows in time: no two at once, and a setup wherever the configuration changes. */
function verifyTracks({ trace, report, speeds, slotStart, setupTicks, runCount }: VerifyContext, deviceOf: Uint32Array): void {
  const { instance, rows, threads } = trace;
  const tracks = deviceOf.length;
  const { start: first, item } = rowsByTrack(trace, tracks);
  for (let track = 0; track < tracks; track++) {
    const device = deviceOf[track]!;
    const place = (): string => `slot ${track - slotStart[device]!} of ${instance.deviceNames[device]}`;
    const mine = item.subarray(first[track]!, first[track + 1]!);
    if (!isSorted(mine, rows.start, rows.end)) mine.sort((a, b) => rows.start[a]! - rows.start[b]! || rows.end[a]! - rows.end[b]! || a - b);
    let busyUntil = 0;
    let before = -1;
    let loaded = -1;
    for (const row of mine) {
      const op = rows.subject[row]!;
      // Threads take turns on a core: that nobody has one beside another is told by their own rows.
      if (rows.start[row]! < busyUntil && device !== threads?.cores.device) report("overlap", () => `${place()} runs ${instance.opNames.at(op)} from ${rows.start[row]} while ${instance.opNames.at(before)} runs there until ${busyUntil}`);
      // A device that comes back has nothing loaded.
      if (speeds !== undefined && speeds.losses(device, busyUntil, rows.start[row]!) > 0) loaded = -1;
      busyUntil = Math.max(busyUntil, rows.end[row]!);
      before = op;
      if (rows.kind[row] !== RowKind.run) continue;
      const wanted = instance.configuration[instance.classOf[op]! * instance.deviceCount + device] ?? -1;
      if (wanted < 0 || wanted === loaded) continue;
      loaded = wanted;
      if (runCount[op] === 1 && !isLongEnough(setupTicks[op]!, instance.setupTicks[device]!)) report("setup-missing", () => `${place()} ran ${instance.opNames.at(op)} without the ${instance.setupTicks[device]} ticks of setup for its configuration`);
    }
  }
}

/** Rows of operators on each track, in row order. */
function rowsByTrack({ rows }: VerifyContext["trace"], tracks: number): Csr {
  return groupBy(tracks, rows.track, (row) => rows.subjectKind[row] === SubjectKind.op);
}

function isSorted(items: Uint32Array, first: Float64Array, second: Float64Array): boolean {
  for (let i = 1; i < items.length; i++) {
    const a = items[i - 1]!;
    const b = items[i]!;
    if (first[a]! > first[b]! || (first[a] === first[b] && second[a]! > second[b]!)) return false;
  }
  return true;
}
