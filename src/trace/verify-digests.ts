import { instanceDigest } from "../core/instance-digest.ts";
import { traceDigest } from "../core/trace-buffer.ts";
import type { Trace } from "../core/trace.ts";
import { recordDigest } from "./saved-trace.ts";
import type { VerifyProblem } from "./verify-context.ts";

/**
 * Checks that a saved trace is still what was saved: its digests, and those of what it holds. A schedule that was edited
 * may obey every rule of {@link verifyTrace}, and is nevertheless not the run that it claims to be. Nothing is signed: this
 * finds what was changed, not what was made up from the start.
 * @returns an empty array when the digests agree.
 */
export function verifyDigests(trace: Trace): VerifyProblem[] {
  const problems: VerifyProblem[] = [];
  const compare = (what: string, written: string, computed: string): void => {
    if (written !== computed) problems.push({ code: "digest", message: `the ${what} was changed after the run: its digest is ${computed}, and the file says ${written}` });
  };
  compare("graph, the machine or a cost", trace.instance.digest, instanceDigest(trace.instance));
  compare("schedule", trace.digest, traceDigest(trace));
  // Names, counts, peaks, what came before each start: only the file as a whole says that these are as they were.
  if (trace.record !== undefined && problems.length === 0) compare("file", trace.record, recordDigest(trace));
  return problems;
}
