import type { PolicyReport } from "../plugin.ts";
import type { Decisions } from "./decision-log.ts";
import type { Instance } from "./instance.ts";
import type { MemoryProfile, MemoryRelief } from "./memory-profile.ts";
import type { HostUse } from "./scheduler-host.ts";
import type { ThreadTrace } from "./threads/thread-trace.ts";

/** Kinds of trace rows. A run writes no `transfer` rows, since `transfers` says it all; traces saved earlier have them. */
export const RowKind = { run: 0, transfer: 1, setup: 2, aborted: 3 } as const;
export type RowKind = (typeof RowKind)[keyof typeof RowKind];

/** What a row's `subject` is an id of. */
export const SubjectKind = { op: 0, transfer: 1 } as const;
export type SubjectKind = (typeof SubjectKind)[keyof typeof SubjectKind];

/**
 * Everything a run left behind, in columns; times in ticks. Written always. Rows are in the order of ends, and made when
 * somebody looks: an op that was paused has several of kind `run`; an `aborted` row is a run that was lost with its device.
 */
export interface Trace {
  readonly instance: Instance;
  readonly scheduler: string;
  readonly sync: string;
  readonly seed: number;
  /** False when the run was stopped before its end (`untilTicks`). */
  readonly complete: boolean;
  /** Latest end of any op. */
  readonly makespanTicks: number;
  /** What the scheduler said of the run, where it has anything to say; not kept in trace files. */
  readonly report?: PolicyReport;

  /** Rows: (track, subject kind, subject, kind, start, end). Track of `run` and `setup`: the slot, counted over all devices (`slotStart[device] + slot`); of `transfer`: 0, unused. */
  readonly rows: {
    readonly length: number;
    readonly track: Uint32Array;
    readonly subjectKind: Uint8Array;
    readonly subject: Uint32Array;
    readonly kind: Uint8Array;
    readonly start: Float64Array;
    readonly end: Float64Array;
  };

  /** One entry an op; NaN or -1 for what did not happen. */
  readonly ops: {
    readonly device: Int32Array;
    /** Slot on its device, from 0. */
    readonly slot: Int32Array;
    /** All dependencies were visible to it. */
    readonly readyTicks: Float64Array;
    readonly placedTicks: Float64Array;
    /** Ready, and all inputs were in its device's memory. */
    readonly dataTicks: Float64Array;
    /** First start, and end. */
    readonly startTicks: Float64Array;
    readonly endTicks: Float64Array;
  };

  /** One entry a transfer, in the order requested. */
  readonly transfers: {
    readonly length: number;
    readonly tensor: Uint32Array;
    readonly from: Uint32Array;
    readonly to: Uint32Array;
    /** The op on whose behalf it was first requested. */
    readonly forOp: Uint32Array;
    readonly startTicks: Float64Array;
    readonly endTicks: Float64Array;
  };

  /** One entry a job. */
  readonly jobs: { readonly arrivalTicks: Float64Array; readonly endTicks: Float64Array };
  /** One entry a memory: largest number of live bytes, and of a resource: ∫ used dt / (capacity · makespan) is `resourceUse / capacity / makespan`. */
  readonly peakBytes: Float64Array;
  /** Integral over time of what was used of each resource (bytes, or unit-ticks). */
  readonly resourceUse: Float64Array;

  /** The policies as they were chosen, with their options; only in a trace that was read from a file which keeps them. */
  readonly policies?: ChosenPolicies;
  /** Hash of the file that the trace was read from; only in such a trace. */
  readonly record?: string;
  /** Every placement with what it was chosen from; only where it was asked for. */
  readonly decisions?: Decisions;
  /** When the host thread was busy deciding; only where that takes time. */
  readonly host?: HostUse;
  /** What threads did; only where there are any. */
  readonly threads?: ThreadTrace;
  /** How allocators filled the memories, by id; only where the scenario has a section `memory`. Not kept in trace files. */
  readonly memory?: readonly MemoryProfile[];
  /** What was spilled or made again; only where a memory was full. Not kept in trace files. */
  readonly relief?: MemoryRelief;

  /** Ops that the engine placed where the scheduler had not: it had placed them on a device that was lost, or on one that was not there. Absent where no device changes. */
  readonly redirectedCount?: number;

  readonly eventCount: number;
  readonly roundCount: number;
  readonly dispatchCount: number;
  /** Hash of the op columns and rows: equal digests, equal schedules. */
  readonly digest: string;
}

/** Name and options of the policies of a run, as a scenario writes them. */
export interface ChosenPolicies {
  readonly scheduler: { readonly use: string; readonly [option: string]: unknown };
  readonly sync: { readonly use: string; readonly [option: string]: unknown };
}

/** First track of each device; entry D is the number of tracks. */
export function slotStarts(instance: Instance): Uint32Array {
  const starts = new Uint32Array(instance.deviceCount + 1);
  for (let d = 0; d < instance.deviceCount; d++) starts[d + 1] = starts[d]! + instance.slots[d]!;
  return starts;
}
