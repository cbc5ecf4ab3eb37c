import { Registry, type Named } from "../../base/registry.ts";
import { convFeatures } from "./conv-features.ts";
import { gemmFeatures } from "./gemm-features.ts";
import { gpuConvFeatures, gpuGemmFeatures, gpuRowsFeatures } from "./gpu-features.ts";
import { extentFeatures, shapeFeatures } from "./shape-features.ts";
import type { Work } from "./work.ts";

/** One number that says something about some work; finite for every work. */
export type Feature = (work: Work) => number;

/** Features that belong together. Profiles name the set and its features, so a set may grow, but a name never changes its meaning. */
export interface FeatureSet extends Named {
  /** Names of the features worth trying for these works. Those that turn out constant are left out by the fit. */
  names(works: readonly Work[]): readonly string[];
  /** The feature of a name; `undefined` for one that this version does not know. */
  feature(name: string): Feature | undefined;
}

/** The sets that a profile may name. */
export const featureSets = new Registry<FeatureSet>("feature set", [extentFeatures, shapeFeatures, gemmFeatures, convFeatures, gpuGemmFeatures, gpuConvFeatures, gpuRowsFeatures]);
