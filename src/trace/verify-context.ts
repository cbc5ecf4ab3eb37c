import type { Trace } from "../core/trace.ts";
import type { DeviceSpeeds } from "./device-speeds.ts";

/** A rule that a trace breaks. */
export type VerifyCode =
  | "columns" | "not-ended" | "bad-device" | "bad-slot" | "bad-times" | "precedence" | "job-arrival" | "data-missing"
  | "row-mismatch" | "overlap" | "absent" | "aborted" | "run-too-short" | "setup-missing"
  | "transfer-subject" | "transfer-source" | "transfer-repeated" | "transfer-too-short" | "over-capacity" | "bytes-moved" | "memory-peak" | "totals" | "duplicate" | "digest"
  | "thread-overlap" | "thread-life" | "busy-time" | "critical-section";

/** One thing wrong with a trace: a bug in the engine that made it, or a file that was changed. */
export interface VerifyProblem {
  readonly code: VerifyCode;
  readonly message: string;
}

/** What the checks share. */
export interface VerifyContext {
  readonly trace: Trace;
  readonly noise: boolean;
  /** Undefined where no device changes. */
  readonly speeds: DeviceSpeeds | undefined;
  /** First track of each device. */
  readonly slotStart: Uint32Array;
  /** Ticks of the setup rows of each op, and how many run rows it has: more than one where it was paused, and perhaps moved. */
  readonly setupTicks: Float64Array;
  readonly runCount: Uint32Array;
  /** The message is made only when it will be shown. */
  report(code: VerifyCode, message: () => string): void;
}

/** The engine rounds ends up to ticks, and forgives this fraction of a tick of float dust. */
export const dustTicks = 1e-6;

/** True when `ticks` is enough for something that takes `alone` ticks. */
export function isLongEnough(ticks: number, alone: number): boolean {
  return ticks >= alone * (1 - 1e-9) - dustTicks;
}

/** A tick is a whole number, not negative. */
export function isTick(ticks: number): boolean {
  return ticks >= 0 && Number.isInteger(ticks);
}
