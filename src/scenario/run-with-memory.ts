import { counted } from "../base/units.ts";
import type { Instance } from "../core/instance.ts";
import type { Trace } from "../core/trace.ts";
import { CopyNames, recomputeTensors, spillTensors, type Carrier } from "../trace/evict-tensors.ts";
import { livePeaks } from "../trace/live-peaks.ts";
import { planRelief } from "../trace/memory-relief.ts";
import { outOfMemoryError } from "../trace/out-of-memory.ts";
import { replayBuffers, type NoRoom } from "../trace/replay-buffers.ts";
import { tensorBuffers } from "../trace/tensor-buffers.ts";
import { inPlaceRules, newAllocator, type MemoryPlan } from "./resolve-memory.ts";

/** Most runs until everything fits: each shows how the last plan went, and what it pushed elsewhere. */
const mostRuns = 30;
/** Most operators of a run, for each of the workload. */
const mostGrowth = 16;
/** Of the limit, after a run in which there were bytes enough, but not in one block. */
const lowered = 0.95;

/**
 * Runs an instance and puts its tensors through the allocators of the plan. Where one finds no room, and the plan says
 * so, tensors are planned to leave that memory for a while, and the instance is run anew with that in it, until all fits.
 * @param run one run of an instance, with fresh policies
 * @returns the trace, with the profile of each memory.
 * @throws {SimulationError} when a tensor finds no room.
 */
export function runWithMemory(plan: MemoryPlan, instance: Instance, run: (instance: Instance) => Trace): Trace {
  const limits = instance.memoryBytes.slice();
  let carrier: Carrier = { name: `spill to ${instance.memoryNames[plan.spillTo]!}`, memory: plan.spillTo };
  const names = new CopyNames();
  let tensors = 0;
  let moved = 0;
  let current = instance;
  for (let runs = 1; ; runs++) {
    const trace = run(current);
    const buffers = tensorBuffers(trace, plan.inPlace ? inPlaceRules : undefined);
    const { profiles, noRoom } = replayBuffers(buffers, plan.allocators.map((chosen, memory) => ({ memory, name: chosen.name, allocator: newAllocator(chosen, instance.memoryBytes[memory]!) })));
    if (noRoom === undefined) {
      const relief = plan.onFull === "error" || tensors === 0 ? undefined : { how: plan.onFull, tensors, bytes: moved, addedOps: current.opCount - instance.opCount, runs };
      // The run counts a spilled tensor once more for each operator that carries it.
      const peakBytes = trace.instance.carrierDevice === undefined ? trace.peakBytes : livePeaks(tensorBuffers(trace), trace.instance.memoryCount);
      return Object.assign(trace, { memory: profiles, peakBytes, ...(relief && { relief }) });
    }
    const fail = (tried?: string) => outOfMemoryError(trace.instance, buffers, noRoom, tried);
    if (plan.onFull === "error") throw fail();
    if (runs === mostRuns) throw fail(`after ${mostRuns} runs with more and more tensors moved away, there still was no room`);
    if (trace.instance.duplicateOf !== undefined) throw fail(`no tensor can leave while a scheduler runs operators several times`);
    if (current.opCount > mostGrowth * instance.opCount) throw fail(`after ${counted(current.opCount - instance.opCount, "operator")} were added to move tensors or to make them again, there still was no room`);
    const { memory } = noRoom;
    // As much as this did not fit, whatever the capacity: blocks are larger than what is asked for, and free ones scattered.
    limits[memory] = Math.min(limits[memory]!, liveBytes(noRoom) + noRoom.bytes - 1) * (enough(noRoom) ? lowered : 1);
    const evictions = planRelief(trace, buffers, { memory, limitBytes: limits[memory]!, how: plan.onFull, to: plan.spillTo });
    if (evictions.length === 0) throw fail(`no tensor there could ${plan.onFull === "spill" ? `leave for "${instance.memoryNames[plan.spillTo]}"` : "be made again"}: all are in use, or stay for good`);
    const spilled = plan.onFull === "spill" ? spillTensors(current, evictions, carrier, names) : undefined;
    const next = plan.onFull === "spill" ? spilled?.instance : recomputeTensors(current, evictions, names);
    if (next === undefined) throw fail("to move tensors away would make operators wait for one another in a circle");
    current = next;
    carrier = spilled?.carrier ?? carrier;
    for (const { tensor } of evictions) moved += trace.instance.tensorBytes[tensor]!;
    tensors += evictions.length;
  }
}

/** There were bytes enough, but not in one block. */
function enough({ freeBytes, bytes }: NoRoom): boolean {
  return freeBytes >= bytes;
}

function liveBytes({ alive, asking }: NoRoom): number {
  return [...alive, ...asking].reduce((sum, { bytes }) => sum + bytes, 0);
}
