import type { Formula } from "./formula.ts";
import { bytesOf } from "./work.ts";

/**
 * Operators that stream through memory on a GPU, such as element-wise ones: a fixed time, and their bytes at `bandwidth` ×
 * that of the data sheet. One pair of coefficients serves several devices.
 */
export const gpuStreamFormula: Formula = {
  name: "gpu-stream",
  summary: "bytes at a share of the bandwidth of the data sheet",
  monotone: true,
  coefficients(works) {
    if (works.some(({ op, figures }) => bytesOf(op) <= 0 || figures.memoryBytesPerNs === undefined)) return undefined;
    return [{ name: "fixedNs", start: 20_000, domain: "positive" }, { name: "bandwidth", start: 0.8, domain: "positive" }];
  },
  phases({ fixedNs = 0, bandwidth = 1 }) {
    return ({ op, figures: { memoryBytesPerNs = Infinity } }) => ({ fixedNs, computeNs: 0, memoryNs: bytesOf(op) / (memoryBytesPerNs * bandwidth) });
  },
};
