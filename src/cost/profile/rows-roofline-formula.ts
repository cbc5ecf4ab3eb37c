import type { OpClass } from "../../graph/graph.ts";
import { cachedRooflineFormula } from "./cached-roofline-formula.ts";
import type { Coefficient, Formula } from "./formula.ts";
import { gain } from "./roofline-formula.ts";

/**
 * A cached roofline for operators that go along rows (softmax; a row of weights added to each): each row begins with a
 * time of its own, `rowNs`, however short it is. Rows are shared between threads as the traffic is.
 */
export const rowsRooflineFormula: Formula = {
  name: "rows-roofline",
  summary: "a cached roofline with a fixed time for each row",
  monotone: false,
  coefficients(works) {
    const roofline = cachedRooflineFormula.coefficients(works);
    const rows = works.map(({ op }) => rowsOf(op));
    if (roofline === undefined || rows.every((count) => count === rows[0])) return undefined;
    const shortest = Math.min(...works.map(({ ns }, i) => (rows[i]! > 0 ? ns / rows[i]! : Infinity)));
    return [...roofline, { name: "rowNs", start: 0.3 * shortest, domain: "positive" } satisfies Coefficient];
  },
  phases(parameters) {
    const { rowNs = 0, contention } = parameters;
    const roofline = cachedRooflineFormula.phases(parameters);
    return (work) => {
      const { fixedNs, computeNs, memoryNs } = roofline(work);
      const beginNs = (rowsOf(work.op) * rowNs) / gain(work.threads, contention);
      return { fixedNs, computeNs: computeNs + beginNs, memoryNs: memoryNs + beginNs };
    };
  },
};

/** Extents name the rows, or the columns of each; 0 where elements are read from end to end. */
function rowsOf({ shape: { rows, elements = 0, columns } }: OpClass): number {
  return rows ?? (columns === undefined || columns === 0 ? 0 : elements / columns);
}
