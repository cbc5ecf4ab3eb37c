import type { Kernel } from "../../sample.ts";
import { UnsupportedKernel, type ElementType, type ProgramLimits } from "./program.ts";

/** How a matrix product is cut: a workgroup of threadsY × threadsX, each with a block of blockY × blockX, slices of `depth`. */
export interface Tile {
  /** As a variant: "tile64" computes 64×64 elements a workgroup. */
  readonly name: string;
  readonly threadsX: number;
  readonly threadsY: number;
  readonly blockX: number;
  readonly blockY: number;
  readonly depth: number;
}

/** All tiles, largest first. */
export const tiles: readonly Tile[] = [
  { name: "tile128", threadsX: 16, threadsY: 16, blockX: 8, blockY: 8, depth: 8 },
  { name: "tile64", threadsX: 16, threadsY: 16, blockX: 4, blockY: 4, depth: 16 },
  { name: "tile32", threadsX: 8, threadsY: 8, blockX: 4, blockY: 4, depth: 16 },
  { name: "tile16", threadsX: 16, threadsY: 16, blockX: 1, blockY: 1, depth: 16 },
];

/** Workgroups that a large tile must leave, or a smaller one is taken: fewer cannot keep a large GPU busy. */
const enoughGroups = 128;

/**
 * The tile for a product of m×k by k×n, `batch` times: the one that the variant names, else the largest that leaves
 * enough workgroups and is not larger than the matrix, else the second smallest, whose threads still reuse what they read.
 * @throws {UnsupportedKernel} for a variant of another name, or a tile beyond the limits of the device
 */
export function tileFor({ variant }: Kernel, { m, n, batch }: { m: number; n: number; batch: number }, limits: ProgramLimits, type: ElementType): Tile {
  const fits = (tile: Tile): boolean => tile.threadsX * tile.threadsY <= limits.threads && tileBytes(tile, type) <= limits.workgroupBytes;
  if (variant !== undefined) {
    const named = tiles.find(({ name }) => name === variant);
    if (named === undefined) throw new UnsupportedKernel(`there is no variant "${variant}"; there are ${tiles.map(({ name }) => name).join(", ")}`);
    if (!fits(named)) throw new UnsupportedKernel(`${variant} needs ${named.threadsX * named.threadsY} threads and ${tileBytes(named, type)} B of memory a workgroup; the device gives ${limits.threads} and ${limits.workgroupBytes} B`);
    return named;
  }
  const groups = (tile: Tile): number => Math.ceil(m / height(tile)) * Math.ceil(n / width(tile)) * batch;
  const usable = tiles.filter(fits);
  return usable.find((tile) => height(tile) <= m && width(tile) <= n && groups(tile) >= enoughGroups) ?? usable.find(({ name }) => name === "tile32") ?? usable.at(-1)!;
}

/** Rows that a workgroup computes. */
export const height = (tile: Tile): number => tile.threadsY * tile.blockY;
/** Columns that a workgroup computes. */
export const width = (tile: Tile): number => tile.threadsX * tile.blockX;

/** Workgroup memory for both slices. */
export function tileBytes(tile: Tile, type: ElementType): number {
  return (height(tile) + 1 + width(tile)) * tile.depth * (type === "f16" ? 2 : 4);
}

/** The constants that the kernels ask for. */
export function tilePrelude({ threadsX, threadsY, blockX, blockY, depth }: Tile): string[] {
  return Object.entries({ threadsX, threadsY, blockX, blockY, depth }).map(([name, value]) => `const ${name} = ${value}u;`);
}
