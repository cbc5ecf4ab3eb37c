import type { Gemm } from "../gemm.ts";
import type { Work } from "./work.ts";

/** A tile of the result that one thread block of a matrix kernel computes, with the place of its efficiency among {@link tileSizes}. */
export interface GpuTile {
  readonly m: number;
  readonly n: number;
  readonly size: number;
}

/** Sizes of tiles, the largest first; each has an efficiency of its own, and lies or stands. */
export const tileSizes = ["128x128", "128x64", "64x64", "128x32", "64x32", "32x32"] as const;

/** Thread blocks of each size that one multiprocessor needs at a time to hide the latency of its memory. */
export const residentBlocks: readonly number[] = [2, 4, 8, 8, 8, 8];

const tile = (m: number, n: number): GpuTile => ({ m, n, size: tileSizes.indexOf(`${Math.max(m, n)}x${Math.min(m, n)}` as (typeof tileSizes)[number]) });

const all: readonly GpuTile[] = [tile(128, 128), tile(64, 128), tile(128, 32), tile(32, 128), tile(32, 64), tile(32, 32), tile(64, 64)];

/** Tiles of the library's f32 kernels by the generation of the device: products with a weight (one factor transposed), and batches of products. */
interface Family {
  readonly weighted: readonly GpuTile[];
  readonly batched: readonly GpuTile[];
}

/**
 * The kernels of cuBLAS 12 for f32 without matrix units, as profilers name them: those of compute capability 6 date from
 * Maxwell, those of 7 from Volta, those of 8 and above from Ampere. Batches take one size on Maxwell's and Ampere's.
 * @source names and grids of kernels in the data set of S. Lee, A. Phanishayee, D. Mahajan, "Forecasting GPU performance
 * for deep learning training and inference", ASPLOS 2025
 */
const families: Readonly<Record<6 | 7 | 8, Family>> = {
  6: { weighted: [tile(64, 64), tile(128, 32), tile(32, 128)], batched: [tile(64, 128)] },
  7: { weighted: all, batched: [tile(64, 64), tile(64, 128), tile(128, 32), tile(32, 128)] },
  8: { weighted: all, batched: [tile(128, 128)] },
};

/** Generations that have tiles of their own: the first number of a compute capability, from 6 to 8. */
export type Generation = keyof typeof families;

/** The generation whose kernels run on a device of this compute capability; Ampere's where it is not known. */
export function generationOf(capability: number | undefined): Generation {
  const major = Math.floor(capability ?? 8);
  return major <= 6 ? 6 : major >= 8 ? 8 : 7;
}

/** The tiles that a library may choose from. Convolutions choose from all of them. */
export function tilesOf(generation: Generation, use: "weighted" | "batched" | "conv"): readonly GpuTile[] {
  return use === "conv" ? all : families[generation][use];
}

/** Which kernels compute it: those for products with a weight, for batches of products, or, for all else, those of convolutions. */
export function useOf({ kind, parameterBytes }: Pick<Work["op"], "kind" | "parameterBytes">): "weighted" | "batched" | "conv" {
  return kind !== "matmul" ? "conv" : parameterBytes > 0 ? "weighted" : "batched";
}

/** Least length of the sum that one block of a product split along it still gets. */
const leastSteps = 100;
/** Parts that a sum is cut into at most. */
const mostParts = 16;

/** Thread blocks of a product cut into tiles, and into how many parts along the sum each tile is cut so that about `wanted` blocks run. */
export function blocksOf({ batch, m, n, k }: Gemm, tile: GpuTile, wanted: number): { readonly blocks: number; readonly parts: number } {
  const blocks = batch * Math.ceil(m / tile.m) * Math.ceil(n / tile.n);
  return { blocks, parts: Math.max(1, Math.min(mostParts, Math.floor(Math.min(wanted / blocks, k / leastSteps)))) };
}
