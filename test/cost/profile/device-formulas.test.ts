import { describe, expect, it } from "vitest";
import { fitFormula } from "../../../src/calibrate/fit/fit-formula.ts";
import { opOfKernel } from "../../../src/calibrate/op-of-kernel.ts";
import { phasesNs } from "../../../src/cost/profile/formula.ts";
import { formulas } from "../../../src/cost/profile/formulas.ts";
import type { DeviceFigures } from "../../../src/cost/profile/profile.ts";
import type { DType, Shape } from "../../../src/graph/graph.ts";

const work = (kind: string, shape: Shape, figures: DeviceFigures = {}, dtype: DType = "f32") => ({ op: opOfKernel({ kind, shape, dtype }), threads: 1, figures });
const ns = (formula: string, parameters: Record<string, number>, of: ReturnType<typeof work>): number => phasesNs(formulas.get(formula).phases(parameters)(of));

describe("pixel-tiles", () => {
  const figures = { tile: { m: 32, n: 32, k: 1 } };
  const layer = { n: 1, cIn: 64, cOut: 64, h: 56, w: 56, hOut: 56, wOut: 56, kh: 1, kw: 1, groups: 1 };

  it("takes a step for each product of a tile: 2 groups of channels × 98 tiles of pixels × 64", () => {
    expect(ns("pixel-tiles", { stepNs: 2.5 }, work("conv", layer, figures, "i8"))).toBe(2 * 98 * 64 * 2.5);
    // One more pixel is one more tile.
    expect(ns("pixel-tiles", { stepNs: 1 }, work("conv", { ...layer, h: 1, hOut: 1, w: 33, wOut: 33 }, figures, "i8"))).toBe(2 * 2 * 64);
    expect(ns("pixel-tiles", { stepNs: 0, writeNs: 3 }, work("conv", layer, figures, "i8"))).toBe(2 * 98 * 32 * 3);
  });

  it("reads the image once for each group of output channels; strides skip nothing", () => {
    const parameters = { bytesPerNs: 16 };
    expect(ns("pixel-tiles", parameters, work("conv", layer, figures, "i8"))).toBe((2 * 64 * 56 * 56) / 16);
    const strided = ns("pixel-tiles", parameters, work("conv", { ...layer, hOut: 28, wOut: 28 }, figures, "i8"));
    expect(strided).toBeGreaterThan(0.9 * (2 * 64 * 56 * 56) / 16);
    expect(strided).toBeLessThan(1.2 * (2 * 64 * 56 * 56) / 16);
    expect(ns("pixel-tiles", parameters, work("max-pool", { inputs: 64 * 56 * 56, outputs: 64 * 28 * 28, window: 4 }, figures, "i8"))).toBeLessThan(strided);
  });

  it("measured: ResNet-50's layers on cnn_accel m32p32, with its clocks of 250 and 400 MHz, within 1 %", () => {
    // 64 bytes of input in 4 ns, a step in 2.5 ns, an output channel of a tile in 4 ns.
    const parameters = { fixedNs: 1200, tileNs: 4, stepNs: 2.5, bytesPerNs: 16, writeNs: 4 };
    const at = (shape: Partial<typeof layer>): number => ns("pixel-tiles", parameters, work("conv", { ...layer, ...shape }, figures, "i8"));
    expect(at({ kh: 3, kw: 3 }) / 284_976).toBeCloseTo(1, 2);
    expect(at({ cOut: 256 }) / 134_056).toBeCloseTo(1, 1);
    expect(at({ cIn: 256, cOut: 512, hOut: 28, wOut: 28 }) / 801_068).toBeCloseTo(1, 1);
  });

  it("needs a tile and a window to be fitted, and answers without", () => {
    expect(formulas.get("pixel-tiles").coefficients([{ ...work("conv", layer), ns: 1 }])).toBeUndefined();
    expect(formulas.get("pixel-tiles").coefficients([{ ...work("relu", { elements: 8 }, figures), ns: 1 }])).toBeUndefined();
    expect(ns("pixel-tiles", { stepNs: 1 }, work("relu", { elements: 2048 }, figures))).toBe(2);
  });
});

