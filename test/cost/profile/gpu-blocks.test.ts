import { describe, expect, it } from "vitest";
import { fitFormula } from "../../../src/calibrate/fit/fit-formula.ts";
import { opOfKernel } from "../../../src/calibrate/op-of-kernel.ts";
import { phasesNs } from "../../../src/cost/profile/formula.ts";
import { gpuBlocksFormula } from "../../../src/cost/profile/gpu-blocks-formula.ts";
import { powerSlowdown } from "../../../src/cost/profile/gpu-power.ts";
import { missedBytes, operandExcess } from "../../../src/cost/profile/gpu-window.ts";
import type { DeviceFigures } from "../../../src/cost/profile/profile.ts";

const mib = 2 ** 20;
/** Of a Tesla V100, a Tesla T4 and a Tesla P4. */
const v100: DeviceFigures = { peakFlopsPerNs: { f32: 14_029 }, memoryBytesPerNs: 900, units: 80, cacheBytes: 6 * mib, watts: 250, capability: 7 };
const t4: DeviceFigures = { peakFlopsPerNs: { f32: 8141 }, memoryBytesPerNs: 320, units: 40, cacheBytes: 4 * mib, watts: 70, capability: 7.5 };
const p4: DeviceFigures = { peakFlopsPerNs: { f32: 5700 }, memoryBytesPerNs: 192, units: 20, cacheBytes: 2 * mib, watts: 75, capability: 6.1 };

const product = (m: number, n: number, k: number, figures: DeviceFigures, weight = false) => {
  const op = opOfKernel({ kind: "matmul", shape: { batch: 1, m, n, k }, dtype: "f32" });
  return { op: weight ? { ...op, parameterBytes: 4 * n * k } : op, threads: 1, figures };
};
const ns = (work: ReturnType<typeof product>, parameters: Record<string, number> = {}): number => phasesNs(gpuBlocksFormula.phases({ fixedNs: 0, ...parameters })(work));
const rate = (size: number, figures: DeviceFigures, weight = true): number => (2 * size ** 3) / ns(product(size, size, size, figures, weight));

describe("power of a board", () => {
  const limit = { flopsPerNsWatt: 50, throttled: 0.4, throttleNs: 1e6 };
  it("slows nothing down where it sustains the peak, or is not known", () => {
    expect(powerSlowdown(limit, { ...t4, watts: 1000 })(1e9)).toBe(1);
    const { watts: _, ...unknown } = t4;
    expect(powerSlowdown(limit, unknown)(1e9)).toBe(1);
  });
  it("long kernels run at what it sustains, short ones nearer to the peak", () => {
    const slowdown = powerSlowdown(limit, t4);
    const whole = (8141 * 0.93) / (50 * 70);
    expect(slowdown(1e12)).toBeCloseTo(whole, 4);
    expect(slowdown(0)).toBeCloseTo(whole ** 0.4, 9);
    expect(slowdown(1e6)).toBeCloseTo(whole ** 0.7, 9);
  });
});

describe("what the last cache misses", () => {
  const tile = { m: 64, n: 64, size: 2 };
  const missed = (m: number, n: number, k: number, misses = { reread: 1, unshared: 0 }, cacheBytes = 2 * mib): number => {
    const gemm = { batch: 1, m, n, k };
    return missedBytes(gemm, tile, 4, 20, cacheBytes, operandExcess(gemm, 4, cacheBytes), misses);
  };
  it("is next to nothing of factors that fit", () => expect(missed(128, 128, 64)).toBeLessThan(0.2 * 4 * 2 * 128 * 64));
  it("a wave that covers all rows reads the columns once: twice the rows, twice the waves", () => {
    // 70 tiles at a time: one row of tiles of 4480 columns.
    const [once, twice] = [missed(64, 4480, 1e5), missed(128, 4480, 1e5)];
    expect(twice / once).toBeGreaterThan(1.9);
    // Of 640 columns seven rows of tiles run at a time, and share them.
    expect(missed(448, 640, 1e5) / (once / 4480 * 640)).toBeLessThan(3);
  });
  it("blocks that should share grow apart along the sum", () => {
    const perStep = (k: number): number => missed(1024, 1024, k, { reread: 0, unshared: 1 }) / k;
    expect(perStep(50_000)).toBeGreaterThan(1.5 * perStep(1000));
  });
});

describe("gpu-blocks", () => {
  it("measured: what PyTorch reaches of large linear layers, within a seventh", () => {
    // Medians of layers that take more than 8 ms, of NeuSight's data: flops/ns.
    expect(Math.abs(rate(8192, v100) / 12_100 - 1)).toBeLessThan(1 / 7);
    expect(Math.abs(rate(8192, t4) / 3250 - 1)).toBeLessThan(1 / 7);
    expect(rate(8192, p4)).toBeLessThan(1700);
  });
  it("one row of tiles more than fits is another round", () => {
    const time = (m: number): number => ns(product(m, 128 * 40, 64, { ...v100, memoryBytesPerNs: 1e9 }));
    expect(time(128 * 2 + 1)).toBeGreaterThan(time(128 * 2));
  });
  it("kernels that date from Maxwell are slower for weights than for batches", () => expect(rate(4096, p4, true)).toBeLessThan(0.7 * rate(4096, p4, false)));
  it("says nothing of what is no product, and of devices without figures", () => {
    expect(gpuBlocksFormula.coefficients([{ op: opOfKernel({ kind: "relu", shape: { elements: 8 }, dtype: "f32" }), threads: 1, figures: v100, ns: 1 }])).toBeUndefined();
    expect(gpuBlocksFormula.coefficients([{ ...product(8, 8, 8, {}), ns: 1 }])).toBeUndefined();
  });
  it("has the coefficients that the works can tell", () => {
    const names = (works: readonly ReturnType<typeof product>[]): string[] => gpuBlocksFormula.coefficients(works.map((work) => ({ ...work, ns: 1 })))!.map(({ name }) => name);
    const { watts: _, ...unlimited } = p4;
    expect(names([product(8, 8, 8, unlimited)])).toEqual(["fixedNs", "peak.128x64", "steps", "idle", "bandwidth", "reread", "unshared"]);
    expect(names([product(8, 8, 8, p4, true)])).toEqual(expect.arrayContaining(["maxwellPeak", "maxwellMisses", "flopsPerNsWatt", "throttled", "throttleNs"]));
  });
  it("the fit finds times again that it made, to 6 % of every time", () => {
    const truth = { fixedNs: 33_000, steps: 25, "peak.128x64": 0.8, bandwidth: 0.8, flopsPerNsWatt: 40 };
    const works = [64, 200, 512, 1100, 3000].flatMap((m) => [64, 300, 1024, 4000].flatMap((n) => [32, 500, 3000].map((k) => product(m, n, k, t4))));
    const timed = works.map((work) => ({ ...work, ns: ns(work, truth) }));
    const base = fitFormula(gpuBlocksFormula, timed)!;
    for (const one of timed) expect(Math.abs(ns(one, base.parameters) / one.ns - 1)).toBeLessThan(0.06);
  });
});
