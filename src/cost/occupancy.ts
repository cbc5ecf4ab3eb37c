import type { OpClass } from "../graph/graph.ts";
import type { Device } from "../machine/machine.ts";
import { gemmOf, utilization, type Tile } from "./gemm.ts";

/**
 * Output tiles of GPU matrix kernels, with the share of a multiprocessor's peak that a kernel of this tile can reach:
 * smaller tiles reuse each operand less, but fill more multiprocessors.
 */
const gpuTiles: readonly (readonly [Tile, number])[] = [
  [{ m: 128, n: 128, k: Infinity }, 1],
  [{ m: 128, n: 64, k: Infinity }, 0.9],
  [{ m: 64, n: 128, k: Infinity }, 0.9],
  [{ m: 64, n: 64, k: Infinity }, 0.8],
  [{ m: 32, n: 64, k: Infinity }, 0.6],
  [{ m: 64, n: 32, k: Infinity }, 0.6],
  [{ m: 32, n: 32, k: Infinity }, 0.45],
];

/**
 * Share of its units' arithmetic that a matrix product or convolution can use, by the tiles it is cut into:
 *
 * - systolic arrays hold rows × columns of one operand while the other streams through: k and n are rounded up to the
 *   array, and m to as many rows as it takes to hide the loading of the next tile;
 * - GPUs give each multiprocessor one tile of the result; the best of a few tile sizes is taken, as libraries do;
 * - elsewhere, and for operators that are no products, 1.
 * @source systolic arrays: N. Jouppi et al., "In-datacenter performance analysis of a tensor processing unit", ISCA
 * 2017; waves: NVIDIA, "Matrix multiplication background user's guide" (DU-09799), 2023.
 */
export function tileUtilization(op: OpClass, device: Device, width: number): number {
  if (!device.systolic && device.kind !== "gpu") return 1;
  const gemm = gemmOf(op);
  if (!gemm) return 1;
  if (device.systolic) {
    const { rows, columns } = device.systolic;
    return utilization(gemm, { m: rows, n: columns, k: rows }, width);
  }
  let best = 0;
  for (const [tile, reuse] of gpuTiles) best = Math.max(best, reuse * utilization(gemm, tile, width));
  return best;
}
