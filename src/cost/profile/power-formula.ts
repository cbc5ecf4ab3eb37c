import { exactExp, exactLog } from "../../base/math.ts";
import type { Coefficient, Formula } from "./formula.ts";
import type { TimedWork } from "./work.ts";

const prefix = "exponent.";

/**
 * A power law: fixed time + scale × Π extentᵉ, exponents from 0 up. It needs no flops and no bytes, and so it serves
 * operators that the catalogue does not know. Extents that never changed are left out; `threads` is one of them.
 */
export const powerFormula: Formula = {
  name: "power",
  summary: "a fixed time, and then a product of powers of the extents",
  monotone: true,
  empirical: true,
  coefficients(works) {
    const names = varyingExtents(works);
    if (names.length === 0) return undefined;
    const least = Math.min(...works.map(({ ns }) => ns));
    const middle = works[works.length >> 1]!;
    const product = names.reduce((sum, name) => sum * Math.max(1, middle.op.shape[name] ?? 1), 1);
    const list: Coefficient[] = [
      { name: "fixedNs", start: 0.5 * least, domain: "positive" },
      { name: "scaleNs", start: Math.max(1e-6, middle.ns - 0.5 * least) / Math.sqrt(product), domain: "positive" },
      ...names.map((name): Coefficient => ({ name: prefix + name, start: 0.5, domain: "positive" })),
    ];
    if (works.some(({ threads }) => threads !== works[0]!.threads)) list.push({ name: "serial", start: 0.3, domain: "share" });
    return list;
  },
  phases(parameters) {
    const { fixedNs = 0, scaleNs = 0, serial } = parameters;
    const exponents = Object.entries(parameters).filter(([name]) => name.startsWith(prefix)).map(([name, exponent]) => ({ name: name.slice(prefix.length), exponent }));
    return ({ op, threads }) => {
      let power = 0;
      for (const { name, exponent } of exponents) {
        const extent = op.shape[name] ?? 1;
        if (extent > 0) power += exponent * exactLog(extent);
      }
      const gain = serial === undefined ? 1 : threads / (1 + serial * (threads - 1));
      return { fixedNs, computeNs: (scaleNs * exactExp(power)) / gain, memoryNs: 0 };
    };
  },
};

/** Names of the extents that have more than one value, sorted. */
export function varyingExtents(works: readonly Pick<TimedWork, "op">[]): readonly string[] {
  const first = new Map<string, number>();
  const varying = new Set<string>();
  for (const { op } of works) {
    for (const [name, value] of Object.entries(op.shape)) {
      const before = first.get(name);
      if (before === undefined) first.set(name, value);
      else if (before !== value) varying.add(name);
    }
  }
  return [...varying].sort();
}
