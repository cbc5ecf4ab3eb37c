import { describe, expect, it } from "vitest";
import { opOfKernel } from "../../src/calibrate/op-of-kernel.ts";
import { attention, conv, elementwise, lstm, matmul, normalization, pool, reduction, softmax } from "../../src/graph/catalogue.ts";

describe("the operator of a kernel", () => {
  it("has the work and the bytes that the catalogue gives it", () => {
    const made = [
      matmul({ batch: 2, m: 8, n: 16, k: 32 }), conv({ n: 1, cIn: 8, cOut: 16, h: 8, w: 8, hOut: 8, wOut: 8, kh: 3, kw: 3 }),
      conv({ n: 1, cIn: 8, cOut: 8, h: 8, w: 8, hOut: 8, wOut: 8, kh: 3, kw: 3, groups: 8 }),
      attention({ batch: 1, heads: 2, queries: 8, keys: 16, headDim: 4 }), lstm({ seq: 3, batch: 2, input: 4, hidden: 5 }),
      softmax({ rows: 4, columns: 8 }), normalization("layer-norm", { elements: 64, parameters: 16 }), elementwise("relu", { elements: 10 }), elementwise("add", { elements: 10, inputs: 2 }),
      pool("max-pool", { inputs: 64, outputs: 16, window: 4 }), reduction({ inputs: 64, outputs: 8 }),
    ];
    for (const init of made) {
      const op = opOfKernel({ kind: init.kind, shape: init.shape!, dtype: "f32" });
      expect(op).toMatchObject({ kind: init.kind, shape: init.shape, flops: init.flops, macs: init.macs ?? 0, readBytes: init.readBytes, writeBytes: init.writeBytes });
    }
  });

  it("reads and writes each element once where the catalogue only moves data, and takes flops and bytes as given elsewhere", () => {
    expect(opOfKernel({ kind: "transpose", shape: { elements: 10 }, dtype: "f16" })).toMatchObject({ flops: 0, readBytes: 20, writeBytes: 20 });
    expect(opOfKernel({ kind: "all-reduce", shape: { bytes: 1000, workers: 4 }, dtype: "f32" })).toMatchObject({ flops: 0, readBytes: 1000, writeBytes: 0 });
    expect(opOfKernel({ kind: "mystery", shape: { a: 3 }, dtype: "f32", variant: "x" })).toMatchObject({ flops: 0, readBytes: 0, variant: "x" });
  });
});
