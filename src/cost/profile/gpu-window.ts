import { exactLog } from "../../base/math.ts";
import type { Gemm } from "../gemm.ts";
import type { GpuTile } from "./gpu-tiles.ts";

/** Elements of results that one multiprocessor works on at a time, in the registers of its blocks. */
const residentElements = 3.5 * 64 * 64;
/** Operands, and the window of a wave, count against so many times the last cache. */
const [operandCaches, windowCaches] = [0.8, 3.3];

/** What of the factors is read from memory, in times that the last cache misses it. */
export interface Misses {
  /** Of rows and columns that a later wave of blocks needs again. */
  readonly reread: number;
  /** Of those that the blocks of one wave should share, but come to at different times: the more, the longer the sum. */
  readonly unshared: number;
}

/** How far the operands of a product exceed the last cache: a logarithm, the same for all tiles. */
export function operandExcess({ m, n, k }: Gemm, bytes: number, cacheBytes: number): number {
  return exactLog(1 + (bytes * k * (m + n)) / (operandCaches * cacheBytes));
}

/**
 * Bytes of the factors that a matrix product reads from memory when its result is cut into tiles. Blocks start along the
 * columns of the result, so many at a time as the multiprocessors hold: these need a window of some rows of tiles and
 * their columns. What the last cache misses grows with the logarithm of what should fit into it.
 * @param bytes - of a number
 * @param excess - {@link operandExcess} of the product
 */
export function missedBytes({ batch, m, n, k }: Gemm, tile: GpuTile, bytes: number, units: number, cacheBytes: number, excess: number, { reread, unshared }: Misses): number {
  const across = Math.ceil(n / tile.n);
  const down = Math.ceil(m / tile.m);
  const wave = Math.min((units * residentElements) / (tile.m * tile.n), across * down);
  const window = tile.n * Math.min(across, wave) + tile.m * Math.max(1, wave / across);
  const again = (window / wave) * reread * excess;
  const apart = (tile.m + tile.n) * unshared * exactLog(1 + (bytes * k * window) / (windowCaches * cacheBytes));
  return bytes * batch * across * down * k * (again + apart);
}
