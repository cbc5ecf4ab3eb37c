import { exactLog } from "../../base/math.ts";
import { dtypeBytes } from "../../graph/graph.ts";
import { gemmOf, type Gemm } from "../gemm.ts";
import { convFeatures } from "./conv-features.ts";
import { convRatio, usualTiling } from "./gpu-conv-formula.ts";
import { convAlgorithms, type ConvTiling } from "./gpu-conv-tiles.ts";
import type { Feature, FeatureSet } from "./features.ts";
import { gemmFeatures } from "./gemm-features.ts";
import { rowsOf } from "./gpu-rows-formula.ts";
import type { DeviceFigures } from "./profile.ts";
import { shapeFeatures } from "./shape-features.ts";
import type { Work } from "./work.ts";

const log = (value: number): number => exactLog(value > 1e-9 ? value : 1e-9);

/** Tiles of f32 kernels, rows × columns of the result; those that {@link gemmFeatures} has are taken from there. */
const tiles: readonly (readonly [m: number, n: number])[] = [[64, 128], [32, 64]];

const none: Gemm = { batch: 1, m: 1, n: 1, k: 1 };
const ofGemm = (of: (gemm: Gemm, figures: DeviceFigures, bytes: number) => number): Feature => ({ op, figures }) => of(gemmOf(op) ?? none, figures, dtypeBytes[op.dtype]);
const cache = ({ cacheBytes = 4 * 2 ** 20 }: DeviceFigures): number => cacheBytes;

const own = new Map<string, Feature>([
  ["log left/cache", ofGemm(({ m, k }, figures, bytes) => log((bytes * m * k) / cache(figures)))],
  ["log right/cache", ofGemm(({ n, k }, figures, bytes) => log((bytes * n * k) / cache(figures)))],
  ["log operands/cache", ofGemm(({ m, n, k }, figures, bytes) => log((bytes * (m + n) * k) / cache(figures)))],
  /** Bytes from one row of a factor to the next. */
  ["log stride", ofGemm(({ k }, _, bytes) => log(bytes * k))],
]);
for (const [m, n] of tiles) {
  const blocks = (gemm: Gemm): number => gemm.batch * Math.ceil(gemm.m / m) * Math.ceil(gemm.n / n);
  own.set(`pad ${m}x${n}`, ofGemm((gemm) => log((blocks(gemm) * m * n) / (gemm.batch * gemm.m * gemm.n))));
  own.set(`waves ${m}x${n}`, ofGemm((gemm, { units = 1 }) => log(blocks(gemm) / units)));
  own.set(`tail ${m}x${n}`, ofGemm((gemm, { units = 1 }) => log((Math.ceil(blocks(gemm) / units) * units) / blocks(gemm))));
}

/** For matrix products on GPUs: their tiles and waves, and what of the factors fits in the last cache. */
export const gpuGemmFeatures: FeatureSet = {
  name: "gpu-gemm",
  summary: "tiles and waves of GPU kernels, and the factors beside the last cache",
  names: (works) => [...new Set([...own.keys(), ...gemmFeatures.names(works)])],
  feature: (name) => own.get(name) ?? gemmFeatures.feature(name),
};

const ofRows = (of: (rows: number, columns: number, figures: DeviceFigures) => number): Feature => ({ op, figures }) => {
  const { rows, columns } = rowsOf(op) ?? { rows: 1, columns: 1 };
  return of(rows, columns, figures);
};

function powerOfTwoFrom(extent: number): number {
  let power = 1;
  while (power < extent) power *= 2;
  return power;
}

const ownRows = new Map<string, Feature>([
  ["log rows", ofRows((rows) => log(rows))],
  ["log columns", ofRows((_, columns) => log(columns))],
  /** Warps hold a row padded to a power of two. */
  ["log padding", ofRows((_, columns) => log(powerOfTwoFrom(columns) / columns))],
  ["align columns", ofRows((_, columns) => (columns % 4 === 0 ? 2 : columns % 2 === 0 ? 1 : 0))],
  ["log rows/unit", ofRows((rows, _, { units = 1 }) => log(rows / units))],
  ["log tail", ofRows((rows, _, { units = 1 }) => log((Math.ceil(rows / units) * units) / rows))],
]);

/** For softmax and layer normalization on GPUs: rows, columns, and rows for each multiprocessor. */
export const gpuRowsFeatures: FeatureSet = {
  name: "gpu-rows",
  summary: "rows and columns of softmax and layer normalization",
  names: () => [...ownRows.keys(), "log bytes", "log bytes/cache"],
  feature: (name) => ownRows.get(name) ?? shapeFeatures.feature(name),
};

const outputs = ({ op: { shape } }: Work): number => shape["hOut"] ?? 1;

const ownConv = new Map<string, Feature>([
  ["log size", (work) => log(outputs(work))],
  ["log fused/implicit", (work) => convRatio(work, "fused", "implicit")],
  ["log separate/fused", (work) => convRatio(work, "separate", "fused")],
  ["log separate/implicit", (work) => convRatio(work, "separate", "implicit")],
  ["log left/right", ({ op: { shape } }) => log((shape["cIn"] ?? 1) / (shape["cOut"] ?? 1))],
]);
for (const algorithm of convAlgorithms) {
  const ofTiling = (of: (tiling: ConvTiling, units: number, op: Work["op"]) => number): Feature => (work) => {
    const usual = usualTiling(work, algorithm);
    return usual === undefined ? 0 : log(of(usual.tiling, work.figures.units ?? 1, work.op));
  };
  ownConv.set(`waves ${algorithm}`, ofTiling(({ blocks }, units) => blocks / units));
  ownConv.set(`tail ${algorithm}`, ofTiling(({ blocks }, units) => (Math.ceil(blocks / units) * units) / blocks));
  /** Arithmetic of the whole blocks against that of the operator. */
  ownConv.set(`pad ${algorithm}`, ofTiling(({ blocks, stepFlops, steps }, _, op) => (blocks * stepFlops * steps) / op.flops));
}

/** For convolutions on GPUs: the features of convolutions and of products, and the tiles of Winograd's algorithm. */
export const gpuConvFeatures: FeatureSet = {
  name: "gpu-conv",
  summary: "tiles and waves of convolutions, also by Winograd's algorithm",
  names: (works) => [...new Set([...ownConv.keys(), ...convFeatures.names(works), ...own.keys(), ...gemmFeatures.names(works)])],
  feature: (name) => ownConv.get(name) ?? own.get(name) ?? convFeatures.feature(name),
};
