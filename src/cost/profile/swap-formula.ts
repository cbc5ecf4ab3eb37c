import { dtypeBytes } from "../../graph/graph.ts";
import { cachedRooflineFormula } from "./cached-roofline-formula.ts";
import type { Coefficient, Formula } from "./formula.ts";
import { fillsOneSet } from "./one-set.ts";
import { gain } from "./roofline-formula.ts";
import type { Work } from "./work.ts";

/**
 * Axes that change places, as matrices that are transposed (`transpose` of the catalogue), on a processor: the cached
 * roofline, and beside it
 * - each matrix is begun (`matrixNs`), and handed to each further thread (`matrixThreadNs`), before the next one;
 * - each cell of elements that stay together is moved by itself (`cellNs`), by the threads as they share the traffic;
 * - and takes `pagedNs` more where the rows that a column runs through lie on one set of the first-level cache.
 */
export const swapFormula: Formula = {
  name: "swap",
  summary: "a cached roofline, and a time for each matrix and each cell whose axes change places",
  monotone: false,
  coefficients(works) {
    const roofline = cachedRooflineFormula.coefficients(works);
    const parts = works.map(partsOf);
    if (roofline === undefined || parts.includes(undefined)) return undefined;
    const shortest = (of: (part: Parts) => number): number => Math.min(...works.map(({ ns }, i) => ns / of(parts[i]!)));
    const list: Coefficient[] = [
      ...roofline,
      { name: "matrixNs", start: 0.3 * shortest(({ matrices }) => matrices), domain: "positive" },
      { name: "cellNs", start: 0.3 * shortest(({ cells }) => cells), domain: "positive" },
    ];
    if (works.some(({ threads }) => threads !== works[0]!.threads)) list.push({ name: "matrixThreadNs", start: 100, domain: "positive" });
    const paged = parts.filter((part) => part!.paged).length;
    if (paged > 0 && paged < parts.length) list.push({ name: "pagedNs", start: 0.3, domain: "positive" });
    return list;
  },
  phases(parameters) {
    const { matrixNs = 0, matrixThreadNs = 0, cellNs = 0, pagedNs = 0, contention } = parameters;
    const roofline = cachedRooflineFormula.phases(parameters);
    return (work) => {
      const { fixedNs, computeNs, memoryNs } = roofline(work);
      // Of what does not say which axes they are, the bytes are all that is known.
      const part = partsOf(work) ?? { matrices: 1, cells: 0, paged: false };
      const beginNs = part.matrices * (matrixNs + matrixThreadNs * (work.threads - 1));
      const cellsNs = (part.cells * (cellNs + (part.paged ? pagedNs : 0))) / gain(work.threads, contention);
      return { fixedNs: fixedNs + beginNs, computeNs, memoryNs: memoryNs + cellsNs };
    };
  },
};

interface Parts {
  readonly matrices: number;
  readonly cells: number;
  readonly paged: boolean;
}

function partsOf({ op: { shape, dtype } }: Work): Parts | undefined {
  const { elements, rows, columns, run } = shape;
  if (elements === undefined || rows === undefined || columns === undefined || run === undefined) return undefined;
  const cells = elements / run;
  return { matrices: cells / (rows * columns), cells, paged: fillsOneSet(rows, columns * run * dtypeBytes[dtype]) };
}
