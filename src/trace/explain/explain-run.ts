import type { Trace } from "../../core/trace.ts";
import { nanoseconds } from "../nanoseconds.ts";
import { explainPath, type PathStory } from "./explain-path.ts";
import { idleCauses, type DeviceIdle } from "./idle-causes.ts";
import { threadStory, type ThreadStory } from "./thread-story.ts";
import type { ThreadWhatIf } from "./thread-what-if.ts";
import type { WhatIf } from "./what-if.ts";
import { threadMetrics } from "../threads/thread-metrics.ts";
import type { ThreadMetrics } from "../threads/thread-result.ts";

/** Why a run took as long as it did. Times are true nanoseconds, shares lie in [0, 1]. */
export interface RunExplanation {
  readonly schemaVersion: 1;
  readonly name: string;
  readonly scheduler: string;
  readonly sync: string;
  readonly seed: number;
  /** False when the run was stopped before its end. */
  readonly complete: boolean;
  readonly tasks: number;
  readonly makespanNs: number;
  readonly criticalPath: PathStory;
  /** All but the one on whose cores threads run the operators: `threads` says what these did. */
  readonly devices: readonly DeviceIdle[];
  /** Where threads ran: what they did with the cores, and what they waited for. */
  readonly threads?: ThreadMetrics;
  /** What became of the time of threads, and what they stood in line for. */
  readonly threadStory?: ThreadStory;
  /** Where changes of the threads were simulated. */
  readonly threadWhatIf?: ThreadWhatIf;
  /** Where changes of the machine were simulated. */
  readonly whatIf?: WhatIf;
  /** Why they were not, or not all of them. */
  readonly whatIfNote?: string;
}

/**
 * Explains a run: its critical path, and why its devices were idle. What changes of the machine would gain is added by
 * who can simulate them ({@link whatIf}).
 * @example
 * console.log(formatRunExplanation(explainRun(trace)));
 */
export function explainRun(trace: Trace): RunExplanation {
  return {
    schemaVersion: 1, name: trace.instance.name, scheduler: trace.scheduler, sync: trace.sync, seed: trace.seed, complete: trace.complete,
    tasks: trace.instance.opCount, makespanNs: nanoseconds(trace.makespanTicks, trace.instance.tickNs), criticalPath: explainPath(trace), devices: idleCauses(trace).filter((_, device) => device !== trace.threads?.cores.device),
    ...(trace.threads !== undefined && { threads: threadMetrics(trace.threads, trace.instance.tickNs), threadStory: threadStory(trace.threads, trace.instance.tickNs) }),
  };
}
