import type { Coefficient, Formula } from "./formula.ts";
import { gain, rooflineFormula } from "./roofline-formula.ts";
import { bytesOf, type Work } from "./work.ts";

/**
 * A roofline for devices with caches: what an operator touches is moved at `bytesPerNs` where it is much more than
 * `cacheBytes`, and 1 + `cacheGain` times as fast where it is much less, with a smooth change between the two; each
 * thread brings caches of its own. The share `exposed` of the shorter of arithmetic and traffic is not hidden behind
 * the longer one.
 */
export const cachedRooflineFormula: Formula = {
  name: "cached-roofline",
  summary: "a roofline with a faster cache, whose arithmetic and traffic overlap in part",
  monotone: true,
  coefficients(works) {
    const roofline = rooflineFormula.coefficients(works);
    if (roofline === undefined || !works.some(({ op }) => bytesOf(op) > 0)) return undefined;
    const list: Coefficient[] = [...roofline, { name: "cacheGain", start: 1, domain: "positive" }, { name: "cacheBytes", start: works[0]!.figures.unitCacheBytes ?? 2 ** 20, domain: "positive" }];
    if (works.some(({ op }) => op.flops > 0)) list.push({ name: "exposed", start: 0.3, domain: "share" });
    return list;
  },
  phases(parameters) {
    const { cacheGain = 0, cacheBytes = 1, exposed = 0, bytesPerNs = Infinity, contention } = parameters;
    const roofline = rooflineFormula.phases(parameters);
    const trafficNs = ({ op, threads }: Work): number => {
      const bytes = bytesOf(op);
      const fit = (threads * cacheBytes) ** 2;
      const inCache = fit / (fit + bytes * bytes);
      return (bytes * (1 - (inCache * cacheGain) / (1 + cacheGain))) / (bytesPerNs * gain(threads, contention));
    };
    return (work) => {
      const { fixedNs, computeNs } = roofline(work);
      const memoryNs = trafficNs(work);
      return { fixedNs, computeNs: computeNs + exposed * memoryNs, memoryNs: memoryNs + exposed * computeNs };
    };
  },
};
