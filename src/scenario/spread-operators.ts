import type { Instance } from "../core/instance.ts";
import { changedInstance } from "../core/vary-instance.ts";
import type { ResolvedThreads } from "./resolve-threads.ts";

const known = new WeakMap<Instance, Instance>();

/** Notes that threads share the work of operators in runs of this instance: one may be faster than on one core. */
export function noteSpread(instance: Instance, { device, spec }: Pick<ResolvedThreads, "device" | "spec">): void {
  if (device === undefined) return;
  const { speed, physical, smtGain } = spec.cores;
  // Hardware threads of a core together get done what `smtGain` says, of its fastest.
  const fastest = new Map<number, number>();
  physical.forEach((core, i) => fastest.set(core, Math.max(fastest.get(core) ?? 0, speed[i]!)));
  known.set(instance, asOneCore(instance, device, [...fastest.values()].reduce((sum, one) => sum + one, 0) * smtGain));
}

/** The instance that bounds of such runs are of; the instance itself where operators are not shared. */
export function boundedInstance(instance: Instance): Instance {
  return known.get(instance) ?? instance;
}

/**
 * The instance with one device as a single core, as fast as all of its cores together: what can be done on many cores can
 * be done there in no more time, however operators are cut.
 */
function asOneCore(instance: Instance, device: number, speed: number): Instance {
  const { deviceCount, costTicks, fixedTicks, memoryDemand, slots } = instance;
  const scaled = (column: Float64Array, factor: number) => column.map((value, i) => (i % deviceCount === device ? value * factor : value));
  return changedInstance(instance, { costTicks: scaled(costTicks, 1 / speed), fixedTicks: scaled(fixedTicks, 1 / speed), memoryDemand: scaled(memoryDemand, speed), slots: slots.map((count, i) => (i === device ? 1 : count)) });
}
