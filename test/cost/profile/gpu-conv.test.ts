import { describe, expect, it } from "vitest";
import { fitFormula } from "../../../src/calibrate/fit/fit-formula.ts";
import { opOfKernel } from "../../../src/calibrate/op-of-kernel.ts";
import { phasesNs } from "../../../src/cost/profile/formula.ts";
import { convRatio, gpuConvFormula, usualTiling } from "../../../src/cost/profile/gpu-conv-formula.ts";
import { convTileKinds, convTilings } from "../../../src/cost/profile/gpu-conv-tiles.ts";
import type { DeviceFigures } from "../../../src/cost/profile/profile.ts";
import type { Work } from "../../../src/cost/profile/work.ts";

const p100: DeviceFigures = { peakFlopsPerNs: { f32: 9519 }, memoryBytesPerNs: 732, units: 56, watts: 250, capability: 6 };
const v100: DeviceFigures = { peakFlopsPerNs: { f32: 14_029 }, memoryBytesPerNs: 900, units: 80, watts: 250, capability: 7 };

interface Layer { readonly n: number; readonly cIn: number; readonly cOut: number; readonly size: number; readonly window?: number; readonly stride?: number; readonly groups?: number }

function work({ n, cIn, cOut, size, window = 3, stride = 1, groups = 1 }: Layer, figures: DeviceFigures): Work {
  const out = Math.floor((size - 1) / stride) + 1;
  return { op: opOfKernel({ kind: "conv", dtype: "f32", shape: { n, cIn, cOut, h: size, w: size, hOut: out, wOut: out, kh: window, kw: window, groups } }), threads: 1, figures };
}

const blocksOf = (of: Work): Record<string, number> => Object.fromEntries(convTilings(of.op, of.figures).map(({ kind, blocks }) => [convTileKinds[kind]!, blocks]));
const ns = (of: Work, parameters: Record<string, number> = {}): number => phasesNs(gpuConvFormula.phases(parameters)(of));

describe("tiles of convolutions", () => {
  it("measured: the grids of cuDNN's kernels", () => {
    // 55 images count as 64 of four squares each: 4 × 9 blocks for each of 36 products.
    expect(blocksOf(work({ n: 55, cIn: 1701, cOut: 569, size: 5 }, p100))["separate.64x64"]).toBe(36 * 4 * 9);
    expect(blocksOf(work({ n: 38, cIn: 893, cOut: 326, size: 5 }, v100))["separate.64x64"]).toBe(36 * 3 * 6);
    expect(blocksOf(work({ n: 55, cIn: 1701, cOut: 569, size: 5 }, v100))["implicit.128x32"]).toBe(11 * 18);
    expect(blocksOf(work({ n: 17, cIn: 243, cOut: 632, size: 14 }, v100))["fused"]).toBe(340 * 2);
    // Two images of 8 × 8 pixels fit a block better than 8 × 16 of one.
    expect(blocksOf(work({ n: 38, cIn: 893, cOut: 326, size: 5 }, p100))["fused"]).toBeLessThanOrEqual(209);
  });

  it("has Winograd's algorithm for windows of 3 × 3 at stride 1 in one group alone", () => {
    expect(convTilings(work({ n: 8, cIn: 64, cOut: 64, size: 28 }, p100).op, p100).length).toBe(convTileKinds.length);
    for (const other of [{ window: 1 }, { window: 5 }, { stride: 2 }, { groups: 2 }]) {
      const of = work({ n: 8, cIn: 64, cOut: 64, size: 28, ...other }, p100);
      expect(convTilings(of.op, p100).map(({ algorithm }) => algorithm)).toEqual(["implicit", "implicit", "implicit"]);
      expect(usualTiling(of, "fused")).toBeUndefined();
      expect(convRatio(of, "fused", "implicit")).toBe(0);
    }
  });

  it("is that of each generation, also of one operator on two devices", () => {
    const { op } = work({ n: 64, cIn: 64, cOut: 64, size: 8 }, p100);
    const fused = (figures: DeviceFigures): number => convTilings(op, figures).find(({ algorithm }) => algorithm === "fused")!.blocks;
    expect([fused(p100), fused(v100), fused(p100)]).toEqual([64, 128, 64]);
  });
});

describe("gpu-conv", () => {
  it("goes in rounds: blocks that fill the last round are free", () => {
    const layer = (n: number): Work => work({ n, cIn: 256, cOut: 64, size: 16, window: 1 }, p100);
    const parameters = { "image.implicit": 1e-9, "filter.implicit": 1e-9, "peak.implicit.128x32": 1e-3, "peak.implicit.128x128": 1e-3 };
    // Two blocks of 128 pixels for each image, 56 multiprocessors.
    expect(ns(layer(20), parameters)).toBeCloseTo(ns(layer(28), parameters), 4);
    expect(ns(layer(29), parameters)).toBeGreaterThan(1.3 * ns(layer(28), parameters));
  });

  it("multiplies less by Winograd's algorithm: beyond the peak of plain products, never beyond four times that", () => {
    const of = work({ n: 32, cIn: 256, cOut: 256, size: 56 }, v100);
    const share = of.op.flops / ns(of) / 14_029;
    expect(share).toBeGreaterThan(1);
    expect(share).toBeLessThan(4);
  });

  it("slows down on a board whose power does not sustain the peak", () => {
    const of = work({ n: 32, cIn: 64, cOut: 64, size: 56, window: 1 }, v100);
    expect(ns({ ...of, figures: { ...v100, watts: 70 } })).toBeGreaterThan(1.2 * ns(of));
    expect(ns({ ...of, figures: { ...v100, watts: 500 } })).toBe(ns(of));
  });

  it("finds the rates that times were made of", () => {
    const truth = { fixedNs: 30_000, launchNs: 4000, steps: 24, "peak.implicit.128x128": 0.8, "peak.implicit.128x64": 0.7, "peak.implicit.128x32": 0.6, "peak.fused": 0.7, "peak.separate.128x64": 0.9, "peak.separate.64x64": 0.7, "image.fused": 1, "filter.fused": 2 };
    const layers = Array.from({ length: 160 }, (_, i): Work => work({ n: 1 + ((7 * i) % 32), cIn: 8 * (1 + ((11 * i) % 40)), cOut: 8 * (1 + ((13 * i) % 50)), size: 5 + ((3 * i) % 50), ...(i % 4 === 0 && { window: 1 }) }, v100));
    const base = fitFormula(gpuConvFormula, layers.filter((_, i) => i % 2 === 0).map((of) => ({ ...of, ns: ns(of, truth) })))!;
    expect(base.parameters["flopsPerNsWatt"]).toBeUndefined();
    const errors = layers.filter((_, i) => i % 2 === 1).map((of) => Math.abs(ns(of, base.parameters) / ns(of, truth) - 1));
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.02);
  });

  it("says nothing of products, and answers for convolutions that do not tell their shape", () => {
    const product = opOfKernel({ kind: "matmul", dtype: "f32", shape: { batch: 1, m: 8, n: 8, k: 8 } });
    expect(gpuConvFormula.coefficients([{ op: product, threads: 1, figures: p100, ns: 1 }])).toBeUndefined();
    const { op } = work({ n: 8, cIn: 256, cOut: 256, size: 32 }, p100);
    expect(ns({ op: { ...op, shape: {} }, threads: 1, figures: p100 }, { fixedNs: 100 })).toBeCloseTo(100 + op.flops / 9519, 6);
  });
});
