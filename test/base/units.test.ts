import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { counted, formatBytes, formatCount, formatJoules, formatNs, formatPercent, formatWhole, parseQuantity, quantityPattern, type Dimension } from "../../src/base/units.ts";

const valueOf = (input: string | number, dimension: Dimension) => {
  const parsed = parseQuantity(input, dimension);
  return parsed.ok ? parsed.value : parsed;
};

describe("parseQuantity", () => {
  it.each<[string | number, Dimension, number]>([
    ["10us", "time", 10_000], ["10 µs", "time", 10_000], ["1.5ms", "time", 1.5e6], ["1ps", "time", 0.001], ["3ps", "time", 0.003], ["250fs", "time", 0.00025], ["1h", "time", 3.6e12],
    ["1e3ns", "time", 1000], ["1_000ns", "time", 1000], [".5s", "time", 5e8], ["0", "time", 0], [0, "bytes", 0],
    ["16GiB", "bytes", 17179869184], ["16GB", "bytes", 16e9], ["1kB", "bytes", 1000], ["1KiB", "bytes", 1024],
    ["900GB/s", "bandwidth", 900], ["1GiB/s", "bandwidth", 1.073741824], ["100Gbit/s", "bandwidth", 12.5],
    ["312TFLOP/s", "compute", 312_000], ["4TOP/s", "compute", 4000], ["1.4GHz", "frequency", 1.4], ["300W", "power", 300], ["250mW", "power", 0.25],
    ["50/s", "rate", 50e-9], ["6/min", "rate", 1e-10], ["80%", "ratio", 0.8], [0.8, "ratio", 0.8], ["0.8", "ratio", 0.8],
  ])("reads %s as %s", (input, dimension, value) => expect(valueOf(input, dimension)).toBe(value));

  it.each<[string | number, Dimension, string, string]>([
    [10, "time", "10 has no unit", "quantities carry their unit: 10us"],
    ["10", "time", '"10" has no unit', "quantities carry their unit: 10us"],
    ["10US", "time", '"US" is not a unit of time', "did you mean 10us?"],
    ["10gb", "bytes", '"gb" is not a unit of size', "did you mean 10GB?"],
    ["10GB", "time", '"10GB" is a size, not a time', "for example 10us"],
    ["10GB", "bandwidth", '"10GB" is a size, not a bandwidth', "for example 900GB/s"],
    ["-1ms", "time", '"-1ms" is negative', "for example 10us"],
    ["ten", "time", '"ten" is not a time', "for example 10us"],
    ["", "time", '"" is not a time', "for example 10us"],
    ["1e999B", "bytes", '"1e999B" is too large', "sizes are exact up to 8.00 PiB, 2^53 bytes"],
    ["1EiB", "bytes", '"1EiB" is too large', "sizes are exact up to 8.00 PiB, 2^53 bytes"],
    ["1e999s", "time", '"1e999s" is too long', "times are exact up to 104 d, 2^53 ns"],
    ["105d", "time", '"105d" is too long', "times are exact up to 104 d, 2^53 ns"],
    [-1, "ratio", "-1 is not a valid ratio", "for example 80%"],
    [NaN, "ratio", "NaN is not a valid ratio", "for example 80%"],
  ])("refuses %s as %s", (input, dimension, message, hint) => expect(valueOf(input, dimension)).toMatchObject({ ok: false, message, hint }));

  it("never takes the names of what every object has for a unit", () => {
    for (const unit of ["constructor", "toString", "__proto__", "hasOwnProperty"]) expect(parseQuantity(`1${unit}`, "time").ok).toBe(false);
  });

  it("ends quickly on hostile input", () => {
    expect(parseQuantity("1".repeat(1e6), "time").ok).toBe(false);
    expect(parseQuantity(`${"1_".repeat(1e5)}x`, "time").ok).toBe(false);
  });

  it("gives a number or a message for every text, and never throws", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.double().map((value) => `${value}ms`)), (text) => {
      const parsed = parseQuantity(text, "time");
      return parsed.ok ? Number.isFinite(parsed.value) && parsed.value >= 0 : parsed.message !== "" && parsed.hint !== "";
    }));
  });

  it("agrees with the pattern that editors check", () => {
    const pattern = new RegExp(quantityPattern("time"));
    for (const good of ["10us", "1.5 ms", ".5s", "1e-3ns", "0", "1_000ns", "5.ms"]) expect([good, parseQuantity(good, "time").ok, pattern.test(good)]).toEqual([good, true, true]);
    for (const bad of ["10", "ten", "10 GB", "-3ms", "10us!"]) expect([bad, parseQuantity(bad, "time").ok, pattern.test(bad)]).toEqual([bad, false, false]);
    expect(new RegExp(quantityPattern("ratio")).test("0.8")).toBe(true);
    expect(new RegExp(quantityPattern("bandwidth")).test("900GB/s")).toBe(true);
  });
});

describe("formats", () => {
  it.each([[0, "0 ns"], [999, "999 ns"], [1000, "1.00 µs"], [999_600, "1.00 ms"], [12_345, "12.3 µs"], [1.5e9, "1.50 s"], [90e9, "1.50 min"], [0.5, "500 ps"], [2e-6, "2.00 fs"], [-1500, "-1.50 µs"], [Infinity, "∞"], [NaN, "–"]])("%d ns as %s", (ns, text) => expect(formatNs(ns)).toBe(text));
  it.each([[0, "0 B"], [1023, "1023 B"], [1024, "1.00 KiB"], [1.5 * 2 ** 30, "1.50 GiB"], [4096, "4.00 KiB"], [2 ** 53, "8.00 PiB"]])("%d bytes as %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
  it.each([[0, "0 J"], [1.154, "1.15 J"], [7890, "7.89 kJ"], [2.5e-3, "2.50 mJ"], [3.6e6, "3.60 MJ"]])("%d joules as %s", (joules, text) => expect(formatJoules(joules)).toBe(text));
  it.each([[0, "0"], [12, "12"], [4.09e9, "4.09 G"], [19_600_000_000, "19.6 G"]])("%d as %s", (count, text) => expect(formatCount(count)).toBe(text));
  it("shows shares with one digit", () => expect([formatPercent(0.8314), formatPercent(NaN)]).toEqual(["83.1 %", "–"]));

  it("keeps three significant digits", () => {
    fc.assert(fc.property(fc.double({ min: 1, max: 1e15, noNaN: true }), (ns) => {
      const [digits, unit] = formatNs(ns).split(" ") as [string, string];
      return Math.abs(valueOf(`${digits}${unit.replace("µ", "u")}`, "time") as number - ns) <= 0.0051 * ns;
    }));
  });
});

describe("formatWhole", () => {
  it.each([[0, "0"], [999, "999"], [1000, "1,000"], [333333, "333,333"], [-1234567, "-1,234,567"], [1234.5678, "1234.5678"], [1e21, "1e+21"]])("writes %s as %s", (count, text) => expect(formatWhole(count)).toBe(text));

  it("counts things", () => expect([counted(1, "job"), counted(333333, "job")]).toEqual(["1 job", "333,333 jobs"]));
});
