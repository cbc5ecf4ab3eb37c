import type { Instance } from "../core/instance.ts";

/**
 * True where the sizes of tensors are times: between any two memories a byte takes one nanosecond and nothing delays it,
 * as in the task graphs of the literature, which say how long a transfer takes and not how large it is.
 */
export function transfersAreTimes({ memoryCount, routeLatencyTicks, routeTicksPerByte, routeResources: { start, item }, resourceCapacity, tickNs }: Instance): boolean {
  for (let route = 0; route < memoryCount * memoryCount; route++) {
    if (route % (memoryCount + 1) === 0) continue; // From a memory to itself.
    if (routeLatencyTicks[route] !== 0 || Math.abs(routeTicksPerByte[route]! * tickNs - 1) > 1e-9) return false;
    for (let i = start[route]!; i < start[route + 1]!; i++) if (resourceCapacity[item[i]!]! < Infinity) return false;
  }
  return memoryCount > 1;
}
