import type { Instance } from "../../src/core/instance.ts";
import type { Demand } from "./max-min.ts";

/** How a transfer or an operator goes on: for itself first, then with others on resources of finite capacity. */
export interface Phases {
  readonly fixedTicks: number;
  /** The second part, as long as it takes alone. */
  readonly workTicks: number;
  /** Empty = it shares nothing. */
  readonly demands: readonly Demand[];
}

/** Latency, then bytes over the route. */
export function transferPhases(instance: Instance, from: number, to: number, bytes: number): Phases {
  const route = from * instance.memoryCount + to;
  const ticksPerByte = instance.routeTicksPerByte[route]!;
  const resources = [...instance.routeResources.item.slice(instance.routeResources.start[route], instance.routeResources.start[route + 1])];
  return {
    fixedTicks: instance.routeLatencyTicks[route]!,
    workTicks: bytes * ticksPerByte,
    demands: ticksPerByte > 0 ? finite(instance, resources.map((resource) => ({ resource, amount: 1 / ticksPerByte }))) : [],
  };
}

/**
 * A fixed phase, at normal speed; then work on memory bandwidth and compute units, as long as it takes alone on a device
 * of this speed. What shares nothing is all fixed phase. Columns that say nothing may be empty.
 */
export function operatorPhases(instance: Instance, opClass: number, device: number, speed: number): Phases {
  const cell = opClass * instance.deviceCount + device;
  const fixed = instance.fixedTicks[cell] ?? 0;
  const demands = finite(instance, [
    { resource: instance.deviceMemory[device]!, amount: (instance.memoryDemand[cell] ?? 0) * speed },
    { resource: instance.memoryCount + device, amount: instance.width[device]! },
  ]);
  if (demands.length === 0) return { fixedTicks: instance.costTicks[cell]!, workTicks: 0, demands };
  return { fixedTicks: fixed, workTicks: (instance.costTicks[cell]! - fixed) / speed, demands };
}

function finite(instance: Instance, demands: readonly Demand[]): Demand[] {
  return demands.filter(({ resource, amount }) => amount > 0 && instance.resourceCapacity[resource]! < Infinity);
}
