import type { Instance } from "../core/instance.ts";
import { fractionalBound, type FractionalProgram } from "../solver/fractional-program.ts";
import { WaysInto } from "./ways-into.ts";
import { windowBound } from "./window-bound.ts";

/** Largest tables, ops × groups of equal devices and edges, for which the linear program is solved in every run. */
const mostCells = 60_000;
/** Cells that it may visit, which takes some hundredths of a second. */
const work = 8e6;

/** What a {@link mixedBound} is made of, as the other bounds found it. */
export interface MixedBoundInput {
  /** Earliest start of each op, see `criticalPathBound`. */
  readonly heads: Float64Array;
  /** Least time after each op, see `tailsOf`. */
  readonly tails: Float64Array;
  /** By class, what an operator takes at the least under the weights of `areaBound`. */
  readonly workOfClass: Float64Array;
}

/**
 * A lower bound from work and dependencies together, in ticks. Up to 60,000 cells of operators × different devices it is the
 * linear program of `fractionalBound`: paths, and each device's slots, compute units and memory bandwidth in windows of
 * time. Beyond that only windows are looked at, under the weights that the area bound has found: {@link windowBound}.
 */
export function mixedBound(instance: Instance, { heads, tails, workOfClass }: MixedBoundInput): number {
  if (instance.opCount === 0) return 0;
  const isLarge = instance.opCount > mostCells || instance.edgeCount > mostCells;
  const groups = isLarge ? [] : equalDevices(instance);
  if (isLarge || instance.opCount * groups.length > mostCells) return windowBound(instance, heads, tails, workOfClass);
  return fractionalBound(programOf(instance, groups, heads, tails), { work }).ticks;
}

/** Resources: slots of each group of equal devices, units of each, bandwidth of each memory; those that can never bind are left out. */
function programOf(instance: Instance, groups: readonly (readonly number[])[], head: Float64Array, tail: Float64Array): FractionalProgram {
  const { opCount, deviceCount: D, topo, pred, classOf, costTicks, fixedTicks, memoryDemand, slots, units, width, resourceCapacity, deviceMemory } = instance;
  const G = groups.length;
  const first = groups.map((devices) => devices[0]!);
  const sum = (of: (device: number) => number): Float64Array => Float64Array.from(groups, (devices) => devices.reduce((total, d) => total + of(d), 0));
  const ids = Uint32Array.from({ length: G }, (_, g) => g);
  const cell = (at: number): number => classOf[Math.floor(at / G)]! * D + first[at % G]!;
  const cost = Float64Array.from({ length: opCount * G }, (_, at) => costTicks[cell(at)]!);
  const shared = (at: number): number => (cost[at]! < Infinity ? Math.max(0, cost[at]! - (fixedTicks[cell(at)] ?? 0)) : 0);
  const slotCount = sum((d) => slots[d]!);
  const uses = [{ resourceOf: ids, ticks: cost.map((ticks, at) => ticks / slotCount[at % G]!) }];
  let resourceCount = G;
  if (units.some((count, d) => slots[d]! * width[d]! > count)) {
    const unitCount = sum((d) => units[d]!);
    uses.push({ resourceOf: ids.map((g) => G + g), ticks: cost.map((_, at) => (unitCount[at % G]! > 0 ? (shared(at) * width[first[at % G]!]!) / unitCount[at % G]! : 0)) });
    resourceCount += G;
  }
  const memoryOf = Uint32Array.from(first, (d) => deviceMemory[d]!);
  const bandwidth = Float64Array.from(memoryOf, (m) => resourceCapacity[m]!);
  if (memoryDemand.some((demand, at) => demand > 0 && resourceCapacity[deviceMemory[at % D]!]! < Infinity)) {
    const before = resourceCount;
    uses.push({ resourceOf: memoryOf.map((m) => before + m), ticks: cost.map((_, at) => (bandwidth[at % G]! > 0 ? (shared(at) * memoryDemand[cell(at)]!) / bandwidth[at % G]! : 0)) });
    resourceCount += instance.memoryCount;
  }
  return { opCount, deviceCount: G, topo, pred, cost, uses, resourceCount, head, tail, memoryOf, wayTicks: wayTicksOf(instance, memoryOf) };
}

/** Devices of one memory, or of any where nothing moves, that are equal for every class of operators: an optimum shares the work out equally over them. */
function equalDevices(instance: Instance): number[][] {
  const { deviceCount: D, classCount, deviceMemory, units, width, slots, costTicks, fixedTicks, memoryDemand, edgeTensor, tensorBytes } = instance;
  const memoryMatters = edgeTensor.some((tensor) => tensorBytes[tensor]! > 0) || memoryDemand.some((demand) => demand > 0);
  const equal = (a: number, b: number): boolean => {
    if ((memoryMatters && deviceMemory[a] !== deviceMemory[b]) || units[a] !== units[b] || width[a] !== width[b] || slots[a] !== slots[b]) return false;
    for (let row = 0; row < classCount * D; row += D) {
      if (costTicks[row + a] !== costTicks[row + b] || fixedTicks[row + a] !== fixedTicks[row + b] || memoryDemand[row + a] !== memoryDemand[row + b]) return false;
    }
    return true;
  };
  const groups: number[][] = [];
  for (let d = 0; d < D; d++) {
    const group = groups.find((devices) => equal(devices[0]!, d));
    if (group === undefined) groups.push([d]);
    else group.push(d);
  }
  return groups;
}

/** By edge and group of its consumer's device: the quickest way of the tensor into that device's memory, from wherever it may be. */
function wayTicksOf(instance: Instance, memoryOf: Uint32Array): Float64Array {
  const { edgeCount, edgeTensor, tensorBytes } = instance;
  const ways = new WaysInto(instance);
  const G = memoryOf.length;
  const ticks = new Float64Array(edgeCount * G);
  for (let edge = 0; edge < edgeCount; edge++) {
    const arrival = ways.arrivals(0, tensorBytes[edgeTensor[edge]!]!);
    for (let g = 0; g < G; g++) ticks[edge * G + g] = arrival[ways.wayOf[memoryOf[g]!]!]!;
  }
  return ticks;
}
