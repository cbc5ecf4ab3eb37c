import { formatNs } from "../base/units.ts";
import { findingWords } from "../core/threads/findings.ts";
import type { FindingMetrics, ThreadMetrics } from "./threads/thread-result.ts";

/** How far a run came. */
export interface RunEnd {
  readonly makespanNs: number;
  /** False when the run was stopped before its end. */
  readonly complete: boolean;
  readonly threads?: Pick<ThreadMetrics, "findings" | "endNs">;
}

/** The makespan of a run for people; where threads could not go on there is none. */
export function makespanText({ makespanNs, complete, threads }: RunEnd): string {
  if (complete) return formatNs(makespanNs);
  const failed = threads?.findings.find(stops);
  return failed === undefined ? `${formatNs(makespanNs)} (stopped before the end)` : `none: stopped by ${findingWords[failed.kind]} at ${formatNs(threads!.endNs)}`;
}

/** True for what threads cannot go on from. */
function stops({ severity, kind }: FindingMetrics): boolean {
  return severity === "error" && kind !== "data-race" && kind !== "priority-inversion";
}
