import { describe, expect, it } from "vitest";
import { fnv1a, isHeldOut, pointText } from "../../src/calibrate/hold-out.ts";

describe("held-out shapes", () => {
  it("hashes with FNV-1a, as its authors publish it", () => {
    expect([fnv1a(""), fnv1a("a"), fnv1a("foobar")]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  });

  it("names a point by kind, element type and sorted extents", () => {
    expect(pointText({ kind: "matmul", dtype: "f32", shape: { m: 64, batch: 1, n: 8, k: 32 } })).toBe("matmul|f32|batch=1,k=32,m=64,n=8");
  });

  it("holds out a fifth, whatever the order of the extents", () => {
    const points = Array.from({ length: 5000 }, (_, i) => ({ kind: "softmax", dtype: "f32" as const, shape: { rows: 1 + (i % 71), columns: 1 + i } }));
    const held = points.filter(isHeldOut);
    expect(held.length / points.length).toBeCloseTo(0.2, 1);
    expect(held.every(({ kind, dtype, shape: { rows, columns } }) => isHeldOut({ kind, dtype, shape: { columns, rows } }))).toBe(true);
  });
});
