import type { OpClass } from "../graph/graph.ts";
import type { Device } from "../machine/machine.ts";
import { gemmOf, utilization, type Tile } from "./gemm.ts";

/**
 * Output tiles of GPU matrix kernels, with the share of a multiprocessor's peak that a kernel of this tile can reach:
 * smaller tiles reuse each operand less, but fill more multiprocessors. The last are matrix–vector products.
 */
const gpuTiles: readonly (readonly [Tile, number])[] = [
  ...both(128, 128, 1), ...both(128, 64, 0.9), ...both(64, 64, 0.8), ...both(64, 32, 0.6), ...both(32, 32, 0.45), ...both(64, 16, 0.4), ...both(64, 8, 0.25), ...both(32, 1, 0.1),
];

/** A tile lying and standing. */
function both(long: number, short: number, share: number): [Tile, number][] {
  const lying: [Tile, number] = [{ m: short, n: long, k: Infinity }, share];
  return long === short ? [lying] : [lying, [{ m: long, n: short, k: Infinity }, share]];
}

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
