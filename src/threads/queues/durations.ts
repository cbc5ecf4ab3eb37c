import { quantity } from "../../base/quantity.ts";

/** An option that is a time of more than 0, in nanoseconds. */
export function positiveTime() {
  return quantity("time").refine((ns) => ns > 0, "must be longer than 0");
}

/**
 * What Linux multiplies the granularity of its fair schedulers by: 1 + log2 of the cores, of which it counts 8 at most.
 * @source Linux, kernel/sched/fair.c, `get_update_sysctl_factor`
 */
export function coreFactor(coreCount: number): number {
  return 1 + Math.floor(Math.log2(Math.min(coreCount, 8)));
}
