import { describe, expect, test } from "vitest";
import { attention, categoryOf, conv, convTranspose, elementwise, elementwiseFlops, gather, gru, isElementwise, lrn, lstm, matmul, movement, normalization, opKinds, pool, reduction, rnn, softmax, windowOutput } from "../../src/graph/catalogue.ts";

describe("kinds", () => {
  test("are unique, kebab-case and described", () => {
    expect(new Set(opKinds.map(({ kind }) => kind)).size).toBe(opKinds.length);
    for (const { kind, summary } of opKinds) {
      expect(kind).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(summary.length).toBeGreaterThan(5);
    }
  });
  test("every formula gives a kind of the list, and work that is a number", () => {
    const size = { n: 1, cIn: 4, cOut: 4, h: 8, w: 8, hOut: 8, wOut: 8, kh: 1, kw: 1 };
    const layer = { seq: 3, batch: 2, input: 4, hidden: 5 };
    const inits = [
      conv(size), conv({ ...size, groups: 4 }), convTranspose(size), matmul({ m: 2, n: 3, k: 4 }), attention({ batch: 1, heads: 2, queries: 3, keys: 4, headDim: 5 }), lstm(layer), gru(layer), rnn(layer),
      elementwise("relu", { elements: 4 }), softmax({ rows: 2, columns: 3 }), normalization("layer-norm", { elements: 8, parameters: 4 }), lrn({ elements: 4, size: 5 }), pool("max-pool", { inputs: 16, outputs: 4, window: 4 }),
      reduction({ inputs: 4, outputs: 1 }), gather({ rows: 2, columns: 4 }), gather({ rows: 2, columns: 4, weight: true }), movement("transpose", { read: 4, write: 4 }),
    ];
    for (const { kind, flops = 0, macs = 0, readBytes, writeBytes } of inits) {
      expect(categoryOf(kind)).toBeDefined();
      expect(flops).toBeGreaterThanOrEqual(2 * macs);
      expect(readBytes! > 0 && writeBytes! > 0).toBe(true);
      expect(categoryOf(kind) === "compute").toBe(macs > 0);
    }
  });
  test("element-wise kinds have a number of operations each", () => {
    for (const kind of Object.keys(elementwiseFlops)) expect([kind, isElementwise(kind), categoryOf(kind)]).toEqual([kind, true, "memory"]);
    expect([isElementwise("matmul"), isElementwise("constructor")]).toEqual([false, false]);
  });
});

describe("published layers", () => {
  test("first convolutions of AlexNet (105 M) and ResNet (118 M), and a grouped one", () => {
    expect(conv({ n: 1, cIn: 3, cOut: 96, h: 227, w: 227, hOut: 55, wOut: 55, kh: 11, kw: 11, bias: true })).toMatchObject({ macs: 105_415_200, parameterBytes: 4 * 34_944 });
    expect(conv({ n: 1, cIn: 3, cOut: 64, h: 224, w: 224, hOut: 112, wOut: 112, kh: 7, kw: 7 }).macs).toBe(118_013_952);
    expect(conv({ n: 1, cIn: 96, cOut: 256, h: 27, w: 27, hOut: 27, wOut: 27, kh: 5, kw: 5, groups: 2, bias: true })).toMatchObject({ kind: "conv", macs: 223_948_800, parameterBytes: 4 * 307_456 });
  });
  test("depthwise convolution of MobileNet: 9 multiply-accumulates an output", () => {
    expect(conv({ n: 1, cIn: 32, cOut: 32, h: 112, w: 112, hOut: 112, wOut: 112, kh: 3, kw: 3, groups: 32 })).toMatchObject({ kind: "depthwise-conv", macs: 32 * 112 * 112 * 9 });
  });
  test("fully connected layer of VGG: 103 M parameters, as many multiply-accumulates", () => {
    expect(matmul({ m: 1, n: 4096, k: 25088, weight: true, bias: true })).toMatchObject({ macs: 102_760_448, parameterBytes: 4 * 102_764_544, flops: 2 * 102_760_448 + 4096 });
  });
  test("LSTM: 4·hidden·(input + hidden + 2) parameters", () => {
    expect(lstm({ seq: 10, batch: 2, input: 128, hidden: 256 })).toMatchObject({ macs: 20 * 4 * 256 * 384, parameterBytes: 4 * 4 * 256 * 386 });
  });
});

describe("conventions", () => {
  test("a half-precision operator moves half the bytes", () => {
    expect(matmul({ m: 2, n: 3, k: 4, dtype: "f16" })).toMatchObject({ dtype: "f16", readBytes: 2 * (8 + 12), writeBytes: 12 });
  });
  test("grouped-query attention reads fewer keys and values, and computes as much", () => {
    const [full, grouped] = [8, 2].map((kvHeads) => attention({ batch: 1, heads: 8, kvHeads, queries: 16, keys: 16, headDim: 64 })) as [ReturnType<typeof attention>, ReturnType<typeof attention>];
    expect(grouped.macs).toBe(full.macs);
    expect(full.readBytes! - grouped.readBytes!).toBe(2 * 6 * 16 * 64 * 4);
  });
  test("sums of several operands take one operation less than operands", () => {
    expect([1, 2, 3].map((inputs) => elementwise("add", { elements: 10, inputs }).flops)).toEqual([10, 10, 20]);
    expect(elementwise("add", { elements: 10, parameters: 2 }).flops).toBe(10);
  });
  test("window outputs", () => {
    expect([windowOutput(224, 7, { stride: 2, padding: 6 }), windowOutput(5, 2, { stride: 2 }), windowOutput(5, 2, { stride: 2, ceil: true }), windowOutput(10, 3, { dilation: 2 })]).toEqual([112, 2, 3, 6]);
  });
});
