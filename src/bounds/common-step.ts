import { commonUnit } from "../base/common-unit.ts";
import type { Instance } from "../core/instance.ts";

/** Cells of costs, beyond which nobody looks for a step: of so many operators it is next to nothing. */
const mostCells = 1e6;

/**
 * The step in which the shortest makespan can change, in ticks: where all operators, transfers and arrivals are whole
 * multiples of some time, so are all starts and ends of the schedule in which each operator is as early as its slot and
 * its inputs allow, and links, setups and room in memories only delay that. A bound may so be rounded up to it, and is
 * the same whether times were written in seconds or in nanoseconds. 1 where operators share a device's units or its
 * memory's bandwidth: these end at any time.
 */
export function commonStep(instance: Instance): number {
  const { deviceCount: D, units, slots, width, memoryDemand, deviceMemory, resourceCapacity, costTicks } = instance;
  const shared = units.some((count, d) => slots[d]! * width[d]! > count) || memoryDemand.some((demand, cell) => demand > 0 && resourceCapacity[deviceMemory[cell % D]!]! < Infinity);
  return shared || costTicks.length > mostCells ? 1 : commonUnit(times(instance));
}

/** Lazily: mostly the costs alone have nothing in common. */
function* times({ costTicks, jobArrivalTicks, tensorBytes, inputs, routeLatencyTicks, routeTicksPerByte }: Instance): Iterable<ArrayLike<number>> {
  yield costTicks;
  yield jobArrivalTicks;
  const sizes = new Set<number>();
  for (const tensor of inputs.item) sizes.add(tensorBytes[tensor]!);
  sizes.delete(0);
  for (const bytes of sizes) {
    yield routeLatencyTicks.map((latency, route) => (routeTicksPerByte[route]! < Infinity ? Math.ceil(Math.max(0, latency + bytes * routeTicksPerByte[route]! - 1e-6)) : Infinity));
  }
}
