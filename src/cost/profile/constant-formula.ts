import type { Formula } from "./formula.ts";

/** The same time for all works: what trees start from that are given no physics. */
export const constantFormula: Formula = {
  name: "constant",
  summary: "the same time for every shape",
  monotone: true,
  empirical: true,
  coefficients(works) {
    const times = works.map(({ ns }) => ns).sort((a, b) => a - b);
    return [{ name: "ns", start: times[times.length >> 1]!, domain: "positive" }];
  },
  phases: ({ ns = 0 }) => () => ({ fixedNs: 0, computeNs: ns, memoryNs: 0 }),
};
