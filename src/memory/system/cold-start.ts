import type { AccessShape } from "./access-shape.ts";
import type { CacheShares } from "./cache-shares.ts";
import type { CoreActivities } from "./core-activities.ts";

/** How far an activity has come that began with cold caches: shares of its cold touches, of the others, and of all its work. */
export interface ColdProgress {
  readonly cold: number;
  readonly warm: number;
  readonly done: number;
}

/**
 * How far an activity has come after a share `spent` of its time. What was in no cache when it began comes first: with a
 * share f of its touches so cold, f of its work takes what is left of the time beside 1 - f of what it would take warm.
 * So one that is interrupted often keeps paying for its caches, and still gets on.
 * @param coldShare f
 * @param ns what it takes, and what it would take if nothing were cold
 * @source Mogul & Borg, The Effect of Context Switches on Cache Performance, ASPLOS 1991 (misses come at once after a switch)
 * @example
 * coldProgress(0.25, { whole: 400, warm: 200 }, 0.5).done; // 0.2: of the 250 ns that the cold quarter takes, 200 are over
 */
export function coldProgress(coldShare: number, { whole, warm }: { readonly whole: number; readonly warm: number }, spent: number): ColdProgress {
  const coldNs = Math.max(coldShare * whole, whole - (1 - coldShare) * warm);
  const ns = spent * whole;
  const cold = coldNs > 0 ? Math.min(1, ns / coldNs) : 1;
  const rest = whole > coldNs ? Math.max(0, (ns - coldNs) / (whole - coldNs)) : cold;
  return { cold, warm: rest, done: coldShare * cold + (1 - coldShare) * rest };
}

/** Share of the touches of the activity on a core that go to what was not there: in the first cache beyond the nearest one that could hold it all, else in the last. */
export function coldShare(core: number, shape: AccessShape, on: CoreActivities, shares: CacheShares): number {
  const lines = shape.lines * on.scale[core]!;
  let cold = 0;
  for (let level = on.levels - 1; level >= Math.min(1, on.levels - 1); level--) {
    const pool = shares.poolOf(level, core, shape.cacheClass);
    if (pool >= 0 && (cold === 0 || shares.capacity(pool) >= shape.set)) cold = on.cold[level * on.count + core]!;
  }
  return lines > 0 ? Math.min(1, cold / lines) : 0;
}
