import fc from "fast-check";
import { expect, test } from "vitest";
import { timeAxis } from "../../src/render/time-axis.ts";

test.each([
  [80, 8, "ns", ["0", "10", "20", "30", "40", "50", "60", "70", "80"]],
  [2_500_000, 6, "ms", ["0", "0.5", "1.0", "1.5", "2.0", "2.5"]],
  [999, 5, "ns", ["0", "200", "400", "600", "800"]],
  [1000, 5, "µs", ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]],
  [90e9, 5, "s", ["0", "20", "40", "60", "80"]],
  [600e9, 5, "min", ["0", "2", "4", "6", "8", "10"]],
  [0.25, 5, "ps", ["0", "50", "100", "150", "200", "250"]],
])("%d ns in %d steps", (ns, count, unit, texts) => {
  const axis = timeAxis(ns, count);
  expect([axis.unit, axis.texts]).toEqual([unit, texts]);
});

test("values are round, ascending, within the span, and neither too few nor too many", () => {
  fc.assert(fc.property(fc.double({ min: 1e-3, max: 1e16, noNaN: true }), fc.integer({ min: 3, max: 20 }), (ns, count) => {
    const { values, texts, unitNs } = timeAxis(ns, count);
    const step = values[1]! - values[0]!;
    expect(values[0]).toBe(0);
    expect([1, 2, 5].some((factor) => Math.abs(Math.log10(step / factor) - Math.round(Math.log10(step / factor))) < 1e-9)).toBe(true);
    expect(values.length).toBeGreaterThanOrEqual(Math.floor(count / 2.5));
    expect(values.length).toBeLessThanOrEqual(count + 1);
    expect(values.at(-1)! * unitNs).toBeLessThanOrEqual(ns * (1 + 1e-9));
    expect(new Set(texts).size).toBe(texts.length);
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(9);
  }));
});

test("times are told exactly enough", () => {
  expect(timeAxis(80_000, 5).format(36_000)).toBe("36 µs");
  expect(timeAxis(12_345_678, 5).format(12_345_678)).toBe("12.3457 ms");
  expect(timeAxis(0, 5).format(0)).toBe("0 ns");
});
