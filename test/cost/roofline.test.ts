import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultCostModel } from "../../src/cost/build-cost-model.ts";
import { rooflineModel } from "../../src/cost/roofline.ts";
import { conv, elementwise, matmul } from "../../src/graph/catalogue.ts";
import { buildMachine } from "../../src/machine/build-machine.ts";
import { devices as deviceLibrary } from "../../src/machine/library/devices.ts";
import { device, opClass } from "./make.ts";

const roofline = rooflineModel();

describe("roofline, worked out by hand", () => {
  test("compute bound: 1000 flops at 100 flop/ns", () => {
    expect(roofline.estimate(opClass({ kind: "matmul", flops: 1000, readBytes: 60, writeBytes: 40 }), device(), 10)).toEqual({
      ns: 10, fixedNs: 0, sigma: 0, memoryBytesPerNs: 10, limit: "compute", source: "roofline(figures given)", extrapolated: false,
    });
  });

  test("memory bound: 4000 bytes at 100 bytes/ns", () => {
    expect(roofline.estimate(opClass({ kind: "add", flops: 1000, readBytes: 3000, writeBytes: 1000 }), device(), 10)).toMatchObject({ ns: 40, memoryBytesPerNs: 100, limit: "memory" });
  });

  test("a kind that is called like what every object has is one like any other", () => {
    const estimate = (kind: string) => roofline.estimate(opClass({ kind, flops: 1000, readBytes: 60, writeBytes: 40 }), device({ efficiency: { default: 0.5 } }), 10)?.ns;
    expect([estimate("mine"), estimate("constructor"), estimate("toString")]).toEqual([20, 20, 20]);
  });

  test("softmax and norms read their input twice", () => {
    expect(roofline.estimate(opClass({ kind: "softmax", readBytes: 3000, writeBytes: 1000 }), device(), 10)).toMatchObject({ ns: 70, memoryBytesPerNs: 100 });
    expect(roofline.estimate(opClass({ kind: "batch-norm", readBytes: 3000, writeBytes: 1000 }), device(), 10)?.ns).toBe(40);
  });

  test("the launch comes first, and can be all that counts", () => {
    expect(roofline.estimate(opClass({ kind: "add", flops: 1000 }), device({ launchNs: 50 }), 10)).toMatchObject({ ns: 60, fixedNs: 50, limit: "launch" });
  });

  test("half the width: half the arithmetic, the same memory until the units cannot draw it", () => {
    const computing = opClass({ kind: "matmul", flops: 1000 });
    const streaming = opClass({ kind: "copy", readBytes: 1000 });
    expect(roofline.estimate(computing, device(), 5)?.ns).toBe(20);
    expect(roofline.estimate(streaming, device(), 5)?.ns).toBe(10);
    expect(roofline.estimate(streaming, device({ unitBytesPerNs: 8 }), 5)).toMatchObject({ ns: 25, memoryBytesPerNs: 40 });
    expect(roofline.estimate(streaming, device({ unitBytesPerNs: 25 }), 5)?.ns).toBe(10);
  });

  test("efficiency: the kind's own, its category's, the default, then none", () => {
    const matmulOp = opClass({ kind: "matmul", flops: 1000 });
    const at = (efficiency: Record<string, number>, kind = "matmul") => roofline.estimate({ ...matmulOp, kind }, device({ efficiency }), 10)?.ns;
    expect(at({ matmul: 0.5, compute: 0.2, default: 0.1 })).toBe(20);
    expect(at({ compute: 0.2, default: 0.1 })).toBe(50);
    expect(at({ default: 0.1 })).toBe(100);
    expect(at({})).toBe(10);
    expect(at({ memory: 0.25, default: 0.1 }, "softmax")).toBe(40);
    expect(at({ memory: 0.25, default: 0.1 }, "my-own-kind")).toBe(100);
  });

  test("memory efficiency slows traffic only", () => {
    expect(roofline.estimate(opClass({ kind: "copy", readBytes: 1000 }), device({ memoryEfficiency: 0.5 }), 10)).toMatchObject({ ns: 20, memoryBytesPerNs: 50 });
  });

  test("options replace the devices' own figures", () => {
    const model = rooflineModel({ efficiency: { matmul: 0.1 }, memoryEfficiency: 0.2, launchNs: 7 });
    expect(model.estimate(opClass({ kind: "matmul", flops: 1000 }), device({ efficiency: { matmul: 0.9 }, launchNs: 1 }), 10)?.ns).toBeCloseTo(107, 9);
    expect(model.estimate(opClass({ kind: "copy", readBytes: 1000 }), device(), 10)?.ns).toBeCloseTo(57, 9);
  });

  test("views are free, other empty operators cost a launch", () => {
    expect(roofline.estimate(opClass({ kind: "reshape" }), device({ launchNs: 5 }), 10)).toMatchObject({ ns: 0, fixedNs: 0 });
    expect(roofline.estimate(opClass({ kind: "fill" }), device({ launchNs: 5 }), 10)).toMatchObject({ ns: 5, fixedNs: 5, memoryBytesPerNs: 0, limit: "launch" });
  });

  test("what the device cannot compute in, it cannot run", () => {
    expect(roofline.estimate(opClass({ kind: "matmul", flops: 1, dtype: "f32" }), device({ peakFlopsPerNs: { i8: 100 } }), 10)).toBeUndefined();
  });

  test("a memory without limit asks for nothing impossible", () => {
    const { memoryBytesPerNs: _, ...unlimited } = device();
    expect(roofline.estimate(opClass({ kind: "copy", readBytes: 1e6 }), unlimited, 10)).toMatchObject({ ns: 0, memoryBytesPerNs: 0 });
  });
});

