import { dtypeBytes, type OpClass } from "../../graph/graph.ts";
import { gemmOf } from "../gemm.ts";
import type { Feature, FeatureSet } from "./features.ts";
import { gemmFeatures } from "./gemm-features.ts";
import type { Work } from "./work.ts";

/** 2^16 bytes: no first cache is so large that rows further apart than this would fall on other sets. */
const mostDoublings = 16;

/** Doublings of a byte up to the largest power of two that divides the distance of two rows: 12 where it is whole pages of 4 KiB. */
function doublings({ dtype }: OpClass, columns: number): number {
  const bytes = columns * dtypeBytes[dtype];
  let steps = 0;
  while (steps < mostDoublings && bytes % 2 ** (steps + 1) === 0) steps++;
  return steps;
}

const own = new Map<string, Feature>((["k", "n"] as const).map((extent) => [`stride ${extent}`, ({ op }: Work) => doublings(op, gemmOf(op)?.[extent] ?? 1)]));

/**
 * For matrix products on a CPU: beside the features of products, how far apart rows lie (k columns in the first factor, n
 * in the second and in the result). A kernel reads several rows at a time, and rows whole pages apart fall on the same
 * few sets of the first cache, which cannot keep them all.
 */
export const cpuGemmFeatures: FeatureSet = {
  name: "cpu-gemm",
  summary: "distances of rows, which caches may map to the same sets, beside the gemm features",
  names: (works) => [...own.keys(), ...gemmFeatures.names(works)],
  feature: (name) => own.get(name) ?? gemmFeatures.feature(name),
};
