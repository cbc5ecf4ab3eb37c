import { dtypeBytes } from "../../graph/graph.ts";
import { cachedRooflineFormula } from "./cached-roofline-formula.ts";
import type { Formula } from "./formula.ts";
import { fillsOneSet } from "./one-set.ts";
import type { Work } from "./work.ts";

/**
 * The cached roofline for matrix products whose kernels read several rows of the first factor at a time. Where these are
 * whole pages apart, as with 1024 columns of f32, the lines that are read together fall on one set of the first-level
 * cache; of more rows than it has ways, they push each other out, and what the arithmetic takes becomes 1 + `paged` times as long.
 */
export const pagedRooflineFormula: Formula = {
  name: "paged-roofline",
  summary: "a cached roofline, slower for products whose rows fall on one set of the first-level cache",
  monotone: false,
  coefficients(works) {
    const rooflines = cachedRooflineFormula.coefficients(works);
    const paged = works.filter(isPaged).length;
    const told = paged > 0 && paged < works.length;
    return rooflines && [...rooflines, ...(told ? [{ name: "paged", start: 0.1, domain: "positive" } as const] : [])];
  },
  phases({ paged = 0, ...rooflines }) {
    const phases = cachedRooflineFormula.phases(rooflines);
    return (work) => {
      const { fixedNs, computeNs, memoryNs } = phases(work);
      return { fixedNs, computeNs: computeNs * (isPaged(work) ? 1 + paged : 1), memoryNs };
    };
  },
};

function isPaged({ op }: Work): boolean {
  const { m = 0, k = 0 } = op.shape;
  return op.kind === "matmul" && fillsOneSet(m, k * dtypeBytes[op.dtype]);
}
