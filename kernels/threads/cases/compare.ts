import { median } from "../harness/summary.ts";
import type { ThreadCosts } from "../micro/costs.ts";
import type { CaseResult } from "./measure.ts";
import { simulateCase } from "./simulate.ts";

/** A measured case beside a simulated one. */
export interface ComparedCase extends CaseResult {
  /** What an operation takes by simulation, ns; undefined for cases that the simulator cannot be told of. */
  readonly simulatedNs?: number;
  /** (simulated − measured) ÷ measured. */
  readonly error?: number;
}

/** How well measured and simulated cases agree. */
export interface Agreement {
  readonly cases: number;
  /** Median of the errors without their signs. */
  readonly medianError: number;
  /** Median of the measurement against itself; undefined where no case has two runs. */
  readonly medianAa?: number;
  /** Cases with an error of at most {@link goal}. */
  readonly within: number;
  /**
   * Pairs of lock designs under the same load and threads that measurement tells apart (the intervals do not overlap),
   * and how many of them the simulator puts in the same order.
   */
  readonly lockPairs: number;
  readonly lockPairsRight: number;
}

/** The error that is aimed at. */
export const goal = 0.15;

/** Simulates each case with the costs of the machine, and nothing else. */
export function compareCases(results: readonly CaseResult[], profile: ThreadCosts): ComparedCase[] {
  return results.map((result) => {
    const simulatedNs = simulateCase(result.case, profile);
    if (simulatedNs === undefined) return result;
    const measured = result.nsPerOperation?.value;
    return { ...result, simulatedNs, ...(measured !== undefined && { error: (simulatedNs - measured) / measured }) };
  });
}

/** Sums the comparison up; undefined where nothing was compared. */
export function agreement(compared: readonly ComparedCase[]): Agreement | undefined {
  const all = compared.filter(({ error }) => error !== undefined);
  if (all.length === 0) return undefined;
  const errors = all.map(({ error }) => Math.abs(error!));
  const spreads = all.flatMap(({ aa }) => aa ?? []);
  const pairs = lockPairs(all);
  return {
    cases: all.length, medianError: median(errors), ...(spreads.length > 0 && { medianAa: median(spreads) }),
    within: errors.filter((error) => error <= goal).length,
    lockPairs: pairs.length, lockPairsRight: pairs.filter(Boolean).length,
  };
}

/** Whether the simulator orders each pair as measured. */
function lockPairs(compared: readonly ComparedCase[]): boolean[] {
  const locks = compared.filter((one) => one.case.program === "lock-loop");
  const rest = ({ case: one }: ComparedCase): string => one.name.slice(one.name.indexOf("/"));
  return locks.flatMap((a, i) => locks.slice(i + 1).flatMap((b) => {
    const [first, second] = [a.nsPerOperation!, b.nsPerOperation!];
    if (rest(a) !== rest(b) || !(first.high < second.low || second.high < first.low)) return [];
    return [Math.sign(a.simulatedNs! - b.simulatedNs!) === Math.sign(first.value - second.value)];
  }));
}
