import { describe, expect, it } from "vitest";
import { opKinds } from "../../src/graph/op-kinds.ts";
import { extentsOf, opOfShape } from "../../src/graph/op-of-shape.ts";

describe("opOfShape", () => {
  it("has the work and the bytes of every kind whose extents it names", () => {
    for (const { kind } of opKinds) {
      const extents = extentsOf(kind);
      if (extents === undefined) continue;
      const shape = Object.fromEntries(extents.map((extent) => [extent, 8]));
      expect(opOfShape(kind, shape, "f16"), kind).toMatchObject({ kind, dtype: "f16", writeBytes: expect.toSatisfy((bytes: number) => bytes > 0) });
      expect(opOfShape(kind, Object.fromEntries(extents.slice(1).map((extent) => [extent, 8])), "f16"), kind).toBeUndefined();
    }
    expect(opOfShape("matmul", { m: 8, n: 16, k: 32 }, "f16")).toMatchObject({ macs: 4096, flops: 8192, readBytes: 1536, writeBytes: 256 });
  });

  it("knows nothing of views, of work that is given, and of kinds that are not in the catalogue", () => {
    for (const kind of ["reshape", "task", "loop", "getrf"]) expect([extentsOf(kind), opOfShape(kind, { elements: 8 }, "f32")], kind).toEqual([undefined, undefined]);
  });
});
