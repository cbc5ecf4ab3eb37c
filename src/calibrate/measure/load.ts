import { readFileSync } from "node:fs";

/** Other programs may have this share of the cores while the machine still counts as quiet. */
export const quietShare = 0.05;

/** Ticks of the system's processor time since it started, in the unit of /proc/stat. */
export interface ProcessorTicks {
  readonly busy: number;
  readonly total: number;
}

/** What the cores have done until now; undefined where the system does not say. */
export function processorTicks(): ProcessorTicks | undefined {
  try {
    const ticks = readFileSync("/proc/stat", "latin1").split("\n", 1)[0]!.split(/\s+/).slice(1, 9).map(Number);
    const total = ticks.reduce((sum, value) => sum + value, 0);
    // The fourth and fifth are idle and waiting for a disk.
    return { total, busy: total - ticks[3]! - ticks[4]! };
  } catch {
    return undefined;
  }
}

/**
 * The share of all cores' time between two readings that others had: neither the process that is measured nor idle.
 * @param ownShare processor time of that process as a share of all cores' time
 */
export function othersShare(before: ProcessorTicks | undefined, after: ProcessorTicks | undefined, ownShare: number): number | undefined {
  if (before === undefined || after === undefined || after.total === before.total) return undefined;
  return Math.max(0, (after.busy - before.busy) / (after.total - before.total) - ownShare);
}
