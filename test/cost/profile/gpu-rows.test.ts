import { describe, expect, it } from "vitest";
import { fitFormula } from "../../../src/calibrate/fit/fit-formula.ts";
import { opOfKernel } from "../../../src/calibrate/op-of-kernel.ts";
import { phasesNs } from "../../../src/cost/profile/formula.ts";
import { gpuRowsFormula, rowsOf } from "../../../src/cost/profile/gpu-rows-formula.ts";
import type { DeviceFigures } from "../../../src/cost/profile/profile.ts";

const mib = 2 ** 20;
const gpu: DeviceFigures = { memoryBytesPerNs: 900, units: 80, cacheBytes: 6 * mib };
const softmax = (rows: number, columns: number, figures = gpu) => ({ op: opOfKernel({ kind: "softmax", shape: { rows, columns }, dtype: "f32" }), threads: 1, figures });
const ns = (work: ReturnType<typeof softmax>, parameters: Record<string, number>): number => phasesNs(gpuRowsFormula.phases({ fixedNs: 0, ...parameters })(work));

describe("gpu-rows", () => {
  it("moves its bytes at the bandwidth, those that the last cache keeps faster", () => {
    const work = softmax(100_000, 512);
    const bytes = 2 * 4 * 100_000 * 512;
    expect(ns(work, { bandwidth: 0.8 })).toBeCloseTo(bytes / 720, 6);
    expect(ns(work, { bandwidth: 0.8, cached: 2 })).toBeCloseTo((bytes - 0.8 * 6 * mib / 2) / 720, 6);
  });
  it("is so many times as fast where all fits into the cache, and no faster beyond it than without one", () => {
    const small = softmax(1000, 512);
    expect(ns(small, { cached: 2 })).toBeCloseTo(ns(small, {}) / 2, 9);
    expect(ns(softmax(1000, 512, { ...gpu, cacheBytes: 0 }), { cached: 2 })).toBeCloseTo(ns(small, {}), 9);
  });
  it("reads long rows again, and waits for the statistics of short ones", () => {
    expect(ns(softmax(1000, 2048), { longRows: 0.5 })).toBeCloseTo(2 * ns(softmax(1000, 2048), {}), 6);
    expect(ns(softmax(8000, 4), { rowNs: 30, columnNs: 0.5 })).toBeCloseTo(100 * 32, 9);
  });
  it("knows the rows of a layer normalization by its parameters", () => {
    expect(rowsOf(opOfKernel({ kind: "layer-norm", shape: { elements: 64 * 768, parameters: 2 * 768 }, dtype: "f32" }))).toEqual({ rows: 64, columns: 768 });
    expect(gpuRowsFormula.coefficients([{ ...softmax(8, 8, {}), ns: 1 }])).toBeUndefined();
  });
  it("the fit finds times again that it made, to 3 %", () => {
    const truth = { fixedNs: 30_000, bandwidth: 0.7, longRows: 0.7, cached: 3, rowNs: 50, columnNs: 0.2 };
    const works = [16, 300, 4000, 60_000].flatMap((rows) => [8, 60, 300, 900, 1500, 4000].map((columns) => softmax(rows, columns)));
    const timed = works.map((work) => ({ ...work, ns: ns(work, truth) }));
    const { parameters } = fitFormula(gpuRowsFormula, timed)!;
    for (const one of timed) expect(Math.abs(ns(one, parameters) / one.ns - 1)).toBeLessThan(0.03);
  });
});
