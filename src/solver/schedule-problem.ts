/** Neighbours of op i are node[start[i] .. start[i + 1]), over edges edge[…]. */
interface Adjacency {
  readonly start: Uint32Array;
  readonly node: Uint32Array;
  readonly edge: Uint32Array;
}

/**
 * What is to be scheduled, as plain tables: operators with dependencies, on unrelated devices with slots. Nothing is
 * shared but the slots; data moves from device to device in a time of its own. All times are in ticks. With D devices,
 * `cost[op * D + device]` and `moves[…][from * D + to]`.
 */
export interface ScheduleProblem {
  readonly opCount: number;
  readonly deviceCount: number;
  /** Ops in an order that respects every dependency. */
  readonly topo: Uint32Array;
  readonly pred: Adjacency;
  readonly succ: Adjacency;
  /** Operators that each device runs at once. */
  readonly slots: Int32Array;
  /** Infinity = cannot run there. */
  readonly cost: Float64Array;
  /** Earliest start by op and device that does not depend on any decision. */
  readonly release: Float64Array;
  /** The different matrices of transfer times; 0 within one memory, Infinity without a route. */
  readonly moves: readonly Float64Array[];
  /** By edge: which of them is its own. */
  readonly moveOfEdge: Uint32Array;
}

/** Largest problem that is searched, by the memory it takes; far beyond what can be solved. */
export const mostOps = 500;
export const mostDevices = 32;
