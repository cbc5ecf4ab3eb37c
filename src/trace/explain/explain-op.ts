import type { Decisions } from "../../core/decision-log.ts";
import { estimatesOf } from "../../core/instance.ts";
import { RowKind, type Trace } from "../../core/trace.ts";
import { criticalPath } from "../critical-path.ts";
import { DeviceSpeeds } from "../device-speeds.ts";
import { deviceOfTrack } from "../device-of-track.ts";
import { nanoseconds } from "../nanoseconds.ts";
import { TransferIndex } from "../transfer-index.ts";
import type { Elsewhere } from "./elsewhere.ts";

/** Why an operator ran where and when it did. Times are true nanoseconds; what did not happen is absent. */
export interface OpExplanation {
  readonly schemaVersion: 1;
  readonly task: string;
  /** Position in the workload. */
  readonly id: number;
  /** Operator kind. */
  readonly kind: string;
  readonly scheduler: string;
  readonly device?: string;
  readonly slot?: number;
  /** When its job arrived. */
  readonly arrivalNs?: number;
  readonly readyNs?: number;
  /** The operator whose end it waited for last. */
  readonly readyBy?: { readonly task: string; readonly device?: string; readonly endNs: number };
  readonly placedNs?: number;
  /** When it was ready, placed, and its inputs were there. */
  readonly dataNs?: number;
  readonly startNs?: number;
  readonly endNs?: number;
  /** Runs of it that were lost with a device, first to last; absent where none was. */
  readonly lostRuns?: readonly { readonly device: string; readonly startNs: number; readonly endNs: number }[];
  /** What came to its device's memory for it, last arrival first; at most {@link mostShown}. */
  readonly inputs: readonly OpInput[];
  /** How many inputs moved. */
  readonly inputsMoved: number;
  /** Operators that held the device's slots, or began there, while it could have begun; in the order of their starts. */
  readonly ahead: readonly { readonly task: string; readonly startNs: number; readonly endNs?: number }[];
  readonly aheadCount: number;
  /** How long its device was not there while it could have begun; absent where it always was. */
  readonly absentNs?: number;
  readonly setupNs?: number;
  readonly runNs?: number;
  /** Its expected time alone on the device. */
  readonly expectedNs?: number;
  readonly onCriticalPath: boolean;
  /** Where it could have run; present with or without a decision log. */
  readonly devices: readonly OpAlternative[];
  /** From the decision log. */
  readonly decision?: {
    readonly atNs: number;
    /** It was placed before it was ready: of inputs that did not exist then the predictions know when and where they were planned to be made. */
    readonly planned: boolean;
    /** How many of the operators that it needs were placed after it: the predictions know nothing of what they make. Absent where none was. */
    readonly unplannedInputs?: number;
    /** How many devices could run it. */
    readonly candidates: number;
    /** Predicted end on the device chosen. */
    readonly predictedEndNs?: number;
    /** Place of the device chosen among all predicted ends, from 1; equal ends share a place. */
    readonly rank?: number;
  };
  /** Where other devices were simulated. */
  readonly elsewhere?: Elsewhere;
}

/** An input that moved. */
export interface OpInput {
  readonly tensor: string;
  readonly from: string;
  readonly to: string;
  readonly startNs: number;
  readonly endNs?: number;
  /** How much longer than alone it took: the link was shared. */
  readonly stretchNs?: number;
  /** It was requested for another operator before. */
  readonly sharedWith?: string;
}

/** A device that could run the operator. Without a decision log only its expected time alone is known. */
export interface OpAlternative {
  readonly device: string;
  readonly chosen: boolean;
  /** Expected time alone, setup included where there is a log. */
  readonly runNs: number;
  readonly waitNs?: number;
  readonly dataNs?: number;
  readonly predictedEndNs?: number;
}

/** Longest list of inputs and of operators ahead. */
export const mostShown = 5;
/** Most devices listed without a log. */
const mostDevices = 16;

/**
 * Why there, why then: what an operator waited for, and what the scheduler chose from.
 * @example
 * const { readyBy, decision, devices } = explainOp(trace, findOp(trace.instance, "conv1").op);
 */
