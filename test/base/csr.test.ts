import { describe, expect, it } from "vitest";
import { groupBy } from "../../src/base/csr.ts";

describe("groupBy", () => {
  it("lists the positions of each key in order", () => {
    expect(groupBy(4, [2, 0, 2, 3])).toEqual({ start: Uint32Array.of(0, 1, 1, 3, 4), item: Uint32Array.of(1, 0, 2, 3) });
    expect(groupBy(0, [])).toEqual({ start: Uint32Array.of(0), item: new Uint32Array(0) });
  });

  it("leaves out what is not in", () => {
    const keys = Int32Array.of(1, -1, 1, 0);
    expect(groupBy(2, keys, (i) => keys[i]! >= 0)).toEqual({ start: Uint32Array.of(0, 1, 3), item: Uint32Array.of(3, 0, 2) });
  });
});
