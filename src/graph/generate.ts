import type { CostMatrix } from "../cost/cost-model.ts";
import { drawBytes, start, type EdgeOptions, type Random } from "./generate/task-graph.ts";
import type { OperatorGraph } from "./graph.ts";

export { fft } from "./generate/fft.ts";
export { gaussianElimination } from "./generate/gaussian-elimination.ts";
export { montage, type MontageOptions } from "./generate/montage.ts";
export { seriesParallel } from "./generate/series-parallel.ts";
export { stencil } from "./generate/stencil.ts";
export type { EdgeOptions, Random } from "./generate/task-graph.ts";
export { cholesky, lu, qr, type TileOptions } from "./generate/tiles.ts";

/** Ops one after the other. */
export function chain({ ops, edgeBytes = 0 }: { ops: number } & EdgeOptions): OperatorGraph {
  const { builder, task } = start("chain");
  for (let op = 0; op < ops; op++) {
    builder.opOfClass(task);
    if (op > 0) builder.edge(op - 1, op, edgeBytes);
  }
  return builder.build();
}

/** `stages` times: one op, then `branches` that wait for it, and one that waits for all of them. */
export function forkJoin({ stages = 1, branches, edgeBytes = 0 }: { stages?: number; branches: number } & EdgeOptions): OperatorGraph {
  const { builder, task } = start("fork-join");
  let fork = builder.opOfClass(task);
  for (let stage = 0; stage < stages; stage++) {
    const first = fork + 1;
    for (let branch = 0; branch < branches; branch++) builder.edge(fork, builder.opOfClass(task), edgeBytes);
    const join = builder.opOfClass(task);
    for (let branch = 0; branch < branches; branch++) builder.edge(first + branch, join, edgeBytes);
    fork = join;
  }
  return builder.build();
}

/**
 * `ops` ops in layers of about `width` (uniform in 1 … 2 × width - 1), each with up to `edgesPerOp` different
 * predecessors in the layer before.
 */
export function layered({ ops, width, edgesPerOp = 3, edgeBytes = 0, random }: { ops: number; width: number; edgesPerOp?: number; random: Random } & EdgeOptions): OperatorGraph {
  const { builder, task } = start("layered");
  const picked = new Uint32Array(edgesPerOp);
  let previous = 0;
  let first = 0;
  while (first < ops) {
    const size = Math.min(ops - first, 1 + Math.floor(random() * (2 * width - 1)));
    const before = first - previous;
    for (let op = first; op < first + size; op++) {
      builder.opOfClass(task);
      let count = 0;
      for (let edge = 0; edge < edgesPerOp && before > 0; edge++) {
        const from = previous + Math.floor(random() * before);
        if (picked.subarray(0, count).includes(from)) continue;
        picked[count++] = from;
        builder.edge(from, op, drawBytes(edgeBytes, random));
      }
    }
    previous = first;
    first += size;
  }
  return builder.build();
}

/**
 * `edges` edges, all different, drawn uniformly from the ops(ops - 1) / 2 pairs i < j.
 * @source The model G(n, M) of Erdős & Rényi, "On random graphs I" (1959), made acyclic by the order of the ids
 */
export function randomDag({ ops, edges, edgeBytes = 0, random }: { ops: number; edges: number; random: Random } & EdgeOptions): OperatorGraph {
  const { builder, task } = start("random");
  for (let op = 0; op < ops; op++) builder.opOfClass(task);
  let to = 1;
  for (const pair of drawDistinct((ops * (ops - 1)) / 2, edges, random)) {
    // Pairs are numbered (0,1), (0,2), (1,2), (0,3) …: those into `to` start at to(to - 1) / 2.
    while (pair >= (to * (to + 1)) / 2) to++;
    builder.edge(pair - (to * (to - 1)) / 2, to, drawBytes(edgeBytes, random));
  }
  return builder.build();
}

