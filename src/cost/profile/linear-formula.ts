import type { Coefficient, Formula } from "./formula.ts";
import { varyingExtents } from "./power-formula.ts";

const prefix = "per.";

/** A fixed time and so much for each unit of every extent: what runs one after the other, such as the nodes of a chain. */
export const linearFormula: Formula = {
  name: "linear",
  summary: "a fixed time, and so much for each unit of an extent",
  monotone: true,
  empirical: true,
  coefficients(works) {
    const names = varyingExtents(works);
    if (names.length === 0) return undefined;
    const least = Math.min(...works.map(({ ns }) => ns));
    const largest = works.reduce((most, work) => (work.ns > most.ns ? work : most));
    return [
      { name: "fixedNs", start: 0.8 * least, domain: "positive" },
      ...names.map((name): Coefficient => ({ name: prefix + name, start: largest.ns / names.length / Math.max(1, largest.op.shape[name] ?? 1), domain: "positive" })),
      ...(works.some(({ threads }) => threads !== works[0]!.threads) ? [{ name: "serial", start: 0.5, domain: "share" } as const] : []),
    ];
  },
  phases({ fixedNs = 0, serial, ...rest }) {
    const slopes = Object.entries(rest).filter(([name]) => name.startsWith(prefix)).map(([name, slope]) => ({ name: name.slice(prefix.length), slope }));
    return ({ op, threads }) => {
      let sum = 0;
      for (const { name, slope } of slopes) sum += slope * (op.shape[name] ?? 0);
      return { fixedNs, computeNs: serial === undefined ? sum : sum * (serial + (1 - serial) / threads), memoryNs: 0 };
    };
  },
};
