import type { OpClass } from "../../graph/graph.ts";
import type { Coefficient, Formula } from "./formula.ts";
import { bytesOf } from "./work.ts";

/** Share of the last cache that keeps what one run of a kernel leaves for the next; and bytes of a last cache that no figure tells. */
const [keptShare, usualCacheBytes] = [0.8, 4 * 2 ** 20];

/** Columns up to which PyTorch's softmax keeps a row in the registers of a warp and reads it once. */
export const warpColumns = 1024;

/**
 * Softmax and layer normalization on a GPU, row by row. The memory phase is their bytes at `bandwidth` × that of the
 * data sheet, for rows of more than 1024 columns at `longRows` of it, since they are read again; what the last cache
 * keeps from the operator before, or for the next, moves `cached` times as fast. Short rows wait for their statistics
 * instead: a multiprocessor takes `rowNs` for a row, and `columnNs` for each of its columns.
 */
export const gpuRowsFormula: Formula = {
  name: "gpu-rows",
  summary: "rows of a statistic and a result: bytes, through the cache or past it, read again where rows are long, and a time for each row",
  monotone: false,
  coefficients(works) {
    if (works.some(({ op, figures }) => rowsOf(op) === undefined || figures.memoryBytesPerNs === undefined || figures.units === undefined)) return undefined;
    const least = Math.min(...works.map(({ ns }) => ns));
    return [
      { name: "fixedNs", start: 0.95 * least, domain: "positive" },
      { name: "bandwidth", start: 0.75, domain: "positive" },
      { name: "longRows", start: 0.8, domain: "positive" },
      { name: "cached", start: 2, domain: "positive" },
      { name: "rowNs", start: 30, domain: "positive" },
      { name: "columnNs", start: 0.1, domain: "positive" },
    ] satisfies Coefficient[];
  },
  phases({ fixedNs = 0, bandwidth = 1, longRows = 1, cached = 1, rowNs = 0, columnNs = 0 }) {
    return ({ op, figures: { units = 1, memoryBytesPerNs = Infinity, cacheBytes = usualCacheBytes } }) => {
      const { rows, columns } = rowsOf(op) ?? { rows: 1, columns: 1 };
      const bytes = bytesOf(op);
      const kept = Math.min(bytes, keptShare * cacheBytes);
      return {
        fixedNs, computeNs: Math.ceil(rows / units) * (rowNs + columnNs * columns),
        memoryNs: (bytes - kept + kept / cached) / (memoryBytesPerNs * bandwidth * (columns > warpColumns ? longRows : 1)),
      };
    };
  },
};

/** Rows and columns of a softmax or a layer normalization; `undefined` for other operators, and where the shape does not say. */
export function rowsOf({ kind, shape }: Pick<OpClass, "kind" | "shape">): { readonly rows: number; readonly columns: number } | undefined {
  if (kind === "softmax") return shape["rows"]! > 0 && shape["columns"]! > 0 ? { rows: shape["rows"]!, columns: shape["columns"]! } : undefined;
  if (kind !== "layer-norm" || !(shape["parameters"]! > 0)) return undefined;
  const columns = shape["parameters"]! / 2;
  return { rows: shape["elements"]! / columns, columns };
}