describe("tiles", () => {
  const tpu = device({ kind: "tpu", units: 1, width: 1, peakFlopsPerNs: { bf16: 32768 }, systolic: { rows: 128, columns: 128 } });
  const ns = (m: number, n: number, k: number) => roofline.estimate({ ...opClass(matmul({ m, n, k, dtype: "bf16" })), readBytes: 0, writeBytes: 0 }, tpu, 1)!.ns;

  test("129 columns take as long as 256", () => {
    expect(ns(128, 128, 128)).toBeCloseTo(128, 9);
    expect(ns(128, 129, 128)).toBeCloseTo(256, 9);
    expect(ns(128, 256, 128)).toBeCloseTo(256, 9);
    expect(ns(128, 128, 129)).toBeCloseTo(256, 9);
    expect(ns(1, 128, 128)).toBeCloseTo(128, 9);
  });

  test("a convolution is its implicit matrix product", () => {
    const convNs = roofline.estimate({ ...opClass(conv({ n: 1, cIn: 64, cOut: 64, h: 16, w: 8, hOut: 16, wOut: 8, kh: 1, kw: 1, dtype: "bf16" })), readBytes: 0, writeBytes: 0 }, tpu, 1)!.ns;
    expect(convNs).toBeCloseTo(ns(128, 64, 64), 9);
    expect(convNs).toBeCloseTo(128, 9);
  });

  test("a grouped convolution wastes most of the array, group by group", () => {
    const op = opClass(conv({ n: 1, cIn: 32, cOut: 32, h: 16, w: 16, hOut: 16, wOut: 16, kh: 3, kw: 3, groups: 4 }));
    expect(roofline.estimate({ ...op, dtype: "bf16", readBytes: 0, writeBytes: 0 }, tpu, 1)!.ns).toBeCloseTo(4 * 2 * 128, 9);
  });

  test("a matrix–vector product on a GPU is bound by memory, not by empty tiles", () => {
    const a100 = buildMachine({ devices: { it: { use: "nvidia-a100-sxm4-80gb" } } }).devices[0]!;
    expect(roofline.estimate(opClass(matmul({ m: 1, n: 4096, k: 4096, weight: true })), a100, a100.width)).toMatchObject({ limit: "memory" });
    expect(roofline.estimate(opClass(matmul({ m: 4096, n: 1, k: 4096, weight: true })), a100, a100.width)).toMatchObject({ limit: "memory" });
  });

  test("a GPU works in whole waves: one tile more than multiprocessors doubles the time", () => {
    const gpu = device({ kind: "gpu", units: 100, width: 100, peakFlopsPerNs: { f32: 1e4 } });
    const at = (rows: number) => roofline.estimate({ ...opClass(matmul({ m: rows * 128, n: 128, k: 4096 })), readBytes: 0, writeBytes: 0 }, gpu, 100)!.ns;
    expect(at(100)).toBeCloseTo((2 * 100 * 128 * 128 * 4096) / 1e4, 3);
    expect(at(101) / at(100)).toBeGreaterThan(1.2);
    expect(at(200) / at(100)).toBeCloseTo(2, 9);
  });

  test("element-wise operators have no tiles", () => {
    expect(roofline.estimate({ ...opClass(elementwise("relu", { elements: 129, dtype: "bf16" })), readBytes: 0, writeBytes: 0 }, tpu, 1)!.ns).toBeCloseTo(129 / 32768, 12);
  });
});

