import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { opOfKernel } from "../../../src/calibrate/op-of-kernel.ts";
import { profileSchema, type Profile, type ProfileEntry } from "../../../src/cost/profile/profile.ts";
import { isMonotone, profileModel } from "../../../src/cost/profile/profile-model.ts";
import { readProfile } from "../../../src/cost/profile/read-profile.ts";
import { packTrees } from "../../../src/cost/profile/trees.ts";
import type { OpClass } from "../../../src/graph/graph.ts";
import { buildMachine } from "../../../src/machine/build-machine.ts";
import { machineSchema } from "../../../src/machine/schema.ts";

const matmul: ProfileEntry = {
  kind: "matmul", dtype: "f32", threads: [1, 2, 4],
  model: { base: { formula: "roofline", parameters: { fixedNs: 1000, flopsPerNs: 50, bytesPerNs: 10, perThreadNs: 100, serial: 0.1, contention: 0.5 } } },
  sigma: 0.05, noise: 0.02, range: { extents: { m: [1, 512], n: [1, 512], k: [1, 512] }, flops: [2, 2 ** 28], bytes: [12, 2 ** 22] }, points: 100,
};
const softmax: ProfileEntry = {
  kind: "softmax", dtype: "f32", sigma: 0.03, points: 50,
  model: {
    base: { formula: "power", parameters: { fixedNs: 500, scaleNs: 2, "exponent.columns": 0.9, "exponent.rows": 1 } },
    residuals: [
      { type: "table", extents: ["rows", "columns"], points: [[8, 8, 0.2], [64, 64, -0.1], [512, 8, 0]] },
      { type: "kernel", features: "extents", inputs: ["log rows", "log columns"], centre: [3, 3], scale: [1, 1], offset: 0.01, centres: [[0, 0], [1, 1]], weights: [0.1, -0.2] },
      { type: "trees", features: "shape", inputs: ["log rows", "align columns"], edges: [[2, 4], [1, 3]], offset: -0.02, step: 1e-4, trees: packTrees([{ input: 0, edge: 1, left: { leaf: 500 }, right: { input: 1, edge: 0, left: { leaf: -300 }, right: { leaf: 100 } } }]) },
    ],
  },
  range: { extents: { rows: [1, 1024], columns: [1, 1024] }, flops: [5, 2 ** 23], bytes: [8, 2 ** 23] },
};
const profile: Profile = {
  format: "heddle-profile/1", device: { name: "made up", kind: "cpu", models: ["laptop"], figures: { memoryBytesPerNs: 20 } },
  provenance: { date: "2026-01-31", source: "made up", samples: [] }, entries: [matmul, softmax, { ...softmax, variant: "relu", model: { base: { formula: "constant", parameters: { ns: 77 } } } }],
};
const cpu = buildMachine(machineSchema.parse({ devices: { host: { kind: "cpu", units: 8, peak: { f32: "1TFLOP/s" }, memory: { capacity: "8GiB", bandwidth: "20GB/s" } } } })).devices[0]!;
const device = { ...cpu, model: "laptop" };
const model = profileModel(profile);
const at = (m: number, n = 64, k = 64, width = 1) => model.estimate(opOfKernel({ kind: "matmul", dtype: "f32", shape: { batch: 1, m, n, k } }), device, width)!;
const soft = (rows: number, columns: number, more: Partial<OpClass> = {}) => model.estimate({ ...opOfKernel({ kind: "softmax", dtype: "f32", shape: { rows, columns } }), ...more }, device, 1)!;

