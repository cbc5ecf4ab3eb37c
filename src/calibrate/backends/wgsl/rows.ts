import { elementTypeOf, extent, folded, UnsupportedKernel, values, type Dispatch, type Operand, type Program, type ProgramLimits, type ProgramMaker } from "./program.ts";

/** Operators on the rows of a matrix: sums, softmax, normalizations. */

/** Threads of a workgroup for rows of so many elements: a power of two, and no thread without an element where it can be helped. */
function threadsFor(columns: number, { threads }: ProgramLimits): number {
  let size = 32;
  while (size < columns && size < Math.min(256, threads)) size *= 2;
  return size;
}

/** Rows up to this length are summed by one thread each. */
const shortRow = 32;
/** Columns that one part of a long row has at least, and the most parts. */
const partColumns = 4096;
const mostParts = 1024;

/** Sums of rows: `inputs` elements to `outputs` sums. */
export const reduceProgram: ProgramMaker = (kernel, limits): Program => {
  const [inputs, rows] = [extent(kernel, "inputs"), extent(kernel, "outputs")];
  if (inputs % rows !== 0) throw new UnsupportedKernel(`${inputs} elements cannot be cut into ${rows} equal rows`);
  const columns = inputs / rows;
  const short = columns <= shortRow;
  const threads = short ? 256 : threadsFor(columns, limits);
  const parts = rows < 64 && columns > 2 * partColumns ? Math.min(mostParts, Math.ceil(columns / partColumns)) : 1;
  const matrix = values(inputs, 1);
  const dispatches: Dispatch[] = short
    ? [{ entry: "shortRows", groups: folded(Math.ceil(rows / threads), limits.groups) }]
    : parts > 1
      ? [{ entry: "parts", groups: [parts, rows] }, { entry: "rest", groups: [rows] }]
      : [{ entry: "rows", groups: folded(rows, limits.groups) }];
  return {
    ...common(kernel, threads, 4), file: "reduce.wgsl", inputs: [matrix], scratchBytes: 4 * rows * parts, outputs: rows, size: [rows, columns, parts], dispatches,
    way: dispatches.map(({ entry }) => entry).join("+"),
    expected: (row) => rowSum(matrix, row * columns, columns), steps: columns, magnitude: Math.sqrt(columns),
  };
};

/** Softmax of each of `rows` rows. */
export const softmaxProgram: ProgramMaker = (kernel, limits): Program => {
  const [rows, columns] = [extent(kernel, "rows"), extent(kernel, "columns")];
  const matrix = values(rows * columns, 1);
  return {
    ...byRows(kernel, rows, threadsFor(columns, limits), 8, limits), file: "softmax.wgsl", inputs: [matrix], outputs: rows * columns, size: [rows, columns],
    expected: (position) => {
      const start = position - (position % columns);
      let sum = 0;
      for (let i = 0; i < columns; i++) sum += Math.exp(matrix.at(start + i));
      return Math.exp(matrix.at(position)) / sum;
    },
    steps: columns, magnitude: 1 / columns,
  };
};

/** The kernels' own. */
const epsilon = 1e-5;

/** Layer norm (scale and shift: `parameters` is twice the columns) and normalization by the root mean square (scale alone). */
export const normProgram: ProgramMaker = (kernel, limits): Program => {
  const centred = kernel.kind === "layer-norm";
  const [elements, parameters] = [extent(kernel, "elements"), extent(kernel, "parameters")];
  const columns = centred ? parameters / 2 : parameters;
  if (!Number.isInteger(columns) || elements % columns !== 0) throw new UnsupportedKernel(`${parameters} parameters do not fit ${elements} elements: a row of ${centred ? "half as many" : "as many"} elements must divide them`);
  const [matrix, scale, shift] = [values(elements, 1), values(columns, 2), values(columns, 3)];
  const rows = elements / columns;
  const program = byRows(kernel, rows, threadsFor(columns, limits), 16, limits);
  return {
    ...program, prelude: [...program.prelude, `const centred = ${centred};`], file: "norm.wgsl", inputs: [matrix, scale, shift], outputs: elements, size: [rows, columns],
    expected: (position) => {
      const [column, start] = [position % columns, position - (position % columns)];
      const mean = centred ? rowSum(matrix, start, columns) / columns : 0;
      let squares = 0;
      for (let i = 0; i < columns; i++) squares += (matrix.at(start + i) - mean) ** 2;
      return ((matrix.at(position) - mean) / Math.sqrt(squares / columns + epsilon)) * scale.at(column) + (centred ? shift.at(column) : 0);
    },
    steps: 2 * columns, magnitude: 1,
  };
};

function rowSum(matrix: Operand, start: number, columns: number): number {
  let sum = 0;
  for (let i = 0; i < columns; i++) sum += matrix.at(start + i);
  return sum;
}

/** What kernels share whose threads meet in `bytesEach` bytes of workgroup memory a thread. */
function common(kernel: Parameters<ProgramMaker>[0], threads: number, bytesEach: number) {
  return { elementType: elementTypeOf(kernel), prelude: [`const threads = ${threads}u;`], workgroupSize: [threads, 1] as const, workgroupBytes: threads * bytesEach };
}

function byRows(kernel: Parameters<ProgramMaker>[0], rows: number, threads: number, bytesEach: number, limits: ProgramLimits) {
  return { ...common(kernel, threads, bytesEach), dispatches: [{ entry: "main", groups: folded(rows, limits.groups) }] };
}
