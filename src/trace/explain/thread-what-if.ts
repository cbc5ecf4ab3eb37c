import { HeddleError } from "../../base/errors.ts";
import type { ThreadSpec } from "../../core/threads/thread-spec.ts";
import type { Trace } from "../../core/trace.ts";
import { nanoseconds } from "../nanoseconds.ts";
import { threadFailure } from "../threads/thread-findings.ts";

/** Threads with one thing changed. */
export interface ThreadVariant {
  /** "one more core" … */
  readonly label: string;
  readonly spec: ThreadSpec;
}

/** How the run went with one thing changed. */
export interface ThreadWhatIfResult {
  readonly label: string;
  /** Absent where it failed. */
  readonly afterNs?: number;
  /** 1 − after / before; above 0 = shorter. */
  readonly gain?: number;
  readonly failure?: string;
}

/** What changes of the threads would gain, the most first. */
export interface ThreadWhatIf {
  readonly candidates: number;
  readonly tried: number;
  readonly results: readonly ThreadWhatIfResult[];
}

/**
 * Runs threads again with one thing changed at a time.
 * @param variants the most promising first; no more than `most` of them are tried
 * @param again runs the scenario with other threads, the same seed and all else as it was
 */
export function threadWhatIf(trace: Trace, variants: readonly ThreadVariant[], most: number, again: (spec: ThreadSpec) => Trace, onStart?: (label: string, index: number, count: number) => void): ThreadWhatIf {
  const tried = variants.slice(0, most);
  const { tickNs } = trace.instance;
  const results = tried.map(({ label, spec }, i): ThreadWhatIfResult => {
    onStart?.(label, i, tried.length);
    try {
      const after = again(spec);
      const failed = threadFailure(after.threads);
      if (failed !== undefined) throw failed;
      return { label, afterNs: nanoseconds(after.makespanTicks, tickNs), gain: 1 - after.makespanTicks / trace.makespanTicks };
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      return { label, failure: error.issues[0]!.message };
    }
  });
  return { candidates: variants.length, tried: tried.length, results: results.sort((a, b) => (b.gain ?? -Infinity) - (a.gain ?? -Infinity)) };
}
