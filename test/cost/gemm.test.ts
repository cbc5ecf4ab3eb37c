import { describe, expect, test } from "vitest";
import { gemmOf, utilization } from "../../src/cost/gemm.ts";
import { attention, conv, convTranspose, gru, lstm, matmul, softmax } from "../../src/graph/catalogue.ts";
import { opClass } from "./make.ts";

const work = ({ batch, m, n, k }: { batch: number; m: number; n: number; k: number }) => batch * m * n * k;

describe("gemmOf", () => {
  test("has the multiply-accumulates of the operator", () => {
    const size = { n: 2, cIn: 12, cOut: 8, h: 20, w: 10, hOut: 18, wOut: 8, kh: 3, kw: 3 };
    for (const init of [matmul({ batch: 3, m: 5, n: 7, k: 11 }), conv(size), conv({ ...size, groups: 4 }), conv({ ...size, d: 4, dOut: 2, kd: 3 }), convTranspose(size)]) {
      expect(work(gemmOf(opClass(init))!), init.kind).toBe(init.macs);
    }
  });

  test("attention: half of it, the scores; recurrent layers: one step", () => {
    const heads = attention({ batch: 2, heads: 4, queries: 16, keys: 32, headDim: 8 });
    expect(2 * work(gemmOf(opClass(heads))!)).toBe(heads.macs);
    for (const [layer, init] of [["lstm", lstm({ seq: 9, batch: 3, input: 5, hidden: 7, directions: 2 })], ["gru", gru({ seq: 9, batch: 3, input: 5, hidden: 7 })]] as const) {
      expect(9 * work(gemmOf(opClass(init))!), layer).toBe(init.macs);
    }
  });

  test("is nothing for other operators, unknown shapes and empty ones", () => {
    expect(gemmOf(opClass(softmax({ rows: 3, columns: 4 })))).toBeUndefined();
    expect(gemmOf(opClass(conv({ n: 2, cIn: 12, cOut: 12, h: 20, w: 10, hOut: 18, wOut: 8, kh: 3, kw: 3, groups: 12 })))).toBeUndefined();
    expect(gemmOf({ kind: "matmul", shape: { m: 3, n: 4 } })).toBeUndefined();
    expect(gemmOf({ kind: "conv", shape: {} })).toBeUndefined();
    expect(gemmOf({ kind: "matmul", shape: { m: 3, n: 0, k: 1 } })).toBeUndefined();
  });
});

describe("utilization", () => {
  const tile = { m: 128, n: 128, k: 128 };
  test("is 1 for whole tiles on one unit, and falls past them", () => {
    expect(utilization({ batch: 1, m: 256, n: 384, k: 128 }, tile, 1)).toBe(1);
    expect(utilization({ batch: 1, m: 128, n: 129, k: 128 }, tile, 1)).toBe(129 / 256);
    expect(utilization({ batch: 1, m: 1, n: 1, k: 1 }, tile, 1)).toBe(1 / 128 ** 3);
  });

  test("rounds tiles up to whole waves over the units", () => {
    expect(utilization({ batch: 1, m: 128 * 5, n: 128, k: 128 }, tile, 4)).toBe(5 / 8);
    expect(utilization({ batch: 8, m: 128, n: 128, k: 128 }, tile, 4)).toBe(1);
  });

  test("a tile without end takes the extent whole", () => {
    expect(utilization({ batch: 1, m: 128, n: 128, k: 77 }, { ...tile, k: Infinity }, 1)).toBe(1);
  });
});
