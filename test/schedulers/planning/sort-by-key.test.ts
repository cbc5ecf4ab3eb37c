import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sortByKey } from "../../../src/schedulers/planning/sort-by-key.ts";

describe("sortByKey", () => {
  // 256 ids are where the radix sort begins.
  it.each([0, 1, 255, 256, 3000])("sorts %i ids as a stable comparison sort does", (length) => {
    const key = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -3, max: 3 }), fc.constantFrom(-0, 0));
    fc.assert(fc.property(fc.array(key, { minLength: length, maxLength: length }), (keys) => {
      const ids = Uint32Array.from({ length }, (_, i) => length - 1 - i);
      expect([...sortByKey(ids, Float64Array.from(keys))]).toEqual([...ids].sort((a, b) => keys[a]! - keys[b]!));
    }), { numRuns: 20, seed: 2 });
  });

  it("sorts a part of the ids by keys of all", () => {
    const keys = Float64Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000);
    const even = Uint32Array.from({ length: 500 }, (_, i) => 2 * i);
    expect([...sortByKey(even, keys)]).toEqual([...even].sort((a, b) => keys[a]! - keys[b]!));
  });
});