export function explainOp(trace: Trace, op: number): OpExplanation {
  const { instance, ops } = trace;
  const device = ops.device[op]!;
  const known = (name: string, ticks: number): object => (Number.isNaN(ticks) ? {} : { [name]: nanoseconds(ticks, instance.tickNs) });
  const last = lastPredecessor(trace, op);
  const inputs = movedInputs(trace, op);
  const ahead = aheadOf(trace, op);
  const spent = timeSpent(trace, op);
  const lost = lostRuns(trace, op);
  const absent = device < 0 || !(ops.startTicks[op]! > ops.dataTicks[op]!) ? 0 : new DeviceSpeeds(instance).absentTicks(device, ops.dataTicks[op]!, ops.startTicks[op]!);
  const expected = device < 0 ? NaN : estimatesOf(instance)[instance.classOf[op]! * instance.deviceCount + device]!;
  return {
    schemaVersion: 1, task: instance.opNames.at(op), id: op, kind: instance.classKinds[instance.classOf[op]!]!, scheduler: trace.scheduler,
    ...(device >= 0 && { device: instance.deviceNames[device]! }), ...(ops.slot[op]! >= 0 && { slot: ops.slot[op]! }),
    ...known("arrivalNs", trace.jobs.arrivalTicks[instance.jobOf[op]!]!), ...known("readyNs", ops.readyTicks[op]!),
    ...(last >= 0 && { readyBy: {
      task: instance.opNames.at(last), ...(ops.device[last]! >= 0 && { device: instance.deviceNames[ops.device[last]!]! }), endNs: nanoseconds(ops.endTicks[last]!, instance.tickNs),
    } }),
    ...known("placedNs", ops.placedTicks[op]!), ...known("dataNs", ops.dataTicks[op]!), ...known("startNs", ops.startTicks[op]!), ...known("endNs", ops.endTicks[op]!),
    ...(lost.length > 0 && { lostRuns: lost }), inputs: inputs.slice(0, mostShown), inputsMoved: inputs.length, ahead: ahead.slice(0, mostShown), aheadCount: ahead.length, ...(absent > 0 && known("absentNs", absent)),
    ...(spent.setup > 0 && known("setupNs", spent.setup)), ...(spent.run >= 0 && known("runNs", spent.run)), ...known("expectedNs", expected),
    onCriticalPath: criticalPath(trace).some((step) => step.kind === "run" && step.op === op),
    ...alternatives(trace, op),
  } as OpExplanation;
}

/** The predecessor that ended last, ties to the first input; -1 without one, and before all have ended. */
function lastPredecessor({ instance, ops }: Trace, op: number): number {
  let last = -1;
  for (let i = instance.pred.start[op]!; i < instance.pred.start[op + 1]!; i++) {
    const producer = instance.pred.node[i]!;
    if (Number.isNaN(ops.endTicks[producer]!)) return -1;
    if (last < 0 || ops.endTicks[producer]! > ops.endTicks[last]!) last = producer;
  }
  return last;
}

function movedInputs(trace: Trace, op: number): OpInput[] {
  const { instance, ops, transfers } = trace;
  if (ops.device[op]! < 0) return [];
  const to = instance.deviceMemory[ops.device[op]!]!;
  const index = new TransferIndex(trace);
  const ids: number[] = [];
  for (let i = instance.inputs.start[op]!; i < instance.inputs.start[op + 1]!; i++) {
    const id = index.of(instance.inputs.item[i]!, to);
    if (id >= 0 && !ids.includes(id)) ids.push(id);
  }
  const end = (id: number): number => (Number.isNaN(transfers.endTicks[id]!) ? Infinity : transfers.endTicks[id]!);
  return ids.sort((a, b) => (end(b) === end(a) ? a - b : end(b) - end(a))).map((id): OpInput => {
    const tensor = transfers.tensor[id]!;
    const route = transfers.from[id]! * instance.memoryCount + to;
    const alone = Math.ceil(instance.routeLatencyTicks[route]! + instance.tensorBytes[tensor]! * instance.routeTicksPerByte[route]! - 1e-6);
    const stretch = transfers.endTicks[id]! - transfers.startTicks[id]! - alone;
    const forOp = transfers.forOp[id]!;
    return {
      tensor: instance.tensorNames.at(tensor), from: instance.memoryNames[transfers.from[id]!]!, to: instance.memoryNames[to]!, startNs: nanoseconds(transfers.startTicks[id]!, instance.tickNs),
      ...(end(id) < Infinity && { endNs: nanoseconds(end(id), instance.tickNs) }), ...(stretch > 0 && { stretchNs: nanoseconds(stretch, instance.tickNs) }),
      ...(forOp !== op && { sharedWith: instance.opNames.at(forOp) }),
    };
  });
}

