import fc from "fast-check";
import { expect, test } from "vitest";
import { packFlows } from "../../src/render/pack-flows.ts";

const intervals = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 })), { minLength: 1, maxLength: 40 });

test("rows hold flows without overlap, as many rows as flows at one time", () => {
  fc.assert(fc.property(intervals, (list) => {
    const start = list.map(([from]) => from);
    const end = list.map(([from, length]) => from + length);
    const { peak, busyTicks, rows } = packFlows(Uint32Array.from(list.keys()), start, end, 254);
    const inFlight = Array.from({ length: 100 }, (_, tick) => list.filter((_, i) => start[i]! <= tick && tick < end[i]!).length);
    expect(peak).toBe(Math.max(...inFlight));
    expect(busyTicks).toBe(inFlight.filter((count) => count > 0).length);
    expect(rows!.count).toBe(peak);
    const freeAt = new Array<number>(rows!.count).fill(0);
    rows!.order.forEach((id, i) => {
      expect(start[id]!).toBeGreaterThanOrEqual(freeAt[rows!.row[i]!]!);
      freeAt[rows!.row[i]!] = end[id]!;
    });
    expect([...rows!.order].sort((a, b) => a - b)).toEqual([...list.keys()]);
  }));
});

test("more flows at one time than rows are only counted", () => {
  expect(packFlows(Uint32Array.of(0, 1, 2), [0, 1, 2], [9, 9, 12], 2)).toEqual({ peak: 3, busyTicks: 12 });
});

test("flows of no length find a row", () => {
  const { rows } = packFlows(Uint32Array.of(0, 1, 2), [0, 0, 5], [5, 0, 5], 3);
  expect(rows).toEqual({ order: Uint32Array.of(0, 1, 2), row: Uint8Array.of(0, 1, 0), count: 2 });
});
