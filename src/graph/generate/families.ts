import { z } from "zod";
import { Registry, type Named } from "../../base/registry.ts";
import { chain, forkJoin, layered, randomDag } from "../generate.ts";
import type { OperatorGraph } from "../graph.ts";
import { count } from "../models/define-model.ts";
import { fft } from "./fft.ts";
import { gaussianElimination } from "./gaussian-elimination.ts";
import { montage } from "./montage.ts";
import { seriesParallel } from "./series-parallel.ts";
import { stencil } from "./stencil.ts";
import type { Random } from "./task-graph.ts";
import { cholesky, lu, qr } from "./tiles.ts";
import type { Variation } from "./weigh.ts";

/** A family of task graphs of the literature. Its options are the parameters of its shape. */
export interface Family<O = unknown> extends Named {
  readonly source: string;
  /** Every option has a default. */
  readonly options: z.ZodObject<Record<string, z.ZodType>>;
  /** What the mean duration of a task depends on, where the user does not say. */
  readonly vary: Variation;
  /** True where tasks have flops and bytes, so that a cost model can answer for a real machine. */
  readonly kernels: boolean;
  /** The bare graph; edges weigh nothing, but those of kernels. */
  build(options: O, random: Random): OperatorGraph;
}

/** A family whose option types are forgotten, as the registry holds it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyFamily = Family<any>;

function family<S extends z.ZodRawShape>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly options: S;
  readonly vary?: Variation;
  readonly kernels?: boolean;
  readonly build: (options: z.output<z.ZodObject<S>>, random: Random) => OperatorGraph;
}): AnyFamily {
  return { vary: "task", kernels: false, ...definition, options: z.strictObject(definition.options) as unknown as AnyFamily["options"] };
}

const atLeast2 = (preset: number, description: string, most: number) => z.int().min(2).max(most).default(preset).describe(description);
const ops = (preset: number) => count(preset, "tasks", 1_000_000);
const share = (preset: number, description: string) => z.number().min(0).max(1).default(preset).describe(description);
const edgesPerOp = count(3, "most edges into a task", 1000);
const matrix = { tiles: count(8, "tiles a side", 150), tile: count(960, "rows and columns of a tile of f64 numbers, for cost models", 65_536) };
const topcuoglu = "Topcuoglu, Hariri & Wu, Performance-effective and low-complexity task scheduling for heterogeneous computing, TPDS 2002";
const buttari = "Buttari, Langou, Kurzak & Dongarra, A class of parallel tiled linear algebra algorithms for multicore architectures, Parallel Computing 2009";

/** Every family that `workload: {generate: …}` can make. */
export const families: readonly AnyFamily[] = [
  family({
    name: "layered", summary: "random layers, each task with up to edgesPerOp predecessors in the layer before", source: `${topcuoglu}: its random graphs, by size v, shape α and degree`,
    options: { ops: ops(100), shape: z.number().min(0.001).max(1000).default(1).describe("layers are about shape × √ops wide: below 1 deep and narrow, above 1 shallow and wide"), edgesPerOp },
    build: ({ ops, shape, edgesPerOp }, random) => layered({ ops, width: Math.max(1, Math.round(shape * Math.sqrt(ops))), edgesPerOp, random }),
  }),
  family({
    name: "erdos-renyi", summary: "ops × edgesPerOp edges drawn from all pairs of tasks, from the lower to the higher id", source: "Erdős & Rényi, On random graphs I, 1959: G(n, M)",
    options: { ops: ops(100), edgesPerOp: z.number().min(0).max(1000).default(3).describe("edges over tasks, on average") },
    build: ({ ops, edgesPerOp }, random) => randomDag({ ops, edges: Math.round(ops * edgesPerOp), random }),
  }),
  family({
    name: "series-parallel", summary: "a random two-terminal series-parallel graph", source: "Valdes, Tarjan & Lawler, The recognition of series parallel digraphs, SIAM J. Comput. 1982",
    options: { ops: atLeast2(100, "tasks, at least 2", 1_000_000), parallel: share(0.5, "probability of a parallel step: 0 is a chain, 1 the widest graph") },
    build: ({ ops, parallel }, random) => seriesParallel({ ops, parallel, random }),
  }),
  family({
    name: "chain", summary: "tasks one after the other", source: "the graph without parallelism",
    options: { ops: ops(10) }, build: ({ ops }) => chain({ ops }),
  }),
  family({
    name: "fork-join", summary: "stages of branches between a fork and a join", source: "the shape of data-parallel loops, as in OpenMP and bulk-synchronous programs",
    options: { stages: count(2, "forks one after the other", 10_000), branches: count(8, "tasks side by side", 100_000) },
    build: ({ stages, branches }) => forkJoin({ stages, branches }),
  }),
  family({
    name: "stencil", summary: "sweeps over a grid of blocks that read their neighbours", source: "the five-point stencil; with one row, the three-point one",
    options: { rows: count(1, "rows of blocks", 2000), columns: count(10, "columns of blocks", 2000), steps: count(10, "sweeps", 10_000) },
    build: ({ rows, columns, steps }) => stencil({ rows, columns, steps }),
  }),
  family({
    name: "fft", summary: "recursive fast Fourier transform: m points are 2m - 1 calls and m log2 m butterflies", source: `${topcuoglu}, section 5.3: tasks of a level are equal`,
    options: { points: count(16, "points, a power of two", 65_536).refine((points) => Number.isInteger(Math.log2(points)), { message: "must be a power of two: 1, 2, 4, 8 …" }) },
    vary: "level", build: ({ points }) => fft({ points }),
  }),
  family({
    name: "gaussian-elimination", summary: "columns of a matrix of size m: (m² + m - 2) / 2 tasks", source: `${topcuoglu}, section 5.3; after Cosnard, Marrakchi, Robert & Trystram 1988`,
    options: { size: atLeast2(10, "columns, at least 2", 1400) }, build: ({ size }) => gaussianElimination({ size }),
  }),
  family({ name: "cholesky", summary: "tiled Cholesky factorization: n tiles a side are n(n + 1)(n + 2) / 6 tasks", source: buttari, options: matrix, vary: "kernel", kernels: true, build: (options) => cholesky(options) }),
  family({ name: "lu", summary: "tiled LU factorization without pivoting: n tiles a side are n(n + 1)(2n + 1) / 6 tasks", source: buttari, options: matrix, vary: "kernel", kernels: true, build: (options) => lu(options) }),
  family({ name: "qr", summary: "tiled QR factorization: n tiles a side are n(n + 1)(2n + 1) / 6 tasks", source: buttari, options: matrix, vary: "kernel", kernels: true, build: (options) => qr(options) }),
  family({
    name: "montage", summary: "the shape of the Montage workflow, a mosaic of the sky: n images and m overlaps are 2n + m + 6 tasks", source: "Juve et al., Characterizing and profiling scientific workflows, FGCS 2013",
    options: { images: atLeast2(20, "pictures, at least 2", 100_000), overlaps: z.int().min(1).max(1_000_000).optional().describe("pairs of pictures that overlap; default twice the images less 3") },
    build: ({ images, overlaps }) => montage({ images, ...(overlaps !== undefined && { overlaps }) }),
  }),
];

/** {@link families} by name. */
export const familyRegistry = new Registry<AnyFamily>("generator", families);
