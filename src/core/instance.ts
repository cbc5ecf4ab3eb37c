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
  /** Consumers of each tensor: how many. */
  readonly tensorUses: Uint32Array;
  readonly topo: Uint32Array;

  // ── jobs: repeated instances of a workload ──
  readonly jobOf: Uint32Array;
  /** Arrival of each job in ticks. Infinity = when an earlier job ends (back to back). */
  readonly jobArrivalTicks: Float64Array;

  // ── costs ──
  readonly classOf: Uint32Array;
  /** Expected time alone, setup excluded; Infinity = cannot run there. */
  readonly costTicks: Float64Array;
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
  /** Hash of all of the above but the names. */
  readonly digest: string;
}

/** Names on demand: a million strings are not made until somebody asks. */
export interface NameList {
  readonly length: number;
  at(id: number): string;
}

/** Largest number of shared resources that one activity names: a route's, or memory and units of a device. */
export function mostUses({ routeResources }: Instance): number {
  let most = 2;
  for (let route = 0; route + 1 < routeResources.start.length; route++) most = Math.max(most, routeResources.start[route + 1]! - routeResources.start[route]!);
  return most;
}
