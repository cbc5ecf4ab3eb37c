import { dtypeBytes, type OpClass, type Shape } from "../../graph/graph.ts";
import { gemmOf } from "../gemm.ts";
import type { Coefficient, Formula } from "./formula.ts";
import type { DeviceFigures } from "./profile.ts";
import { bytesOf, type TimedWork } from "./work.ts";

/**
 * The roofline of a device that stores and computes whole tiles: the extents of a matrix product are rounded up to
 * `tile` (m and k or n of its operands too, since they lie in memory as tiles), and the tensors of other operators to
 * tiles of `tile.m` × `tile.n`, laid out along the axes that waste the least. `serial` is the share of the shorter of
 * arithmetic and memory traffic that is not hidden behind the longer one.
 *
 * Tensors of other operators name their axes d0, d1 …; those whose shape does not say are taken for one long axis.
 */
export const paddedRooflineFormula: Formula = {
  name: "padded-roofline",
  summary: "a roofline on extents rounded up to tiles; a share of arithmetic and memory traffic does not overlap",
  monotone: false,
  coefficients(works) {
    if (works.some(({ figures }) => figures.tile === undefined)) return undefined;
    const hasGemm = works.some(({ op }) => gemmOf(op) !== undefined);
    const fastest = (of: (work: TimedWork) => number): number => {
      const rates = works.map((work) => of(work) / work.ns).sort((a, b) => a - b);
      return rates[Math.floor(0.95 * (rates.length - 1))]!;
    };
    const list: Coefficient[] = [
      { name: "fixedNs", start: 0.8 * Math.min(...works.map(({ ns }) => ns)), domain: "positive" },
      { name: "bytesPerNs", start: fastest(({ op, figures }) => padded(op, figures).bytes), domain: "positive" },
    ];
    if (hasGemm) list.push({ name: "flopsPerNs", start: fastest(({ op, figures }) => padded(op, figures).flops), domain: "positive" }, { name: "serial", start: 0.5, domain: "share" });
    return list;
  },
  phases({ fixedNs = 0, bytesPerNs = Infinity, flopsPerNs, serial = 0 }) {
    return ({ op, figures }) => {
      const { flops, bytes } = padded(op, figures);
      const arithmeticNs = flopsPerNs === undefined ? 0 : flops / flopsPerNs;
      const trafficNs = bytes / bytesPerNs;
      return { fixedNs, computeNs: arithmeticNs + serial * trafficNs, memoryNs: trafficNs + serial * arithmeticNs };
    };
  },
};

/** Flops and bytes with the padding of the tiles. */
function padded(op: OpClass, { tile = { m: 1, n: 1, k: 1 } }: DeviceFigures): { readonly flops: number; readonly bytes: number } {
  const gemm = gemmOf(op);
  if (gemm === undefined) {
    const waste = paddedElements(op.shape, tile.m, tile.n);
    return { flops: op.flops * waste, bytes: bytesOf(op) * waste };
  }
  const { batch, m, n, k } = gemm;
  const [rows, columns, steps] = [up(m, tile.m), up(n, tile.n), up(k, tile.k)];
  const elements = batch * (rows * steps + up(k, tile.m) * columns + rows * columns);
  // A convolution's input is not stored as the matrix that it is multiplied as.
  const bytes = op.kind === "matmul" ? elements * dtypeBytes[op.dtype] : bytesOf(op);
  return { flops: 2 * batch * rows * columns * steps, bytes };
}

/** By how much tiles of rows × lanes make a tensor larger, laid out along the two axes that waste the least; 1 where nothing is known. */
function paddedElements(shape: Shape, rows: number, lanes: number): number {
  const axes = [shape["d0"], shape["d1"], shape["d2"], shape["d3"]].filter((extent) => extent !== undefined && extent > 1) as number[];
  const elements = axes.reduce((product, extent) => product * extent, 1);
  if (axes.length < 2) {
    const all = axes[0] ?? shape["elements"] ?? shape["inputs"];
    return all === undefined || all <= 0 ? 1 : up(all, rows * lanes) / all;
  }
  let least = Infinity;
  for (const [i, lane] of axes.entries()) {
    for (const [j, row] of axes.entries()) {
      if (i !== j) least = Math.min(least, (elements / lane / row) * up(lane, lanes) * up(row, rows));
    }
  }
  return least / elements;
}

function up(extent: number, step: number): number {
  return Math.ceil(extent / step) * step;
}
