import { formatNs } from "../base/units.ts";
import { findingWords } from "../core/threads/findings.ts";
import type { Metrics } from "./metrics.ts";

/** The makespan of a run for people; where threads could not go on there is none. */
export function makespanText({ makespanNs, complete, threads }: Pick<Metrics, "makespanNs" | "complete" | "threads">): string {
  if (complete) return formatNs(makespanNs);
  const failed = threads?.findings.find(({ severity, kind }) => severity === "error" && kind !== "data-race" && kind !== "priority-inversion");
  return failed === undefined ? `${formatNs(makespanNs)} (stopped before the end)` : `none: stopped by ${findingWords[failed.kind]} at ${formatNs(threads!.endNs)}`;
}
