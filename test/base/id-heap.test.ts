import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IdHeap } from "../../src/base/id-heap.ts";

describe("IdHeap", () => {
  it("gives ids by key, and of equal keys the smaller id first", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 60 }), (keys) => {
      const heap = new IdHeap(Float64Array.from(keys));
      for (let id = keys.length - 1; id >= 0; id--) heap.push(id);
      const order = [...keys.keys()].sort((a, b) => keys[a]! - keys[b]! || a - b);
      expect(heap.peek()).toBe(order[0] ?? -1);
      expect(Array.from(keys, () => heap.pop())).toEqual(order);
      expect([heap.length, heap.peek(), heap.pop()]).toEqual([0, -1, -1]);
    }));
  });
});
