import type { Coefficient, Formula } from "./formula.ts";
import { bytesOf, type TimedWork } from "./work.ts";

/**
 * The roofline with fitted rates: a fixed time, and then the longer of flops / rate and bytes / rate.
 *
 * Where several thread counts were measured, the rates grow with the threads t as t / (1 + s·(t − 1)): `serial` is s of
 * the arithmetic (Amdahl's law), `contention` that of the memory (1 = one thread draws all there is), and every further
 * thread adds `perThreadNs` to the fixed time (waking and waiting for it).
 */
export const rooflineFormula: Formula = {
  name: "roofline",
  summary: "a fixed time, and then the longer of flops and bytes at fitted rates",
  monotone: true,
  coefficients(works) {
    const hasFlops = works.some(({ op }) => op.flops > 0);
    const hasBytes = works.some(({ op }) => bytesOf(op) > 0);
    if (!hasFlops && !hasBytes) return undefined;
    const byThreads = works.some(({ threads }) => threads !== works[0]!.threads);
    const list: Coefficient[] = [{ name: "fixedNs", start: 0.8 * Math.min(...works.map(({ ns }) => ns)), domain: "positive" }];
    if (hasFlops) list.push({ name: "flopsPerNs", start: fastest(works, ({ op }) => op.flops), domain: "positive" });
    if (hasBytes) list.push({ name: "bytesPerNs", start: fastest(works, ({ op }) => bytesOf(op)), domain: "positive" });
    if (byThreads) {
      list.push({ name: "perThreadNs", start: 500, domain: "positive" });
      if (hasFlops) list.push({ name: "serial", start: 0.1, domain: "share" });
      if (hasBytes) list.push({ name: "contention", start: 0.5, domain: "share" });
    }
    return list;
  },
  phases({ fixedNs = 0, flopsPerNs, bytesPerNs, perThreadNs = 0, serial, contention }) {
    return ({ op, threads }) => ({
      fixedNs: fixedNs + perThreadNs * (threads - 1),
      computeNs: flopsPerNs === undefined ? 0 : op.flops / (flopsPerNs * gain(threads, serial)),
      memoryNs: bytesPerNs === undefined ? 0 : bytesOf(op) / (bytesPerNs * gain(threads, contention)),
    });
  },
};

/** By how much t threads are faster than one; where no other count was measured, the rate is that of the measured one. */
export function gain(threads: number, share: number | undefined): number {
  return share === undefined ? 1 : threads / (1 + share * (threads - 1));
}

/** The ninth decile of the rates for each thread: the roof, but not its highest outlier. */
function fastest(works: readonly TimedWork[], amount: (work: TimedWork) => number): number {
  const rates = works.map((work) => amount(work) / work.ns / work.threads).filter((rate) => rate > 0).sort((a, b) => a - b);
  return rates[Math.floor(0.9 * (rates.length - 1))] ?? 1;
}