describe("properties on every library device", () => {
  const real = deviceLibrary.all.map(({ name }) => buildMachine({ devices: { it: { use: name } } }).devices[0]!);
  const model = defaultCostModel();
  const size = fc.integer({ min: 1, max: 5000 });
  const dtype = fc.constantFrom("f32", "f16", "bf16", "i8" as const);
  const anyDevice = fc.constantFrom(...real);
  const check = { seed: 7, numRuns: 400 };

  test("more work or more bytes never take less time", () => {
    fc.assert(fc.property(anyDevice, dtype, fc.constantFrom("matmul", "softmax", "relu", "conv"), fc.nat(1e9), fc.nat(1e9), fc.nat(1e9), fc.nat(1e9), (d, type, kind, flops, bytes, moreFlops, moreBytes) => {
      const less = model.estimate(opClass({ kind, dtype: type, flops, readBytes: bytes }), d, d.width);
      const more = model.estimate(opClass({ kind, dtype: type, flops: flops + moreFlops, readBytes: bytes + moreBytes }), d, d.width);
      expect(more === undefined).toBe(less === undefined);
      if (less && more) expect(more.ns).toBeGreaterThanOrEqual(less.ns);
    }), check);
  });

  test("larger matrices never take less time", () => {
    fc.assert(fc.property(anyDevice, dtype, size, size, size, fc.nat(300), fc.nat(300), fc.nat(300), (d, type, m, n, k, dm, dn, dk) => {
      const less = model.estimate(opClass(matmul({ m, n, k, dtype: type })), d, d.width);
      const more = model.estimate(opClass(matmul({ m: m + dm, n: n + dn, k: k + dk, dtype: type })), d, d.width);
      if (less && more) expect(more.ns).toBeGreaterThanOrEqual(less.ns * (1 - 1e-12));
    }), check);
  });

  test("a wider operator is never slower", () => {
    fc.assert(fc.property(anyDevice, dtype, size, size, size, fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 0.01, max: 1, noNaN: true }), (d, type, m, n, k, a, b) => {
      const op = opClass(matmul({ m, n, k, dtype: type }));
      const narrow = model.estimate(op, d, Math.min(a, b) * d.units);
      const wide = model.estimate(op, d, Math.max(a, b) * d.units);
      if (narrow && wide) expect(wide.ns).toBeLessThanOrEqual(narrow.ns * (1 + 1e-12));
    }), check);
  });

  test("alone, no operator draws more than its memory gives; its phases add up", () => {
    fc.assert(fc.property(anyDevice, dtype, size, size, size, (d, type, m, n, k) => {
      for (const op of [opClass(matmul({ m, n, k, dtype: type })), opClass(elementwise("add", { elements: m * n, inputs: 2, dtype: type }))]) {
        const estimate = model.estimate(op, d, d.width);
        if (!estimate) continue;
        expect(estimate.memoryBytesPerNs).toBeLessThanOrEqual((d.memoryBytesPerNs ?? Infinity) * d.memoryEfficiency * (1 + 1e-12));
        expect(estimate.fixedNs).toBeLessThanOrEqual(estimate.ns);
        expect((estimate.ns - estimate.fixedNs) * estimate.memoryBytesPerNs).toBeCloseTo(op.readBytes + op.writeBytes, -Math.log10((op.readBytes + op.writeBytes) * 1e-6));
        expect(estimate.source).toContain(d.model!);
      }
    }), check);
  });
});
