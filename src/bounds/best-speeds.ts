import type { Instance } from "../core/instance.ts";

/**
 * The instance on devices that are always there, at the best speed that each ever has: no schedule of the instance itself
 * ends before the best one of this. Without changes, the instance itself.
 */
export function atBestSpeeds(instance: Instance): Instance {
  const { changeTicks, changeDevice, changeSpeed, deviceCount: D, costTicks, fixedTicks, memoryDemand } = instance;
  if (changeTicks === undefined) return instance;
  // What is due at tick 0 holds from the start: the last of it.
  const first = new Float64Array(D).fill(1);
  changeTicks.forEach((ticks, i) => {
    if (ticks === 0) first[changeDevice![i]!] = changeSpeed![i]!;
  });
  const best = first;
  changeTicks.forEach((ticks, i) => {
    const device = changeDevice![i]!;
    if (ticks > 0) best[device] = Math.max(best[device]!, changeSpeed![i]!);
  });
  if (best.every((speed) => speed === 1)) return instance;
  const speedOf = (cell: number): number => best[cell % D]!;
  return {
    ...instance,
    costTicks: costTicks.map((ticks, cell) => (speedOf(cell) > 0 ? ticks / speedOf(cell) : Infinity)),
    fixedTicks: fixedTicks.map((ticks, cell) => (speedOf(cell) > 0 ? ticks / speedOf(cell) : 0)),
    // The same bytes in less time.
    memoryDemand: memoryDemand.map((demand, cell) => demand * speedOf(cell)),
  };
}
