import { describe, expect, it } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { fitProfile } from "../../../src/calibrate/fit/fit-profile.ts";
import { opOfKernel } from "../../../src/calibrate/op-of-kernel.ts";
import type { Sample } from "../../../src/calibrate/sample.ts";
import { cachedRooflineFormula } from "../../../src/cost/profile/cached-roofline-formula.ts";
import type { Formula } from "../../../src/cost/profile/formula.ts";
import { pagedRooflineFormula } from "../../../src/cost/profile/paged-roofline-formula.ts";
import { evaluate } from "../../../src/cost/profile/profile-model.ts";
import type { TimedWork } from "../../../src/cost/profile/work.ts";
import type { DType } from "../../../src/graph/graph.ts";

const product = (m: number, k: number, dtype: DType = "f32", kind = "matmul"): TimedWork => ({ op: opOfKernel({ kind, shape: { batch: 1, m, n: 208, k }, dtype }), threads: 1, figures: {}, ns: 1e6 });

describe("a roofline for products whose rows are whole pages apart", () => {
  const parameters = { fixedNs: 500, flopsPerNs: 100, bytesPerNs: 20, cacheGain: 1, cacheBytes: 1e6, exposed: 0 };
  const slower = (work: TimedWork): number => pagedRooflineFormula.phases({ ...parameters, paged: 0.25 })(work).computeNs / cachedRooflineFormula.phases(parameters)(work).computeNs;

  it("slows their arithmetic, and no other", () => {
    for (const k of [1024, 2048, 3072, 4096]) expect(slower(product(64, k)), `k = ${k}`).toBeCloseTo(1.25);
    for (const k of [256, 512, 768, 1000, 1040, 1536, 2064]) expect(slower(product(64, k)), `k = ${k}`).toBe(1);
    expect(slower(product(64, 1024, "f16"))).toBe(1);
    expect(slower(product(64, 2048, "f16"))).toBeCloseTo(1.25);
    // So few rows stay in the cache together.
    expect([1, 8, 9, 64].map((m) => slower(product(m, 1024)))).toEqual([1, 1, 1.25, 1.25]);
    expect(slower({ ...product(64, 1024), op: opOfKernel({ kind: "softmax", shape: { rows: 64, columns: 1024 }, dtype: "f32" }) })).toBeCloseTo(1);
  });

  it("is the cached roofline where there are no such products, or no others", () => {
    const names = (formula: Formula, ...works: TimedWork[]) => formula.coefficients(works)!.map(({ name }) => name);
    expect(names(pagedRooflineFormula, product(64, 1024), product(64, 1000))).toEqual([...names(cachedRooflineFormula, product(64, 1024), product(64, 1000)), "paged"]);
    for (const works of [[product(64, 1000), product(64, 512)], [product(64, 1024), product(64, 2048)]]) expect(names(pagedRooflineFormula, ...works)).toEqual(names(cachedRooflineFormula, ...works));
    expect(pagedRooflineFormula.phases(parameters)(product(64, 1024))).toEqual(cachedRooflineFormula.phases(parameters)(product(64, 1024)));
  });

  it("is what a fit takes on a CPU that has the effect, and finds its size", async () => {
    const random = randomSource(1, "pages");
    const between = (low: number, high: number, step: number) => Math.max(step, Math.round((low * (high / low) ** random()) / step) * step);
    const samples = Array.from({ length: 100 }, (_, i): Sample => {
      const shape = { batch: 1, m: between(12, 512, 1), n: between(16, 2048, 16), k: between(64, 4096, i % 5 === 0 ? 1024 : 16) };
      const plainNs = 2000 + (2 * shape.m * shape.n * shape.k) / 100;
      return { kind: "matmul", shape, dtype: "f32", round: 0, ns: [(1 + 0.06 * (random() - 0.5)) * (shape.k % 1024 === 0 ? 1.3 : 1) * plainNs] };
    });
    const fitted = async (kind: "cpu" | "gpu") => (await fitProfile(samples, { device: { name: "made up", kind, figures: {} }, provenance: { date: "2026-01-31", source: "made up", samples: [] }, entry: () => ({ judge: false, kernel: {} }) })).entries[0]!;
    const [cpu, gpu] = [await fitted("cpu"), await fitted("gpu")];
    expect(cpu.model.base.formula).toBe("paged-roofline");
    expect(cpu.model.base.parameters["paged"]).toBeGreaterThan(0.25);
    expect(cpu.model.base.parameters["paged"]).toBeLessThan(0.35);
    expect(gpu.ladder!.map(({ model }) => model).join()).not.toContain("paged");
    expect(cpu.error!.mean).toBeLessThan(0.6 * gpu.error!.mean);
    // Widths that were not measured.
    const ns = (k: number) => evaluate(cpu.model)(product(100, k)).ns / (2000 + (2 * 100 * 208 * k) / 100);
    for (const k of [1024, 2048, 3072]) expect(ns(k), `k = ${k}`).toBeGreaterThan(1.2);
    for (const k of [512, 1000, 1040, 1536, 2080]) expect(ns(k), `k = ${k}`).toBeLessThan(1.08);
  }, 30_000);
});
