import type { Instance } from "./instance.ts";

/** Ticks from the arrival of its job until `op` should have ended: its own deadline or its job's, whichever is earlier; Infinity = it has none. */
export function deadlineAfterArrival({ opDeadlineTicks, jobDeadlineTicks, jobOf }: Instance, op: number): number {
  return Math.min(opDeadlineTicks?.[op] ?? Infinity, jobDeadlineTicks?.[jobOf[op]!] ?? Infinity);
}

/** The first op of each job in topological order: it waits for nothing but the job's arrival. */
export function firstOps({ jobCount, jobOf, topo }: Instance): Uint32Array {
  const first = new Uint32Array(jobCount);
  for (let i = topo.length - 1; i >= 0; i--) first[jobOf[topo[i]!]!] = topo[i]!;
  return first;
}

/**
 * A deadline in whole ticks: the last tick that is not after it, so that an end is late in ticks exactly when it is
 * late in time. Up to 10⁻⁶ of a tick is forgiven, as where durations are rounded.
 */
export function deadlineInTicks(ns: number, tickNs: number): number {
  return ns === Infinity ? Infinity : Math.floor(ns / tickNs + 1e-6);
}