/** Operators on the device between the moment the op could begin and its start. */
function aheadOf({ instance, ops }: Trace, op: number): OpExplanation["ahead"][number][] {
  const device = ops.device[op]!;
  const could = ops.dataTicks[op]!;
  const start = Number.isNaN(ops.startTicks[op]!) ? Infinity : ops.startTicks[op]!;
  if (device < 0 || !(could < start)) return [];
  const ahead: number[] = [];
  for (let other = 0; other < instance.opCount; other++) {
    if (other !== op && ops.device[other] === device && ops.startTicks[other]! < start && !(ops.endTicks[other]! <= could)) ahead.push(other);
  }
  return ahead.sort((a, b) => ops.startTicks[a]! - ops.startTicks[b]! || a - b).map((other) => ({
    task: instance.opNames.at(other), startNs: nanoseconds(ops.startTicks[other]!, instance.tickNs),
    ...(!Number.isNaN(ops.endTicks[other]!) && { endNs: nanoseconds(ops.endTicks[other]!, instance.tickNs) }),
  }));
}

function lostRuns({ rows, instance }: Trace, op: number): Required<OpExplanation>["lostRuns"] {
  const lost = [...rows.kind.subarray(0, rows.length).keys()].filter((row) => rows.kind[row] === RowKind.aborted && rows.subject[row] === op);
  return lost.map((row) => ({ device: instance.deviceNames[deviceOfTrack(instance, rows.track[row]!)]!, startNs: nanoseconds(rows.start[row]!, instance.tickNs), endNs: nanoseconds(rows.end[row]!, instance.tickNs) }));
}

/** Ticks of the op's rows; run is -1 where it has none. */
function timeSpent({ rows }: Trace, op: number): { readonly setup: number; readonly run: number } {
  let [setup, run] = [0, -1];
  for (let row = 0; row < rows.length; row++) {
    if (rows.kind[row] === RowKind.transfer || rows.kind[row] === RowKind.aborted || rows.subject[row] !== op) continue;
    const ticks = rows.end[row]! - rows.start[row]!;
    if (rows.kind[row] === RowKind.setup) setup += ticks;
    else run = Math.max(run, 0) + ticks;
  }
  return { setup, run };
}

function alternatives(trace: Trace, op: number): Pick<OpExplanation, "devices" | "decision"> {
  const { instance, ops, decisions } = trace;
  const at = decisions === undefined ? -1 : decisions.op.subarray(0, decisions.length).lastIndexOf(op);
  if (decisions !== undefined && at >= 0) return logged(trace, decisions, at);
  const devices: OpAlternative[] = [];
  for (let d = 0; d < instance.deviceCount; d++) {
    const ticks = estimatesOf(instance)[instance.classOf[op]! * instance.deviceCount + d]!;
    const chosen = ops.device[op] === d;
    if (ticks < Infinity && (chosen || devices.length < mostDevices)) devices.push({ device: instance.deviceNames[d]!, chosen, runNs: nanoseconds(ticks, instance.tickNs) });
  }
  return { devices };
}

function logged({ instance, ops }: Trace, decisions: Decisions, at: number): Required<Pick<OpExplanation, "devices" | "decision">> {
  const { first, alternatives: log, atTicks } = decisions;
  const ns = (ticks: number): number => nanoseconds(ticks, instance.tickNs);
  const op = decisions.op[at]!;
  const devices: OpAlternative[] = [];
  const end = (i: number): number => atTicks[at]! + Math.max(log.waitTicks[i]!, log.dataTicks[i]!) + log.runTicks[i]!;
  let chosen = -1;
  for (let i = first[at]!; i < first[at + 1]!; i++) {
    if (log.device[i] === ops.device[op]) chosen = i;
    const dataKnown = log.dataTicks[i]! < Infinity;
    devices.push({
      device: instance.deviceNames[log.device[i]!]!, chosen: chosen === i, runNs: ns(log.runTicks[i]!), waitNs: ns(log.waitTicks[i]!),
      ...(dataKnown && { dataNs: ns(log.dataTicks[i]!), predictedEndNs: ns(end(i)) }),
    });
  }
  const predicted = chosen < 0 ? Infinity : end(chosen);
  const unplanned = decisions.planned[at] === 0 ? 0 : placedLater(decisions, at, instance.pred.node.subarray(instance.pred.start[op]!, instance.pred.start[op + 1]!));
  let rank = 1;
  for (let i = first[at]!; i < first[at + 1]!; i++) if (end(i) < predicted) rank++;
  return {
    devices: devices.sort((a, b) => (a.predictedEndNs ?? Infinity) - (b.predictedEndNs ?? Infinity) || 0),
    decision: { atNs: ns(atTicks[at]!), planned: decisions.planned[at] === 1, ...(unplanned > 0 && { unplannedInputs: unplanned }), candidates: decisions.candidates[at]!, ...(predicted < Infinity && { predictedEndNs: ns(predicted), rank }) },
  };
}

/** How many of these operators had not been placed before decision `at`. */
function placedLater({ op }: Decisions, at: number, producers: Uint32Array): number {
  const later = new Set(producers);
  for (let i = 0; i < at; i++) later.delete(op[i]!);
  return later.size;
}