describe("padded-roofline", () => {
  const figures = { tile: { m: 8, n: 128, k: 128 } };

  it("rounds matrix products up to tiles", () => {
    const parameters = { flopsPerNs: 2, bytesPerNs: Infinity };
    expect(ns("padded-roofline", parameters, work("matmul", { batch: 1, m: 1, n: 1, k: 1 }, figures))).toBe(8 * 128 * 128);
    expect(ns("padded-roofline", parameters, work("matmul", { batch: 3, m: 8, n: 129, k: 128 }, figures))).toBe(3 * 8 * 256 * 128);
  });

  it("lays a tensor out along the axes that waste the least", () => {
    const parameters = { bytesPerNs: 8 };
    // relu reads and writes 4 bytes: 1 ns an element that is stored.
    const stored = (axes: readonly number[]): number => ns("padded-roofline", parameters, work("relu", { elements: axes.reduce((a, b) => a * b), ...Object.fromEntries(axes.map((extent, i) => [`d${i}`, extent])) }, figures));
    expect(stored([8, 8, 128])).toBe(8192);
    expect(stored([128, 8, 8])).toBe(8192);
    expect(stored([16, 16, 16])).toBe(32_768);
    expect(stored([100])).toBe(1024);
    expect(ns("padded-roofline", parameters, work("relu", { elements: 1025 }, figures))).toBeCloseTo(2048, 9);
  });

  it("adds the share of the shorter phase that is not hidden", () => {
    const product = work("matmul", { batch: 1, m: 128, n: 128, k: 128 }, figures);
    const [flops, bytes] = [2 * 128 ** 3, 3 * 128 * 128 * 4];
    const parameters = { flopsPerNs: 1000, bytesPerNs: 100 };
    expect(ns("padded-roofline", parameters, product)).toBeCloseTo(flops / 1000, 9);
    expect(ns("padded-roofline", { ...parameters, serial: 0.5, fixedNs: 7 }, product)).toBeCloseTo(7 + flops / 1000 + 0.5 * (bytes / 100), 9);
  });
});

describe("ring", () => {
  const parameters = { fixedNs: 1000, hopNs: 100, bytesPerNs: 10, nodesBytesPerNs: 1 };
  it("sends two passes of pieces round for an all-reduce, and a message once", () => {
    expect(ns("ring", parameters, work("all-reduce", { bytes: 8000, workers: 4 }))).toBeCloseTo(1000 + 6 * 100 + (2 * 3 * 8000) / 4 / 10, 9);
    expect(ns("ring", parameters, work("send", { bytes: 8000, workers: 2 }))).toBeCloseTo(1000 + 100 + 800, 9);
    expect(ns("ring", parameters, work("send", { bytes: 8000, workers: 2, nodes: 2 }))).toBeCloseTo(1000 + 100 + 8000, 9);
    expect(ns("ring", parameters, work("all-reduce", { bytes: 8000, workers: 8, nodes: 2 }))).toBeCloseTo(1000 + 14 * 100 + (2 * 7 * 8000) / 8 / 4, 9);
  });
});

describe("recurrent", () => {
  it("has steps that wait for each other, and weights that each of them reads", () => {
    const layer = work("lstm", { seq: 10, batch: 1, input: 64, hidden: 64 });
    expect(ns("recurrent", { fixedNs: 5, stepNs: 7 }, layer)).toBe(75);
    expect(ns("recurrent", { bytesPerNs: 2 }, layer)).toBe((10 * layer.op.parameterBytes) / 2);
  });
});

it.each([
  ["pixel-tiles", { fixedNs: 900, tileNs: 6, stepNs: 2.5, bytesPerNs: 16, writeNs: 4 }, [8, 16, 64, 128, 256].flatMap((c) => [7, 14, 28, 56].flatMap((h) => [1, 3].map((kh) => work("conv", { n: 1, cIn: c, cOut: 64, h, w: h, hOut: h, wOut: h, kh, kw: kh, groups: 1 }, { tile: { m: 64, n: 32, k: 1 } }, "i8"))))],
  ["padded-roofline", { fixedNs: 900, bytesPerNs: 600, flopsPerNs: 1e5, serial: 0.4 }, [64, 200, 1024].flatMap((m) => [128, 300, 4096].flatMap((n) => [128, 1000, 8192].map((k) => work("matmul", { batch: 1, m, n, k }, { tile: { m: 8, n: 128, k: 128 } }))))],
  ["ring", { fixedNs: 8000, hopNs: 3000, bytesPerNs: 200, nodesBytesPerNs: 20 }, [2, 4, 8].flatMap((workers) => [1, 2].flatMap((nodes) => [1e3, 1e5, 1e7, 1e8].map((bytes) => work("all-reduce", { bytes, workers, nodes }))))],
  ["recurrent", { fixedNs: 2e4, stepNs: 9000, flopsPerNs: 6000, bytesPerNs: 400 }, [10, 100].flatMap((seq) => [8, 64, 256].flatMap((batch) => [256, 1024, 2048].map((hidden) => work("gru", { seq, batch, input: hidden, hidden }))))],
] as const)("%s: the fit finds the coefficients that made the times, to 3 %% of every time", (name, parameters, works) => {
  const timed = works.map((one) => ({ ...one, ns: ns(name, parameters as Record<string, number>, one) }));
  const base = fitFormula(formulas.get(name), timed)!;
  for (const one of timed) expect(Math.abs(ns(name, base.parameters, one) / one.ns - 1)).toBeLessThan(0.03);
});
