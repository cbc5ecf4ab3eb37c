import type { Coefficient, Formula } from "./formula.ts";
import type { TimedWork } from "./work.ts";

/**
 * A recurrent layer: its `seq` steps come one after the other, each with its launches and its own pass over the weights.
 *
 * time = fixed + steps × each + max(flops / rate, steps × bytes of the weights / rate)
 */
export const recurrentFormula: Formula = {
  name: "recurrent",
  summary: "steps that wait for each other, each with launches and a pass over the weights",
  monotone: true,
  coefficients(works) {
    if (works.some(({ op }) => op.shape["seq"] === undefined)) return undefined;
    const fastest = (of: (work: TimedWork) => number): number => {
      const rates = works.map((work) => of(work) / work.ns).sort((a, b) => a - b);
      return rates[Math.floor(0.9 * (rates.length - 1))]!;
    };
    const list: Coefficient[] = [
      { name: "fixedNs", start: 0.1 * Math.min(...works.map(({ ns }) => ns)), domain: "positive" },
      { name: "stepNs", start: 0.5 * Math.min(...works.map(({ ns, op }) => ns / op.shape["seq"]!)), domain: "positive" },
      { name: "flopsPerNs", start: fastest(({ op }) => op.flops), domain: "positive" },
    ];
    const weights = fastest(({ op }) => op.shape["seq"]! * op.parameterBytes);
    if (weights > 0) list.push({ name: "bytesPerNs", start: weights, domain: "positive" });
    return list;
  },
  phases({ fixedNs = 0, stepNs = 0, flopsPerNs = Infinity, bytesPerNs = Infinity }) {
    return ({ op: { shape: { seq = 1 }, flops, parameterBytes } }) => ({
      fixedNs: fixedNs + seq * stepNs, computeNs: flops / flopsPerNs, memoryNs: (seq * parameterBytes) / bytesPerNs,
    });
  },
};
