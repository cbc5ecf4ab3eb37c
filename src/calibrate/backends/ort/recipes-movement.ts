import { lastAxis, swapLayout } from "../layouts.ts";
import type { Recipe } from "./recipes.ts";

/** Rows of the table that indices choose from. */
const tableRows = 4096;

/** Two axes of a matrix change places, as heads and positions do in attention; so many matrices as there are elements for. */
const transpose: Recipe = (site, { shape }) => {
  const layout = swapLayout(shape);
  if (layout === undefined) return undefined;
  const x = site.activation(layout);
  return { result: site.op("Transpose", [x], { perm: [0, 2, 1, 3] }), rank: 4, first: () => site.read(x)(0) };
};

const rowsOf = (elements: number): [number, number] => {
  const columns = lastAxis(elements);
  return [elements / columns, columns];
};

/** Two parts are joined, as channels are. */
const concat: Recipe = (site, { shape }) => {
  const [rows, columns] = rowsOf(shape["elements"]!);
  if (rows < 2) return undefined;
  const half = Math.floor(rows / 2);
  const parts = [site.activation([1, half, columns]), site.activation([1, rows - half, columns])];
  return { result: site.op("Concat", parts, { axis: 1 }), rank: 3, first: () => site.read(parts[0]!)(0) };
};

/** The middle half of the columns of a tensor twice as wide. */
const slice: Recipe = (site, { shape }) => {
  const [rows, columns] = rowsOf(shape["elements"]!);
  const x = site.activation([rows, 2 * columns]);
  const [from, to, axis] = [site.constant([columns / 2]), site.constant([columns + columns / 2]), site.constant([1])];
  return columns % 2 === 0 ? { result: site.op("Slice", [x, from, to, axis]), rank: 2, first: () => site.read(x)(columns / 2) } : undefined;
};

const gather = (weight: boolean): Recipe => (site, { shape }) => {
  const { rows, columns } = shape as { rows: number; columns: number };
  const table = weight ? site.weight([tableRows, columns]) : site.activation([tableRows, columns]);
  return { result: site.op("Gather", [table, site.indices(rows, tableRows)]), rank: 2, first: () => site.read(table)(0) };
};

/** A border of eight columns on either side. */
const pad: Recipe = (site, { shape }) => {
  const [rows, columns] = rowsOf(shape["elements"]!);
  if (columns <= 16) return undefined;
  return { result: site.op("Pad", [site.activation([rows, columns - 16]), site.constant([0, 8, 0, 8])]), rank: 2 };
};

/** The rows twice, or where they are odd the columns. */
const tile: Recipe = (site, { shape }) => {
  const [rows, columns] = rowsOf(shape["elements"]!);
  const [down, across] = rows % 2 === 0 ? [2, 1] : [1, 2];
  const x = site.activation([rows / down, columns / across]);
  return { result: site.op("Tile", [x, site.constant([down, across])]), rank: 2, first: () => site.read(x)(0) };
};

/** An image to twice its height and width, by the nearest pixel. */
const resize: Recipe = (site, { shape }) => {
  const layout = [64, 128, 256, 32, 512, 16].map((channels) => ({ channels, size: Math.sqrt(shape["elements"]! / channels) })).find(({ size }) => Number.isInteger(size / 2));
  if (layout === undefined) return undefined;
  const { channels, size } = layout;
  const x = site.activation([1, channels, size / 2, size / 2]);
  const sizes = site.constant([1, channels, size, size]);
  return { result: site.op("Resize", [x, "", "", sizes], { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" }), rank: 4, first: () => site.read(x)(0) };
};

export const movementRecipes: Readonly<Record<string, Recipe>> = {
  transpose, "transpose|last": transpose, concat, slice, pad, tile, resize, gather: gather(false), embedding: gather(true),
};
