import { SimulationError, type Issue } from "../../base/errors.ts";
import type { ThreadFinding } from "../../core/threads/findings.ts";
import type { ThreadTrace } from "../../core/threads/thread-trace.ts";
import type { FindingMetrics } from "./thread-result.ts";

/** The findings of a run as data, in the order of the trace: first why threads could not go on. */
export function findingMetrics({ findings }: ThreadTrace): FindingMetrics[] {
  return findings.map(({ kind, fails, message, atNs, parts }) => ({
    kind, severity: fails ? "error" : "warning", message, atNs,
    parts: parts.map(({ thread, object, heldBy, holderEnded, at, sinceNs }) => ({
      thread, ...(object !== "" && { object }), ...(heldBy !== "" && { heldBy }), ...(holderEnded && { holderEnded }), ...(at.line > 0 && { file: at.file, line: at.line, column: at.column }), sinceNs,
    })),
  }));
}

/** Findings as problems, with the position of the first thread that has one. @param fails those that fail the run, or those that do not */
export function findingIssues({ findings }: Pick<ThreadTrace, "findings">, fails: boolean): Issue[] {
  return findings.filter((finding) => finding.fails === fails).map(issueOf);
}

/** What makes a run with threads fail, for those who have no use for its results; undefined where it went well. */
export function threadFailure(threads: ThreadTrace | undefined): SimulationError | undefined {
  const failed = threads?.findings.find(({ fails }) => fails);
  return failed && new SimulationError(issueOf(failed));
}

const hints: Readonly<Record<ThreadFinding["kind"], string>> = {
  deadlock: "let all threads take locks in one order, or take them with tryLock",
  livelock: "let threads wait instead of trying again and again, or back off for times of their own",
  starvation: "a fair lock, a fair thread policy, or more cores",
  "lost-wakeup": "signal with the lock held, and wait only while the condition does not hold: while …: wait",
  "priority-inversion": "protocol: inherit, or ceiling, lets the holder run",
  "data-race": "access it under one lock, or order the threads by a flag, a barrier or join",
};

const endedHint = "unlock it on every way to the end of the program";
const stuckHint = "what they wait for never comes: do they wait for each other, or does another thread end too early, or come there less often?";

function issueOf({ kind, message, parts }: ThreadFinding): Issue {
  const at = parts.find(({ at: { line } }) => line > 0)?.at;
  return { code: kind, message: withoutKind(message, kind), ...(at !== undefined && { file: at.file, line: at.line, column: at.column }), hint: hintOf(kind, parts) };
}

/** An order of locks is no help where a lock's holder has ended, or no lock is in the game. */
function hintOf(kind: ThreadFinding["kind"], parts: ThreadFinding["parts"]): string {
  if (kind !== "deadlock") return hints[kind];
  if (parts.some(({ holderEnded }) => holderEnded)) return endedHint;
  return parts.every(({ heldBy }) => heldBy === "") ? stuckHint : hints.deadlock;
}

/** A message without the name of the kind in front, where a code beside it says the same. */
export function withoutKind(message: string, kind: string): string {
  const words = kind.replaceAll("-", " ");
  for (const start of [`${words}: `, "lost wake-up: "]) if (message.startsWith(start)) return message.slice(start.length);
  return message;
}
