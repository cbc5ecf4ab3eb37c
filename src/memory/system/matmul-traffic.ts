/** A product of two square matrices, computed block by block. */
export interface BlockedMatmul {
  /** Rows of the matrices. */
  readonly size: number;
  /** Rows of a block; `size` and more = not blocked. */
  readonly block: number;
  readonly elementBytes: number;
}

/**
 * Bytes that a blocked matrix product C += A·B moves between a cache and what is behind it. With n rows and blocks of b,
 * there are (n/b)³ products of blocks, b³ multiplications each:
 *
 * - three blocks fit (3b² elements): each product loads a block of A and one of B, and C is read and written once:
 *   2n³/b + 2n² elements;
 * - only a block of B and a row of each of the others fit (b² + 2b): the blocks of A and C come anew for each product,
 *   and C goes back: 4n³/b;
 * - rows fit (2b + 1 lines are enough), but not the block of B: it comes anew for each row of A: n³ + 3n³/b;
 * - nothing fits: every operand of every multiplication comes from behind: 2n³, and C as before.
 *
 * Never less than the three matrices once, and C back. So it is least at the largest b with 3b² elements in the cache,
 * b = √(C/3). Conflict misses are not counted: blocks are taken as copied together, as good libraries do.
 * @source Lam, Rothberg & Wolf, The Cache Performance and Optimizations of Blocked Algorithms, ASPLOS 1991; Goto & van de
 *   Geijn, Anatomy of High-Performance Matrix Multiplication, ACM TOMS 34(3), 2008
 * @example
 * matmulTraffic({ size: 1024, block: 64, elementBytes: 4 }, 3 * 64 * 64 * 4) / 2 ** 20; // 136: MiB, of 12 that the matrices have
 */
export function matmulTraffic({ size, block, elementBytes }: BlockedMatmul, capacityBytes: number): number {
  const n = size;
  const b = Math.min(block, n);
  const elements = capacityBytes / elementBytes;
  const whole = 3 * n * n;
  // All three matrices stay: each comes once, and C goes back.
  if (whole <= elements) return (whole + n * n) * elementBytes;
  const products = n ** 3;
  const moved = 3 * b * b <= elements ? (2 * products) / b + 2 * n * n
    : b * b + 2 * b <= elements ? (4 * products) / b
    : 2 * b + 1 <= elements ? products + (3 * products) / b
    : 2 * products + (2 * products) / b;
  return Math.max(moved, whole + n * n) * elementBytes;
}

/**
 * Rows of the largest block of which three fit into a cache: {@link matmulTraffic} is least there.
 * @example
 * bestBlock(48 * 1024, 4); // 64
 */
export function bestBlock(capacityBytes: number, elementBytes: number): number {
  return Math.max(1, Math.floor(Math.sqrt(capacityBytes / elementBytes / 3)));
}