/** Options of {@link heterogeneousCosts}. */
export interface CostOptions {
  readonly ops: number;
  readonly devices: number;
  /** Mean duration; default 10,000. */
  readonly meanNs?: number;
  /**
   * `unrelated` (default): op and device are drawn together, so a device that is fast for one op may be slow for
   * another. `consistent`: each device has a speed, and is faster or slower for every op alike.
   */
  readonly kind?: "unrelated" | "consistent";
  /** Width of the distribution over devices relative to its mean, in [0, 2); 0 = all equal. Default 1. */
  readonly spread?: number;
  readonly random: Random;
}

/**
 * Durations of `ops` ops on `devices` devices, in whole ns from 1. On a `processorMachine` a byte takes a nanosecond: for
 * a communication to computation ratio c, generate the graph with `edgeBytes` = c × `meanNs`.
 * @example
 * const graph = layered({ ops: 1000, width: 20, edgeBytes: 5000, random });
 * const costs = heterogeneousCosts({ ops: 1000, devices: 4, random }); // c = 0.5
 * @source Topcuoglu, Hariri & Wu, "Performance-effective and low-complexity task scheduling for heterogeneous
 * computing" (2002), section 5.1: w(i, j) uniform in w(i) × (1 ∓ β/2), w(i) uniform in (0, 2 × mean]
 */
export function heterogeneousCosts(options: CostOptions): CostMatrix {
  const { ops, devices, meanNs = 10_000, kind = "unrelated", spread = 1, random } = options;
  const factor = () => 1 + spread * (random() - 0.5);
  const speed = Float64Array.from({ length: devices }, factor);
  const ns = new Float64Array(ops * devices);
  for (let op = 0; op < ops; op++) {
    const mean = meanNs * 2 * (1 - random());
    for (let device = 0; device < devices; device++) {
      ns[op * devices + device] = Math.max(1, Math.round(mean * (kind === "consistent" ? speed[device]! : factor())));
    }
  }
  return { deviceCount: devices, ns };
}

/** Options of {@link randomWorkload}. */
export interface RandomWorkloadOptions {
  readonly ops: number;
  readonly devices: number;
  /** Layers are about shape × √ops wide: below 1 deep and narrow, above 1 shallow and wide. Default 1. */
  readonly shape?: number;
  /** Most predecessors of an op; default 3. */
  readonly edgesPerOp?: number;
  /** Mean transfer time over mean duration (communication to computation ratio); default 1. */
  readonly ccr?: number;
  /** See {@link CostOptions}. */
  readonly meanNs?: number;
  readonly kind?: CostOptions["kind"];
  readonly spread?: number;
  readonly random: Random;
}

/**
 * A {@link layered} graph with {@link heterogeneousCosts}, by the parameters of the literature.
 * @source Topcuoglu, Hariri & Wu (2002), section 5.1: size, shape α, out degree, CCR and heterogeneity β
 */
export function randomWorkload(options: RandomWorkloadOptions): { graph: OperatorGraph; costs: CostMatrix } {
  const { ops, devices, shape = 1, edgesPerOp = 3, ccr = 1, meanNs = 10_000, kind = "unrelated", spread = 1, random } = options;
  const graph = layered({ ops, width: Math.max(1, Math.round(shape * Math.sqrt(ops))), edgesPerOp, edgeBytes: ccr * meanNs, random });
  return { graph, costs: heterogeneousCosts({ ops, devices, meanNs, kind, spread, random }) };
}

/** `count` different whole numbers below `limit`, ascending. */
function drawDistinct(limit: number, count: number, random: Random): Float64Array {
  const wanted = Math.min(count, limit);
  const drawn = new Float64Array(wanted);
  if (wanted * 8 > limit) {
    // Dense: pass over all numbers, keeping each with the probability that fills the rest exactly.
    let kept = 0;
    for (let value = 0; kept < wanted; value++) if (random() * (limit - value) < wanted - kept) drawn[kept++] = value;
    return drawn;
  }
  // Sparse: draw what is missing, drop what came twice, until nothing is missing.
  for (let kept = 0; kept < wanted; ) {
    for (let i = kept; i < wanted; i++) drawn[i] = Math.floor(random() * limit);
    drawn.sort();
    kept = 0;
    for (const value of drawn) if (kept === 0 || value !== drawn[kept - 1]) drawn[kept++] = value;
  }
  return drawn;
}
