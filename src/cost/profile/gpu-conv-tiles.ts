import { dtypeBytes, type OpClass } from "../../graph/graph.ts";
import { gemmOf, type Gemm } from "../gemm.ts";
import { generationOf, type Generation } from "./gpu-tiles.ts";
import type { DeviceFigures } from "./profile.ts";
import { bytesOf } from "./work.ts";

/**
 * Ways in which libraries compute a convolution:
 *
 * - `implicit`: a product of pixels by channels, whose left factor is never stored;
 * - `fused`: Winograd's F(2 × 2, 3 × 3) in one kernel, after one that transforms the filters;
 * - `separate`: Winograd's F(4 × 4, 3 × 3) as 36 products, between kernels that transform images, filters and results.
 *
 * Winograd's algorithm is for windows of 3 × 3 at stride 1 in one group.
 */
export const convAlgorithms = ["implicit", "fused", "separate"] as const;
export type ConvAlgorithm = (typeof convAlgorithms)[number];

/** Kinds of tiles that each reach a share of the peak of their own. */
export const convTileKinds = ["implicit.128x128", "implicit.128x64", "implicit.128x32", "fused", "separate.128x64", "separate.64x64"] as const;

/** A convolution, cut into the tiles of an algorithm. */
export interface ConvTiling {
  readonly algorithm: ConvAlgorithm;
  /** Place among {@link convTileKinds}. */
  readonly kind: number;
  readonly blocks: number;
  /** Flops of a block for each step of its sum. */
  readonly stepFlops: number;
  /** Steps of the sum, as inner loops take them. */
  readonly steps: number;
  /** Bytes of images and results that kernels read and write, those between kernels too. */
  readonly imageBytes: number;
  /** Bytes of the filters as the algorithm multiplies them. */
  readonly filterBytes: number;
}

/** Pixels × channels. */
const implicitTiles: readonly (readonly [pixels: number, channels: number])[] = [[128, 128], [128, 64], [128, 32]];
/** Images × rows × columns of the result, 32 squares of 2 × 2 in all; by 32 channels. From Volta on there is the first alone. Of several, that which fits the result best is taken. */
const fusedTiles: readonly (readonly [images: number, rows: number, columns: number])[] = [[1, 8, 16], [2, 8, 8], [2, 4, 16], [4, 2, 16], [4, 4, 8]];
/** Squares of 4 × 4 × channels, by kind of tile. */
const separateTiles: readonly (readonly (readonly [squares: number, channels: number])[])[] = [[[128, 64]], [[64, 64], [32, 128], [128, 32]]];
/** Images are transformed so many at a time. */
const separateImages = 16;
/** Steps of a sum that inner loops take at a time. */
const stepsAtOnce = 8;

const known = new WeakMap<OpClass, { readonly generation: Generation; readonly tilings: readonly ConvTiling[] }>();

/**
 * The tilings that a library may choose from; none for what is no convolution. Kept by operator: a fit asks for the same
 * ones hundreds of times.
 * @source A. Lavin, S. Gray, "Fast algorithms for convolutional neural networks", CVPR 2016; tiles, and the images that
 * are transformed together, from the grids of cuDNN 8 kernels in the data set of S. Lee, A. Phanishayee, D. Mahajan,
 * ASPLOS 2025
 */
export function convTilings(op: OpClass, { capability }: DeviceFigures): readonly ConvTiling[] {
  const generation = generationOf(capability);
  const before = known.get(op);
  if (before?.generation === generation) return before.tilings;
  const gemm = gemmOf(op);
  const tilings = gemm === undefined ? [] : [...implicit(op, gemm), ...(isWinograd(op) ? [fused(op, generation), ...separate(op)] : [])];
  known.set(op, { generation, tilings });
  return tilings;
}

const up = (extent: number, step: number): number => Math.ceil(extent / step);
const whole = (extent: number, step: number): number => up(extent, step) * step;

function implicit(op: OpClass, { batch, m, n, k }: Gemm): readonly ConvTiling[] {
  const filterBytes = dtypeBytes[op.dtype] * batch * n * k;
  return implicitTiles.map(([pixels, channels], kind) => ({
    algorithm: "implicit", kind, blocks: batch * up(m, pixels) * up(n, channels), stepFlops: 2 * pixels * channels, steps: whole(k, stepsAtOnce),
    imageBytes: imageBytesOf(op), filterBytes,
  }));
}

function isWinograd({ shape: { kh, kw, groups = 1, h = 0, hOut = 0 } }: OpClass): boolean {
  return kh === 3 && kw === 3 && groups === 1 && h < 1.5 * hOut;
}

function fused(op: OpClass, generation: Generation): ConvTiling {
  const { n = 1, cIn = 1, cOut = 1, hOut = 1, wOut = 1 } = op.shape;
  const blocks = (generation === 6 ? fusedTiles : fusedTiles.slice(0, 1)).map(([images, rows, columns]) => up(n, images) * up(hOut, rows) * up(wOut, columns) * up(cOut, 32));
  return {
    algorithm: "fused", kind: 3, blocks: Math.min(...blocks), stepFlops: 2 * 16 * 32 * 32, steps: whole(cIn, stepsAtOnce),
    imageBytes: imageBytesOf(op), filterBytes: dtypeBytes[op.dtype] * 16 * cIn * cOut,
  };
}

function separate(op: OpClass): readonly ConvTiling[] {
  const { n = 1, cIn = 1, cOut = 1, hOut = 1, wOut = 1 } = op.shape;
  const bytes = dtypeBytes[op.dtype];
  const squares = whole(n, separateImages) * up(hOut, 4) * up(wOut, 4);
  return separateTiles.map((tiles, i) => ({
    algorithm: "separate", kind: 4 + i, blocks: 36 * Math.min(...tiles.map(([some, channels]) => up(squares, some) * up(cOut, channels))), stepFlops: 2 * tiles[0]![0] * tiles[0]![1], steps: whole(cIn, stepsAtOnce),
    imageBytes: imageBytesOf(op) + 2 * bytes * 36 * squares * (cIn + cOut), filterBytes: bytes * 36 * cIn * cOut,
  }));
}

/** Bytes of the image and the result alone. */
function imageBytesOf(op: OpClass): number {
  return Math.max(0, bytesOf(op) - op.parameterBytes);
}
