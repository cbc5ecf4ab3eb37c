import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Hasher } from "../../src/base/hash.ts";

const hash = (bytes: ArrayLike<number>): string => new Hasher().array(Uint8Array.from(bytes)).digest();

describe("Hasher", () => {
  it("depends on every byte, its place, and the boundaries between arrays", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, change) => {
      const other = bytes.slice();
      other[at % bytes.length]! ^= change;
      expect(hash(other)).not.toBe(hash(bytes));
      expect(hash([...bytes, 0])).not.toBe(hash(bytes));
      const cut = at % bytes.length;
      const parts = new Hasher().array(bytes.subarray(0, cut)).array(bytes.subarray(cut)).digest();
      expect(parts).not.toBe(hash(bytes));
    }));
  });

  it("has no collision among many similar columns", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 20_000; i++) seen.add(new Hasher().array(Float64Array.of(i, 0, i % 7)).array(Uint32Array.of(i & 3)).digest());
    expect(seen.size).toBe(20_000);
  });

  it("is the same for equal content, wherever it lies in memory", () => {
    const buffer = new Uint8Array(40).map((_, i) => i);
    const shifted = new Uint8Array(44);
    shifted.set(buffer, 3);
    expect(new Hasher().array(shifted.subarray(3, 43)).digest()).toBe(hash(buffer));
    expect(hash([])).toMatch(/^[0-9a-f]{32}$/);
  });
});
