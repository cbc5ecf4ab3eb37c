import type { Csr } from "../base/csr.ts";

/** Neighbours of op i are node[start[i] .. start[i + 1]), over edges edge[…]. An edge is one (op, input tensor) pair. */
export interface Adjacency {
  readonly start: Uint32Array;
  readonly node: Uint32Array;
  readonly edge: Uint32Array;
}

/**
 * Graph + machine + costs, compiled: plain data only, so that it can be posted to a worker, hashed and shared by the
 * runs of a sweep. All times are in ticks. Ids are positions in the scenario.
 *
 * With D devices, M memories: `costTicks[class * D + device]`, `routeLatencyTicks[from * M + to]`.
 */
export interface Instance {
  readonly name: string;
  /** Nanoseconds of one tick. */
  readonly tickNs: number;
  readonly opCount: number;
  readonly classCount: number;
  readonly tensorCount: number;
  readonly edgeCount: number;
  readonly deviceCount: number;
  readonly memoryCount: number;
  readonly resourceCount: number;
  readonly jobCount: number;

  // ── graph ──
  /** Consumers of each op's outputs, and producers of each op's inputs. Sorted by edge id. */
  readonly succ: Adjacency;
  readonly pred: Adjacency;
  /** Tensor of each edge; edges are numbered by (consumer, position among its inputs), inputs without producer left out. */
  readonly edgeTensor: Uint32Array;
  /** All input tensors of each op, weights and model inputs too. */
  readonly inputs: Csr;
  readonly tensorBytes: Float64Array;
  /** Op that makes the tensor; -1 = it exists before the run. */
  readonly tensorProducer: Int32Array;
  /** Memory of a tensor without producer; -1 = it is everywhere from the start (resident weights). */
  readonly tensorHome: Int32Array;
  /** Results that ops read too: they stay when the last of these has ended, as what nobody reads does. Absent where there is none. */
  readonly kept?: Uint32Array;
  /** How often each tensor is used: its consumers, and of a kept one the use that never ends. */
  readonly tensorUses: Uint32Array;
  readonly topo: Uint32Array;

  /** By op: the op of the workload that it runs once more; -1 = it is one itself. Those of the workload come first. Absent where each op runs once. See `duplicateOps`. */
  readonly duplicateOf?: Int32Array;

  // ── jobs: repeated instances of a workload ──
  readonly jobOf: Uint32Array;
  /** Arrival of each job in ticks. Infinity = when an earlier job ends (back to back). */
  readonly jobArrivalTicks: Float64Array;
  /** When each job should have ended, in ticks after its arrival; Infinity = no deadline. Absent where no job has one. */
  readonly jobDeadlineTicks?: Float64Array;
  /** When each op should have ended, in ticks after the arrival of its job; Infinity = no deadline of its own. Absent where no op has one. */
  readonly opDeadlineTicks?: Float64Array;

  // ── costs ──
  readonly classOf: Uint32Array;
  /** Expected time alone, setup excluded; Infinity = cannot run there. */
  readonly costTicks: Float64Array;
  /** What schedulers are told instead, in the same shape; absent = costTicks themselves. No part of the problem, so not of its digest. */
  readonly estimateTicks?: Float64Array | undefined;
  /** Of costTicks, the fixed phase. */
  readonly fixedTicks: Float64Array;
  readonly costSigma: Float64Array;
  /** Demand on the device's memory during the shared phase, bytes a tick. */
  readonly memoryDemand: Float64Array;
  /** Configuration the class needs on the device; -1 = any. */
  readonly configuration: Int32Array;

  // ── devices ──
  readonly slots: Int32Array;
  readonly deviceMemory: Uint32Array;
  /** Compute units in all, and those that one operator takes. */
  readonly units: Float64Array;
  readonly width: Float64Array;
  /** Time to load another configuration. */
  readonly setupTicks: Float64Array;
  /** A device that only carries spilled tensors, and computes nothing: its slot does not count. Absent where there is none. */
  readonly carrierDevice?: number;

  // ── devices that change; these three are absent where none does ──
  /** When each change happens, in order; of several at one tick the later entries come after the earlier ones. What is due at tick 0 holds before the run. */
  readonly changeTicks?: Float64Array;
  readonly changeDevice?: Uint32Array;
  /** How fast the device runs from then on: 1 = as its costs say, 0 = it is not there. */
  readonly changeSpeed?: Float64Array;

  // ── memories, routes, resources ──
  readonly memoryBytes: Float64Array;
  /** Infinity where two memories are not connected. */
  readonly routeLatencyTicks: Float64Array;
  readonly routeTicksPerByte: Float64Array;
  /** Shared resources of a route; its demand on each is 1 / routeTicksPerByte. `start` has M * M + 1 entries. */
  readonly routeResources: Csr;
  /** Capacity in bytes a tick (links, memories) or units (devices); Infinity = never a limit. Memories first (id = memory), then devices (M + device), then link directions and copy engines. */
  readonly resourceCapacity: Float64Array;

  // ── names, for messages ──
  readonly opNames: NameList;
  readonly tensorNames: NameList;
  readonly classKinds: readonly string[];
  readonly deviceNames: readonly string[];
  readonly memoryNames: readonly string[];
  readonly resourceNames: readonly string[];
  /** Hash of all of the above but the names and the estimates. */
  readonly digest: string;
}

/** Names on demand: a million strings are not made until somebody asks. */
export interface NameList {
  readonly length: number;
  at(id: number): string;
}

/** What schedulers are told of the expected times, `[class * D + device]`. */
export function estimatesOf({ estimateTicks, costTicks }: Instance): Float64Array {
  return estimateTicks ?? costTicks;
}

/** Largest number of shared resources that one activity draws on: a route's, or memory and units of a device. */
export function mostUses({ routeResources }: Instance): number {
  let most = 2;
  for (let route = 0; route + 1 < routeResources.start.length; route++) most = Math.max(most, routeResources.start[route + 1]! - routeResources.start[route]!);
  return most;
}
