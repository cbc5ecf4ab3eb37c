import type { Instance } from "../core/instance.ts";
import { speedTogether } from "../core/threads/core-table.ts";
import type { ThreadTrace } from "../core/threads/thread-trace.ts";
import { changedInstance } from "../core/vary-instance.ts";
import type { ResolvedThreads } from "./resolve-threads.ts";

/** Cores on which threads share operators: the device that they are of (-1 = threads run no operators), and how fast they are together. */
export type SharedCores = Pick<ThreadTrace["cores"], "device" | "speed">;

/** Those of threads that have not run yet. */
export function sharedCores({ device = -1, spec }: Pick<ResolvedThreads, "device" | "spec">): SharedCores {
  return { device, speed: speedTogether(spec.cores) };
}

/**
 * The instance that bounds are of where threads share the work of operators, so that one may be faster than on a single
 * core: with the cores as one, as fast as all of them together. What can be done on many cores can be done there in no more
 * time, however operators are cut. The instance itself where operators are not shared.
 */
export function asOneCore(instance: Instance, { device, speed }: SharedCores): Instance {
  if (device < 0) return instance;
  const { deviceCount, costTicks, fixedTicks, memoryDemand, slots } = instance;
  const scaled = (column: Float64Array, factor: number) => column.map((value, i) => (i % deviceCount === device ? value * factor : value));
  return changedInstance(instance, { costTicks: scaled(costTicks, 1 / speed), fixedTicks: scaled(fixedTicks, 1 / speed), memoryDemand: scaled(memoryDemand, speed), slots: slots.map((count, i) => (i === device ? 1 : count)) });
}
