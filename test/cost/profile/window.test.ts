import { describe, expect, it } from "vitest";
import { windowOf } from "../../../src/cost/profile/window.ts";
import { conv, pool } from "../../../src/graph/catalogue.ts";

const of = (kind: string, shape: Record<string, number>) => windowOf({ kind, shape });

describe("the window of an operator", () => {
  it("has stride and padding of convolutions from their extents", () => {
    const { kind, shape } = conv({ n: 1, cIn: 3, cOut: 64, h: 224, w: 224, hOut: 112, wOut: 112, kh: 7, kw: 7 });
    expect(of(kind!, shape as Record<string, number>)).toMatchObject({ channels: 3, strideY: 2, strideX: 2, top: 2, left: 2, rows: 112 });
    // AlexNet's first layer: 11 × 11, stride 4, padding 2, the last row of padding unused.
    expect(of("conv", { cIn: 3, cOut: 64, h: 224, w: 224, hOut: 55, wOut: 55, kh: 11, kw: 11 })).toMatchObject({ strideY: 4, top: 1 });
    expect(of("conv", { cIn: 8, cOut: 8, h: 56, w: 56, hOut: 28, wOut: 28, kh: 1, kw: 1 })).toMatchObject({ strideY: 2, top: 0 });
  });

  it("takes a pooling without extents for square, and a global one for one window", () => {
    const { kind, shape } = pool("max-pool", { inputs: 64 * 112 * 112, outputs: 64 * 56 * 56, window: 9 });
    expect(of(kind!, shape as Record<string, number>)).toMatchObject({ channels: 64, height: 112, columns: 56, kernelWidth: 3, strideX: 2 });
    expect(of("max-pool", { inputs: 16 * 30 * 10, outputs: 16 * 15 * 5, window: 4, c: 16, h: 30, w: 10, hOut: 15, wOut: 5, kh: 2, kw: 2 })).toMatchObject({ channels: 16, height: 30, width: 10, strideY: 2 });
    expect(of("global-pool", { inputs: 512 * 49, outputs: 512, window: 49 })).toMatchObject({ channels: 512, height: 7, rows: 1, kernelHeight: 7 });
  });

  it("is not there for what has none", () => {
    expect(of("matmul", { m: 1, n: 1, k: 1 })).toBeUndefined();
    expect(of("conv", { cIn: 3 })).toBeUndefined();
    expect(of("max-pool", { inputs: 4 })).toBeUndefined();
  });
});
