import { InputError } from "../base/errors.ts";
import type { Instance } from "../core/instance.ts";
import { firstArrivals } from "./first-arrivals.ts";
import { branchAndBound, type Placement, type SearchResult } from "../solver/branch-and-bound.ts";
import { mostDevices, mostOps, type ScheduleProblem } from "../solver/schedule-problem.ts";

export type { Placement, TimedPlacement } from "../solver/branch-and-bound.ts";

/** Options of {@link solveExactly}. */
export interface ExactOptions {
  /** Partial schedules that may be looked at; default 1,000,000, which takes seconds for tens of operators. The answer depends on nothing else. */
  readonly maxNodes?: number;
  /** A schedule to start from, every operator in the order of starts, such as HEFT's. Default: a greedy one. */
  readonly incumbent?: readonly Placement[];
}

/** What {@link solveExactly} found. */
export interface ExactResult extends SearchResult {
  /** What the instance has and the solver does not regard: then the true optimum is no smaller, and a replay may take longer. */
  readonly leftOut: readonly Omission[];
}

/** Something that can only delay a schedule. */
export type Omission = "shared-devices" | "shared-memories" | "shared-links" | "setup" | "memory-capacity";

/**
 * The shortest schedule of a small instance and the proof that it is, by {@link branchAndBound}. It follows the engine
 * where nothing is shared and expected times hold. Up to 20 operators on 3 or 4 processors take a tenth of a second;
 * beyond 25 expect a gap.
 *
 * Not considered: data that a policy which places late could fetch from a copy in a third memory. That is never sooner
 * where no detour is quicker than the direct route.
 * @example
 * const { makespanTicks, proven } = solveExactly(instance); // 73, true on the graph of Topcuoglu, Hariri & Wu
 * @throws {InputError} for an instance that is too large, jobs that follow back to back, an incumbent that is no schedule,
 *   and operators that cannot all be run.
 */
export function solveExactly(instance: Instance, { maxNodes = 1_000_000, incumbent }: ExactOptions = {}): ExactResult {
  checkSize(instance);
  return { ...branchAndBound(problemOf(instance), { maxNodes, incumbent }), leftOut: omissions(instance) };
}

function checkSize({ name, opCount, deviceCount, jobArrivalTicks }: Instance): void {
  if (opCount > mostOps || deviceCount > mostDevices) {
    throw new InputError({ code: "too-large", message: `"${name}" has ${opCount} operators and ${deviceCount} devices; the exact solver takes ${mostOps} and ${mostDevices}`, hint: "lowerBound answers for any size" });
  }
  if (jobArrivalTicks.includes(Infinity)) {
    throw new InputError({ code: "back-to-back-jobs", message: "the exact solver does not know jobs that follow back to back", hint: "give each job an arrival" });
  }
}

function omissions(instance: Instance): Omission[] {
  const { deviceCount, units, width, slots, setupTicks, configuration, memoryDemand, memoryBytes, routeResources, resourceCapacity, tensorBytes, deviceMemory } = instance;
  const devices = Array.from({ length: deviceCount }, (_, d) => d);
  const found: Omission[] = [];
  if (devices.some((d) => slots[d]! * width[d]! > units[d]!)) found.push("shared-devices");
  if (memoryDemand.some((demand, cell) => demand > 0 && resourceCapacity[deviceMemory[cell % deviceCount]!]! < Infinity)) found.push("shared-memories");
  if (tensorBytes.some((bytes) => bytes > 0) && routeResources.item.some((resource) => resourceCapacity[resource]! < Infinity)) found.push("shared-links");
  if (devices.some((d) => setupTicks[d]! > 0) && configuration.some((needed) => needed >= 0)) found.push("setup");
  if (memoryBytes.some((bytes) => bytes < Infinity)) found.push("memory-capacity");
  return found;
}

/** The instance by op and device and not by class and memory. */
function problemOf(instance: Instance): ScheduleProblem {
  const { opCount, deviceCount: D, topo, pred, succ, slots, classOf, costTicks, deviceMemory, edgeTensor, tensorBytes } = instance;
  const cost = Float64Array.from({ length: opCount * D }, (_, cell) => costTicks[classOf[Math.floor(cell / D)]! * D + (cell % D)]!);
  const sizes = [...new Set(Array.from(edgeTensor, (tensor) => tensorBytes[tensor]!))];
  const moves = sizes.map((bytes) => Float64Array.from({ length: D * D }, (_, cell) => moveTicks(instance, bytes, deviceMemory[Math.floor(cell / D)]!, deviceMemory[cell % D]!)));
  const moveOfSize = new Map(sizes.map((bytes, i) => [bytes, i]));
  const moveOfEdge = Uint32Array.from(edgeTensor, (tensor) => moveOfSize.get(tensorBytes[tensor]!)!);
  return { opCount, deviceCount: D, topo, pred, succ, slots, cost, release: releases(instance), moves, moveOfEdge };
}

/** Whole ticks, as every end falls on one; what is hardly above a tick is rounding. Without bytes nothing moves. */
function moveTicks({ memoryCount: M, routeLatencyTicks, routeTicksPerByte }: Instance, bytes: number, from: number, to: number): number {
  if (from === to || bytes === 0) return 0;
  const ticks = routeLatencyTicks[from * M + to]! + bytes * routeTicksPerByte[from * M + to]!;
  return ticks < Infinity ? Math.max(0, Math.ceil(ticks - 1e-6)) : Infinity;
}

function releases(instance: Instance): Float64Array {
  const { opCount, deviceCount: D, deviceMemory, inputs, tensorBytes, tensorHome, tensorProducer, jobOf, jobArrivalTicks } = instance;
  const exists = firstArrivals(instance);
  const release = new Float64Array(opCount * D);
  for (let op = 0; op < opCount; op++) {
    release.fill(jobArrivalTicks[jobOf[op]!]!, op * D, (op + 1) * D);
    for (const tensor of inputs.item.subarray(inputs.start[op], inputs.start[op + 1])) {
      const home = tensorHome[tensor]!;
      if (tensorProducer[tensor]! >= 0 || home < 0) continue;
      for (let d = 0; d < D; d++) release[op * D + d] = Math.max(release[op * D + d]!, exists[tensor]! + moveTicks(instance, tensorBytes[tensor]!, home, deviceMemory[d]!));
    }
  }
  return release;
}
