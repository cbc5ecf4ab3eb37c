import { RowKind, SubjectKind, slotStarts, type Trace } from "../core/trace.ts";
import { DeviceSpeeds } from "./device-speeds.ts";
import { verifyCapacity } from "./verify-capacity.ts";
import { isTick, type VerifyCode, type VerifyContext, type VerifyProblem } from "./verify-context.ts";
import { misfitDuplicate } from "./verify-duplicates.ts";
import { verifyMemory } from "./verify-memory.ts";
import { verifyRows } from "./verify-rows.ts";
import { verifyThreads } from "./verify-threads.ts";
import { verifyTransfers } from "./verify-transfers.ts";

export type { VerifyCode, VerifyProblem };

/** How strictly to check. */
export interface VerifyOptions {
  /** True when durations were drawn with noise: then no operator is held to its cost. Default: true when any cost has a sigma. */
  readonly noise?: boolean;
  /** Problems to report of each code. Default 20. */
  readonly limit?: number;
}

/**
 * Checks a trace against its instance, from the rules of a schedule alone and with none of the engine's code: every
 * operator once, on a device that can run it, after its inputs were there; one operator at a time in a slot; transfers
 * as long as their bytes need; nothing on a device that was not there; no shared resource past its capacity in any interval; totals and peaks of memories that add up;
 * one thread at a time on a core and in a critical section, and none beyond its life.
 *
 * Takes O(n log n) in the number of operators, edges and transfers. How many events, rounds and
 * decisions it took cannot be told from a schedule: {@link verifyDigests} says whether a file was changed.
 * @returns an empty array when nothing is wrong.
 * @example
 * for (const { code, message } of verifyTrace(trace)) console.error(`${code}: ${message}`);
 */
export function verifyTrace(trace: Trace, options: VerifyOptions = {}): VerifyProblem[] {
  const problems: VerifyProblem[] = [];
  const counts = new Map<VerifyCode, number>();
  const limit = options.limit ?? 20;
  const report = (code: VerifyCode, message: () => string): void => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    if (count <= limit) problems.push({ code, message: message() });
  };
  const context: VerifyContext = {
    trace, report,
    noise: options.noise ?? trace.instance.costSigma.some((sigma) => sigma > 0),
    speeds: trace.instance.changeTicks === undefined ? undefined : new DeviceSpeeds(trace.instance),
    slotStart: slotStarts(trace.instance),
    setupTicks: new Float64Array(trace.instance.opCount),
    runCount: new Uint32Array(trace.instance.opCount),
  };
  if (verifyShape(context)) {
    const misfit = misfitDuplicate(trace.instance);
    if (misfit !== undefined) report("duplicate", () => misfit);
    verifyOps(context);
    verifyRows(context);
    verifyTransfers(context);
    verifyCapacity(context);
    verifyMemory(context);
    verifyTotals(context);
    verifyThreads(context);
  }
  for (const [code, count] of counts) if (count > limit) problems.push({ code, message: `${count - limit} more like these` });
  return problems;
}

/** Lengths of columns, and ids within their ranges: what the other checks rely on. */
function verifyShape({ trace, report, slotStart }: VerifyContext): boolean {
  const { instance, ops, rows, transfers, jobs } = trace;
  let sound = true;
  const expect = (holds: boolean, message: () => string): void => {
    if (holds) return;
    sound = false;
    report("columns", message);
  };
  const lengths = (name: string, table: object, length: number): void => {
    for (const [column, values] of Object.entries(table) as [string, unknown][]) {
      if (ArrayBuffer.isView(values)) expect((values as Uint8Array).length === length, () => `${name}.${column} has ${(values as Uint8Array).length} entries instead of ${length}`);
    }
  };
  lengths("ops", ops, instance.opCount);
  lengths("rows", rows, rows.length);
  lengths("transfers", transfers, transfers.length);
  lengths("jobs", jobs, instance.jobCount);
  if (!sound) return false;

  const tracks = slotStart[instance.deviceCount]!;
  for (let row = 0; row < rows.length; row++) {
    const ofOp = rows.subjectKind[row] === SubjectKind.op;
    const kind = rows.kind[row]!;
    const subjects = ofOp ? instance.opCount : transfers.length;
    const known = ofOp ? kind === RowKind.run || kind === RowKind.setup || kind === RowKind.aborted : rows.subjectKind[row] === SubjectKind.transfer && kind === RowKind.transfer;
    if (!known || rows.subject[row]! >= subjects || (ofOp && rows.track[row]! >= tracks)) {
      expect(false, () => `row ${row} is of a kind, subject or track that does not exist`);
    }
  }
  for (let op = 0; op < instance.opCount; op++) {
    const device = ops.device[op]!;
    if (device < -1 || device >= instance.deviceCount) expect(false, () => `${instance.opNames.at(op)} ran on device ${device}, which does not exist`);
  }
  for (let t = 0; t < transfers.length; t++) {
    if (transfers.tensor[t]! >= instance.tensorCount || transfers.from[t]! >= instance.memoryCount || transfers.to[t]! >= instance.memoryCount || transfers.forOp[t]! >= instance.opCount) {
      expect(false, () => `transfer ${t} names a tensor, memory or operator that does not exist`);
    }
  }
  return sound;
}

