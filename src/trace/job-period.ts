import type { Trace } from "../core/trace.ts";
import { nanoseconds } from "./nanoseconds.ts";

/** Fewest jobs from which a period is read. */
const enoughJobs = 8;

/**
 * Mean time between the ends of two jobs in the steady state: the first quarter of the ends is left out, while the
 * stream fills. Undefined with fewer than eight ended jobs.
 */
export function jobPeriodNs({ jobs, instance }: Pick<Trace, "jobs" | "instance">): number | undefined {
  const ends = jobs.endTicks.filter((end) => !Number.isNaN(end)).sort();
  if (ends.length < enoughJobs) return undefined;
  const first = Math.floor(ends.length / 4);
  return nanoseconds(ends.at(-1)! - ends[first]!, instance.tickNs) / (ends.length - 1 - first);
}
