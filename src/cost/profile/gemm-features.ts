import { exactLog } from "../../base/math.ts";
import { gemmOf, type Gemm } from "../gemm.ts";
import type { Feature, FeatureSet } from "./features.ts";
import { shapeFeatures } from "./shape-features.ts";
import type { Work } from "./work.ts";

/** Edges of the tiles that libraries of matrix products cut their results into. */
const tileEdges: readonly (readonly [m: number, n: number])[] = [[32, 32], [32, 128], [128, 32], [64, 64], [128, 64], [128, 128]];

const log = (value: number): number => exactLog(value > 1e-9 ? value : 1e-9);
const up = (extent: number, step: number): number => Math.ceil(extent / step);

/** A feature of the operator as a matrix product; works that are none count as one of extents 1. */
const ofGemm = (of: (gemm: Gemm, work: Work) => number): Feature => (work) => of(gemmOf(work.op) ?? { batch: 1, m: 1, n: 1, k: 1 }, work);

const own = new Map<string, Feature>([
  ["log batch", ofGemm(({ batch }) => log(batch))],
  ["log m", ofGemm(({ m }) => log(m))],
  ["log n", ofGemm(({ n }) => log(n))],
  ["log k", ofGemm(({ k }) => log(k))],
  ["log result", ofGemm(({ batch, m, n }) => log(batch * m * n))],
  ["log m/n", ofGemm(({ m, n }) => log(m / n))],
  ["log k/mn", ofGemm(({ m, n, k }) => log(k / Math.sqrt(m * n)))],
]);
for (const [m, n] of tileEdges) {
  const tiles = ({ batch, m: rows, n: columns }: Gemm): number => batch * up(rows, m) * up(columns, n);
  /** Share of the tiles' area that is of no use. */
  own.set(`pad ${m}x${n}`, ofGemm(({ m: rows, n: columns }) => log((up(rows, m) * m * up(columns, n) * n) / (rows * columns))));
  /** Rounds of tiles over the units, and how full the last one leaves them. */
  own.set(`waves ${m}x${n}`, ofGemm((gemm, { figures }) => log(tiles(gemm) / (figures.units ?? 1))));
  own.set(`tail ${m}x${n}`, ofGemm((gemm, { figures, threads }) => {
    const waves = tiles(gemm) / (figures.units ?? threads);
    return log(Math.ceil(waves) / waves);
  }));
}

/** For matrix products, and what runs as such: tiles, rounds of tiles over the units, and the waste of both, beside the features of shapes. */
export const gemmFeatures: FeatureSet = {
  name: "gemm",
  summary: "tiles, waves and their waste, beside the shape features",
  names: (works) => [...new Set([...own.keys(), ...shapeFeatures.names(works)])],
  feature: (name) => own.get(name) ?? shapeFeatures.feature(name),
};
