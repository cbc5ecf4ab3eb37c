import { exactLog } from "../../base/math.ts";
import type { Shape } from "../../graph/graph.ts";
import type { Feature, FeatureSet } from "./features.ts";
import { gemmFeatures } from "./gemm-features.ts";

const log = (value: number): number => exactLog(value > 1e-9 ? value : 1e-9);
const ofShape = (of: (extent: (name: string) => number) => number): Feature => ({ op: { shape } }) => of((name) => extentOf(shape, name));

function extentOf(shape: Shape, name: string): number {
  return shape[name] ?? 1;
}

const own = new Map<string, Feature>([
  ["log pixels", ofShape((at) => log(at("n") * at("hOut") * at("wOut")))],
  ["log window", ofShape((at) => log(at("kh") * at("kw")))],
  ["log stride", ofShape((at) => log(Math.max(1, at("h") / at("hOut"))))],
  ["log group", ofShape((at) => log(at("cIn") / at("groups")))],
  /** 1 for the windows that Winograd's algorithm multiplies with fewer products: 3 × 3 at stride 1. */
  ["winograd", ofShape((at) => (at("kh") === 3 && at("kw") === 3 && at("h") < 1.5 * at("hOut") && at("groups") === 1 ? 1 : 0))],
]);

/** Of the other sets, those that say most of a convolution. */
const others = ["log n", "log cIn", "log cOut", "log flops", "log bytes", "log flops/byte", "align cIn", "align cOut", "waves 64x64", "tail 64x64", "log k"];

/** For convolutions and their gradients: pixels, window, stride, channels, and which algorithms can compute it. */
export const convFeatures: FeatureSet = {
  name: "conv",
  summary: "pixels, window, stride and channels of convolutions",
  names: () => [...own.keys(), ...others],
  feature: (name) => own.get(name) ?? gemmFeatures.feature(name),
};
