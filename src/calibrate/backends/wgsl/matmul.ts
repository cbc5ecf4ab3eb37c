import { elementTypeOf, extent, values, type Program, type ProgramMaker } from "./program.ts";
import { height, tileBytes, tileFor, tilePrelude, width } from "./tiles.ts";

/** Batched matrix products, f32 or f16 with sums in f32. Variants: the tiles. */
export const matmulProgram: ProgramMaker = (kernel, limits): Program => {
  const [batch, m, n, k] = [extent(kernel, "batch", 1), extent(kernel, "m"), extent(kernel, "n"), extent(kernel, "k")];
  const elementType = elementTypeOf(kernel);
  const tile = tileFor(kernel, { m, n, batch }, limits, elementType);
  const [a, b] = [values(batch * m * k, 1), values(batch * k * n, 2)];
  return {
    file: "matmul.wgsl", prelude: tilePrelude(tile), elementType, way: tile.name,
    workgroupSize: [tile.threadsX, tile.threadsY], workgroupBytes: tileBytes(tile, elementType),
    inputs: [a, b], outputs: batch * m * n, size: [batch, m, n, k],
    dispatches: [{ entry: "main", groups: [Math.ceil(n / width(tile)), Math.ceil(m / height(tile)), Math.min(batch, limits.groups)] }],
    expected: (position) => {
      const [column, row, matrix] = [position % n, Math.floor(position / n) % m, Math.floor(position / (m * n))];
      let sum = 0;
      for (let i = 0; i < k; i++) sum += a.at((matrix * m + row) * k + i) * b.at((matrix * k + i) * n + column);
      return sum;
    },
    steps: k, magnitude: Math.sqrt(k) / 3,
  };
};