describe("a profile as a cost model", () => {
  it("is the formula with its coefficients", () => {
    const flops = 2 * 128 * 64 * 64;
    const computeNs = flops / (50 * (2 / 1.1));
    expect(at(128, 64, 64, 2)).toMatchObject({ fixedNs: 1100, sigma: 0, limit: "compute", extrapolated: false, error: 0.05, source: "profile made up (roofline, 100 points)" });
    expect(at(128, 64, 64, 2).ns).toBeCloseTo(1100 + computeNs, 6);
    const bytes = 4 * (128 * 64 + 64 * 64 + 128 * 64);
    expect(at(128, 64, 64, 2).memoryBytesPerNs).toBeCloseTo(bytes / computeNs, 6);
  });

  it("never demands more than the memory gives", () => {
    expect(at(1, 512, 1, 4).memoryBytesPerNs).toBeLessThanOrEqual(20);
  });

  it("says when it goes beyond what was measured", () => {
    expect([at(512).extrapolated, at(600).extrapolated, at(64, 64, 64, 8).extrapolated]).toEqual([false, true, true]);
  });

  it("keeps to the speed of the nearest size where the formula is an empirical one", () => {
    const range = { extents: { batch: [1, 1], m: [8, 512], n: [64, 64], k: [8, 128] }, flops: [1, 1e9], bytes: [1, 1e9] } satisfies ProfileEntry["range"];
    const law = profileModel({ ...profile, entries: [{ ...matmul, range, model: { base: { formula: "power", parameters: { fixedNs: 1000, scaleNs: 1, "exponent.m": 0.2, "exponent.k": 2 } } } }] });
    const told = (batch: number, m: number, n: number, k: number) => law.estimate(opOfKernel({ kind: "matmul", dtype: "f32", shape: { batch, m, n, k } }), device, 1)!;
    const ownNs = (...shape: Parameters<typeof told>) => told(...shape).ns - 1000;
    const edge = ownNs(1, 512, 64, 128);
    expect(edge).toBeCloseTo(512 ** 0.2 * 128 ** 2, 3);
    // Extents of which the law knows nothing, one that it lets grow too slowly, one too fast, and all of them.
    expect([ownNs(64, 512, 64, 128), ownNs(1, 512, 640, 128), ownNs(1, 512 * 64, 64, 128), ownNs(1, 512, 64, 1280), ownNs(2, 1024, 128, 256)].map((ns) => ns / edge)).toEqual([64, 10, 64, 10, 16].map((times) => expect.closeTo(times, 6)));
    expect([told(64, 512, 64, 128), told(1, 512, 64, 128)].map(({ extrapolated }) => extrapolated)).toEqual([true, false]);
    expect(ownNs(1, 4, 64, 8)).toBeCloseTo(ownNs(1, 8, 64, 8) / 2, 6);
  });

  it("leaves to others what it does not know", () => {
    const op = opOfKernel({ kind: "matmul", dtype: "f16", shape: { batch: 1, m: 8, n: 8, k: 8 } });
    expect(model.estimate(op, device, 1)).toBeUndefined();
    expect(model.estimate({ ...op, kind: "conv", dtype: "f32" }, device, 1)).toBeUndefined();
    expect(model.estimate({ ...op, dtype: "f32" }, cpu, 1)).toBeUndefined();
    expect(profileModel(profile, { device: "host" }).estimate({ ...op, dtype: "f32" }, cpu, 1)).toBeDefined();
    expect(profileModel(profile, { device: "gpu" }).estimate({ ...op, dtype: "f32" }, device, 1)).toBeUndefined();
  });

  it("answers for what is fused into an operator by the entry of that variant, else by the plain one", () => {
    expect(soft(8, 8, { fused: ["softmax", "relu"] }).ns).toBe(77);
    expect(soft(8, 8, { variant: "relu" }).ns).toBe(77);
    expect(soft(8, 8, { fused: ["softmax", "tanh"] }).ns).toBe(soft(8, 8).ns);
  });

  it("has the spread of the runs only when asked", () => {
    const op = opOfKernel({ kind: "matmul", dtype: "f32", shape: { batch: 1, m: 8, n: 8, k: 8 } });
    expect(profileModel(profile, { noise: true }).estimate(op, device, 1)!.sigma).toBe(0.02);
  });

  it("is positive and finite for every shape, and takes no longer for less where the model promises it", () => {
    expect([isMonotone(matmul.model), isMonotone(softmax.model)]).toEqual([true, false]);
    const extent = fc.integer({ min: 1, max: 1 << 20 });
    fc.assert(fc.property(extent, extent, extent, fc.integer({ min: 1, max: 64 }), (m, n, k, width) => {
      const { ns, fixedNs, memoryBytesPerNs } = at(m, n, k, width);
      expect(ns).toBeGreaterThan(0);
      expect(Number.isFinite(ns) && fixedNs <= ns && memoryBytesPerNs >= 0 && Number.isFinite(memoryBytesPerNs)).toBe(true);
      expect(at(m + 1, n, k, width).ns).toBeGreaterThanOrEqual(ns);
      const residual = soft(m, n);
      expect(residual.ns > 0 && Number.isFinite(residual.ns) && residual.fixedNs <= residual.ns).toBe(true);
    }), { numRuns: 300 });
  });

  it("is exact on the points of a table alone", () => {
    const only: ProfileEntry = { ...softmax, model: { base: { formula: "constant", parameters: { ns: 100 } }, residuals: [softmax.model.residuals![0]!] } };
    const table = profileModel({ ...profile, entries: [only] });
    const ns = (rows: number, columns: number): number => table.estimate(opOfKernel({ kind: "softmax", dtype: "f32", shape: { rows, columns } }), device, 1)!.ns;
    expect(ns(8, 8)).toBeCloseTo(100 * Math.exp(0.2), 9);
    expect(ns(64, 64)).toBeCloseTo(100 * Math.exp(-0.1), 9);
    expect(ns(16, 16)).toBeGreaterThan(ns(64, 64));
    expect(ns(16, 16)).toBeLessThan(ns(8, 8));
  });
});

describe("reading a profile", () => {
  const text = JSON.stringify(profile);
  const told = (source: string): string => {
    try {
      readProfile(source, "p.json");
      return "";
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return error.message;
    }
  };

  it("gives back what was written", () => {
    expect(readProfile(text, "p.json")).toEqual(profile);
    expect(profileSchema.parse(profile)).toEqual(profile);
  });

  it("refuses other versions, other files and damaged models", () => {
    expect(told(text.replace("heddle-profile/1", "heddle-profile/2"))).toContain("the profile has the format heddle-profile/2, and this version of Heddle reads heddle-profile/1");
    expect(told("{}")).toContain("no cost profile");
    expect(told("[")).toMatch(/^p\.json:1:2: .*not valid JSON/);
    expect(told(text.replace('"sigma":0.05', '"sigma":-1'))).toContain("entries.0.sigma");
    expect(told(text.replace('"roofline"', '"rooflin"'))).toContain('there is no formula "rooflin"');
    expect(told(text.replace("align columns", "blign columns"))).toContain('the feature set "shape" has no feature "blign columns"');
    expect(told(text.replace(/"trees":"[^"]*"/, '"trees":"AAAA"'))).toContain("cannot be evaluated");
  });
});
