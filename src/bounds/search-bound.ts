import type { Instance } from "../core/instance.ts";
import { mostDevices, mostOps } from "../solver/schedule-problem.ts";
import { solveExactly, type Placement } from "./exact.ts";
import { inWholeTicks } from "./whole-ticks.ts";

/**
 * A lower bound by exhaustive search, in whole ticks: what {@link solveExactly} proves within a budget. 0 where it has nothing
 * to say: a large instance, jobs that follow back to back, and routes with a detour that is quicker than the direct way.
 * What the solver leaves out (contention, setups, room in memories) only delays, so what it proves holds for every run.
 * @param maxNodes partial schedules that may be looked at
 * @param incumbent a schedule to start from
 */
export function searchBound(instance: Instance, maxNodes: number, incumbent?: readonly Placement[]): number {
  const { opCount, deviceCount, jobArrivalTicks } = instance;
  if (opCount > mostOps || deviceCount > mostDevices || jobArrivalTicks.includes(Infinity) || hasShortcut(instance)) return 0;
  return Math.max(0, Math.ceil(solveExactly(inWholeTicks(instance), { maxNodes, ...(incumbent !== undefined && { incumbent }) }).lowerBoundTicks - 1e-6));
}

/** Some tensor might get somewhere sooner by way of a third memory. */
function hasShortcut({ memoryCount: M, routeLatencyTicks: latency, routeTicksPerByte: perByte }: Instance): boolean {
  for (let from = 0; from < M; from++) {
    for (let by = 0; by < M; by++) {
      if (from === by || latency[from * M + by] === Infinity) continue;
      for (let to = 0; to < M; to++) {
        if (to === by || to === from || latency[by * M + to] === Infinity) continue;
        const direct = from * M + to;
        if (latency[direct]! > latency[from * M + by]! + latency[by * M + to]! || perByte[direct]! > perByte[from * M + by]! + perByte[by * M + to]!) return true;
      }
    }
  }
  return false;
}
