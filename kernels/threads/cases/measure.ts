import { median, quietRuns, summarize, type Summary } from "../harness/summary.ts";
import { runRounds, type JobRun, type JobRuns, type RoundOptions } from "../harness/rounds.ts";
import { operationsOf, type ThreadCase } from "./thread-case.ts";

/** What a case took. */
export interface CaseResult {
  readonly case: ThreadCase;
  /** What operations are: acquisitions, rounds, tasks … */
  readonly unit: string;
  /** From the first start to the last end, by the operations of all threads, ns; of the quieter runs. Undefined where no run ended. */
  readonly nsPerOperation?: Summary;
  /** Operations per second at the median. */
  readonly throughput?: number;
  /**
   * The measurement against itself: how far the medians of the even and of the odd runs lie apart, as a share of the
   * median. What a prediction is off by less than this says nothing. Undefined below two runs.
   */
  readonly aa?: number;
  /** Median share of the cores' time that other programs had. */
  readonly others?: number;
  /** Medians of all runs, ns per operation, quiet or not, in order. */
  readonly runsNs: readonly number[];
  /** Why there are no more runs. */
  readonly failure?: string;
}

/** Measures all cases in interleaved rounds; see {@link runRounds}. */
export async function measureCases(cases: readonly ThreadCase[], options: RoundOptions): Promise<CaseResult[]> {
  const outcomes = await runRounds(cases.map((one) => ({ ...one, warmUps: 1 })), options);
  return cases.map((one, i) => caseResult(one, outcomes[i]!));
}

/** Sums up the runs of a case. */
export function caseResult(one: ThreadCase, { runs, failure }: JobRuns): CaseResult {
  const { unit } = operationsOf(one, []);
  const base = { case: one, unit, runsNs: runs.map((run) => median(timesOf(one, run))), ...(failure !== undefined && { failure }) };
  if (runs.length === 0) return base;
  const kept = quietRuns(runs);
  const times = kept.map((run) => timesOf(one, run));
  const nsPerOperation = summarize(times);
  const loads = kept.flatMap(({ others }) => others ?? []);
  return {
    ...base,
    nsPerOperation,
    throughput: 1e9 / nsPerOperation.value,
    ...(times.length >= 2 && { aa: aaSpread(times.map(median)) }),
    ...(loads.length > 0 && { others: median(loads) }),
  };
}

/** ns per operation, by repetition. */
function timesOf(one: ThreadCase, { makespanNs, figures }: JobRun): number[] {
  return makespanNs.map((ns, repeat) => ns / operationsOf(one, figures.map((ofThread) => Number(ofThread[repeat]!["done"]))).count);
}

/** How far the medians of every other value lie apart, as a share of the median of all. */
export function aaSpread(values: readonly number[]): number {
  const half = (parity: number): number => median(values.filter((_, i) => i % 2 === parity));
  return Math.abs(half(0) - half(1)) / median(values);
}
