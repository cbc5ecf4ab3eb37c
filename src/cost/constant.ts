import type { CostModel } from "./cost-model.ts";

/**
 * Every operator takes the same time on every device.
 * @param ns - Duration; default 1.
 */
export function constantModel(ns = 1): CostModel {
  const estimate = { ns, fixedNs: 0, sigma: 0, memoryBytesPerNs: 0, limit: "given", source: "constant", extrapolated: false } as const;
  return { name: "constant", estimate: () => estimate };
}
