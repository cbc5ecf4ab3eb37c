import { dtypeBytes } from "../../../graph/graph.ts";
import { elementTypeOf, extent, folded, indices, values, type Program, type ProgramMaker } from "./program.ts";

const threads = 256;

/** Edge of the square that a workgroup turns, and rows of threads in it. */
const [edge, stripes] = [32, 8];

/**
 * A matrix transposed. The catalogue knows the number of elements alone: the matrix is as near to a square as whole
 * numbers allow (a prime number of elements is one row).
 */
export const transposeProgram: ProgramMaker = (kernel, limits): Program => {
  const elements = extent(kernel, "elements");
  const rows = divisorNearRoot(elements);
  const columns = elements / rows;
  const elementType = elementTypeOf(kernel);
  const matrix = values(elements, 1);
  return {
    file: "transpose.wgsl", prelude: [`const edge = ${edge}u;`, `const stripes = ${stripes}u;`], elementType, workgroupSize: [edge, stripes], workgroupBytes: (edge + 1) * edge * dtypeBytes[elementType],
    inputs: [matrix], outputs: elements, size: [rows, columns],
    dispatches: [{ entry: "main", groups: folded(Math.ceil(rows / edge) * Math.ceil(columns / edge), limits.groups) }],
    expected: (position) => matrix.at((position % rows) * columns + Math.floor(position / rows)), steps: 1, magnitude: 1,
  };
};

/** The largest divisor that is no greater than the root. */
export function divisorNearRoot(value: number): number {
  for (let divisor = Math.floor(Math.sqrt(value)); divisor > 1; divisor--) if (value % divisor === 0) return divisor;
  return 1;
}

/** Bytes and rows of the table that rows are gathered from, at most: more than any cache holds. */
const [tableBytes, tableRows] = [256 * 2 ** 20, 65536];

/** Rows of a large table, chosen by index ("embedding" where the table is a weight). The indices take 4 bytes, since WGSL has no longer ones. */
export const gatherProgram: ProgramMaker = (kernel, limits): Program => {
  const [rows, columns] = [extent(kernel, "rows"), extent(kernel, "columns")];
  const elementType = elementTypeOf(kernel);
  const there = Math.max(1, Math.min(tableRows, Math.floor(tableBytes / (columns * dtypeBytes[elementType]))));
  const [table, chosen] = [values(there * columns, 1), indices(rows, there)];
  return {
    file: "gather.wgsl", prelude: [`const threads = ${threads}u;`], elementType, workgroupSize: [threads, 1], workgroupBytes: 0,
    inputs: [table, chosen], outputs: rows * columns, size: [rows, columns],
    dispatches: [{ entry: "main", groups: folded(Math.ceil((rows * columns) / threads), limits.groups) }],
    expected: (position) => table.at(chosen.at(Math.floor(position / columns)) * columns + (position % columns)), steps: 1, magnitude: 1,
  };
};

/** The same bytes elsewhere. */
export const copyProgram: ProgramMaker = (kernel, limits): Program => {
  const elements = extent(kernel, "elements");
  const elementType = elementTypeOf(kernel);
  const vectors = Math.ceil((elements * dtypeBytes[elementType]) / 16);
  const source = values(elements, 1);
  return {
    file: "copy.wgsl", prelude: [`const threads = ${threads}u;`], elementType, workgroupSize: [threads, 1], workgroupBytes: 0,
    inputs: [source], outputs: elements, size: [vectors], dispatches: [{ entry: "main", groups: folded(Math.ceil(vectors / threads), limits.groups) }],
    expected: (position) => source.at(position), steps: 1, magnitude: 1,
  };
};

/** A kernel that does nothing: the cost of a launch. */
export const emptyProgram: ProgramMaker = (): Program => ({
  file: "empty.wgsl", prelude: [], elementType: "f32", workgroupSize: [1, 1], workgroupBytes: 0,
  inputs: [], outputs: 0, size: [], dispatches: [{ entry: "main", groups: [1] }], expected: () => NaN, steps: 0, magnitude: 1,
});