function verifyOps({ trace, report }: VerifyContext): void {
  const { instance, ops, jobs } = trace;
  const { pred } = instance;
  const name = (op: number): string => instance.opNames.at(op);
  for (let op = 0; op < instance.opCount; op++) {
    const device = ops.device[op]!;
    const ready = ops.readyTicks[op]!;
    const placed = ops.placedTicks[op]!;
    const data = ops.dataTicks[op]!;
    const start = ops.startTicks[op]!;
    const end = ops.endTicks[op]!;
    if (trace.complete && Number.isNaN(end)) report("not-ended", () => `${name(op)} never ended, though the run did`);
    if (!Number.isNaN(ready)) {
      if (!(ready >= jobs.arrivalTicks[instance.jobOf[op]!]!)) report("job-arrival", () => `${name(op)} became ready at ${ready}, before its job arrived at ${jobs.arrivalTicks[instance.jobOf[op]!]}`);
      for (let i = pred.start[op]!; i < pred.start[op + 1]!; i++) {
        const before = pred.node[i]!;
        if (!(ops.endTicks[before]! <= ready)) report("precedence", () => `${name(op)} became ready at ${ready}, before ${name(before)} ended at ${ops.endTicks[before]}`);
      }
    }
    if (Number.isNaN(start)) {
      if (!Number.isNaN(end)) report("bad-times", () => `${name(op)} ended at ${end} but never started`);
      continue;
    }
    const inOrder = ready <= data && data <= start && placed <= start && !(end < start);
    if (!inOrder || !isTick(ready) || !isTick(placed) || !isTick(data) || !isTick(start) || !(Number.isNaN(end) || isTick(end))) {
      report("bad-times", () => `${name(op)}: ready ${ready}, placed ${placed}, data ${data}, start ${start}, end ${end} are not ticks in order`);
    }
    if (device < 0) {
      report("bad-device", () => `${name(op)} started without a device`);
      continue;
    }
    if (!(instance.costTicks[instance.classOf[op]! * instance.deviceCount + device]! < Infinity)) report("bad-device", () => `${name(op)} ran on ${instance.deviceNames[device]}, which cannot run it`);
    if (!(ops.slot[op]! >= 0 && ops.slot[op]! < instance.slots[device]!)) report("bad-slot", () => `${name(op)} ran in slot ${ops.slot[op]} of ${instance.deviceNames[device]}, which has ${instance.slots[device]}`);
  }
}

function verifyTotals({ trace, report }: VerifyContext): void {
  const { instance, ops, jobs } = trace;
  let makespan = lastThreadEnd(trace);
  const jobEnd = new Float64Array(instance.jobCount).fill(NaN);
  for (let op = 0; op < instance.opCount; op++) {
    const end = ops.endTicks[op]!;
    if (end > makespan) makespan = end;
    const job = instance.jobOf[op]!;
    if (!(end <= jobEnd[job]!)) jobEnd[job] = end;
  }
  if (trace.makespanTicks !== makespan) report("totals", () => `the makespan is given as ${trace.makespanTicks}, the last ${trace.threads === undefined ? "operator" : "operator or thread"} ended at ${makespan}`);
  if (!trace.complete) return;
  for (let job = 0; job < instance.jobCount; job++) {
    const due = instance.jobArrivalTicks[job]!;
    const arrival = jobs.arrivalTicks[job]!;
    const asDue = due === Infinity ? jobs.endTicks.some((end, other) => other !== job && end === arrival) : arrival === due;
    if (!asDue) report("job-arrival", () => `job ${job} arrived at ${arrival} instead of ${due === Infinity ? "the end of another job" : due}`);
    if (!Number.isNaN(jobEnd[job]!) && jobs.endTicks[job] !== jobEnd[job]) report("totals", () => `job ${job} is said to end at ${jobs.endTicks[job]}, its last operator ended at ${jobEnd[job]}`);
  }
}

/** 0 where no thread ended. */
function lastThreadEnd({ threads }: Trace): number {
  return threads === undefined ? 0 : threads.table.endTicks.reduce((last, end) => (end > last ? end : last), 0);
}
