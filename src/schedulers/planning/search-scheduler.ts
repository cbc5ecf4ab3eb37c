import type { PolicyReport, PolicyView, Scheduler } from "../../plugin.ts";
import { planHeft } from "../heft.ts";
import { meansOf } from "./means.ts";
import { staticScheduler, type Plan } from "./plan.ts";
import { upwardRanks } from "./ranks.ts";
import type { ScheduleDecoder } from "./schedule-decoder.ts";
import { byFallingPriority } from "./visit-by-priority.ts";

/** What a search for a plan found. */
export interface SearchResult {
  readonly plan: Plan;
  /** Schedules that were evaluated. */
  readonly evaluations: number;
  /** Makespan of the schedule it started from. */
  readonly startTicks: number;
}

/** A scheduler that carries out what a search finds, and reports where it began and ended. */
export function searchScheduler(search: (view: PolicyView) => SearchResult): Scheduler {
  let report: PolicyReport = {};
  return {
    ...staticScheduler((view) => {
      const { plan, evaluations, startTicks } = search(view);
      report = { evaluations, startNs: startTicks * view.tickNs, bestNs: plan.makespanTicks * view.tickNs };
      return plan;
    }),
    report: () => report,
  };
}

/** Evaluations that look at 2,000,000 ops in all, at least 100 and at most 5,000. */
export function defaultEvaluations(opCount: number): number {
  return Math.max(100, Math.min(5000, Math.floor(2_000_000 / Math.max(1, opCount))));
}

/** Order and genes of a schedule, as `ScheduleDecoder.decode` takes them. */
export interface Chromosome {
  readonly order: Uint32Array;
  readonly genes: Int32Array;
}

/** What searches begin with: HEFT's plan, and ops by falling upward rank, each where it ends first. */
export function searchSeeds(view: PolicyView): [heft: Chromosome, greedy: Chromosome] {
  const { order, device } = planHeft(view);
  return [{ order, genes: device }, { order: byFallingPriority(view, upwardRanks(view, meansOf(view))), genes: new Int32Array(view.opCount).fill(-1) }];
}

/** Mean time of an op over all that can run it, in ticks. */
export function meanTicks({ cost }: ScheduleDecoder): number {
  let sum = 0;
  let count = 0;
  for (const ticks of cost) {
    if (ticks === Infinity) continue;
    sum += ticks;
    count++;
  }
  return count > 0 ? sum / count : 0;
}
