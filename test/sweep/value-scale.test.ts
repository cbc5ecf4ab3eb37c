import { describe, expect, it } from "vitest";
import { valueScale } from "../../src/sweep/value-scale.ts";

describe("valueScale", () => {
  it("shows as many digits as the surest value deserves", () => {
    expect(valueScale("ns", [1_411_830, 2_000_000], [12_000]).format(1_411_830)).toBe("1.412");
    expect(valueScale("ns", [1_411_830], [12]).format(1_411_830)).toBe("1.41183");
  });

  it("shows three digits beside values that vary much: what is the same with every seed is known", () => {
    const scale = valueScale("ns", [22_421, 22_480, 87_000], [16_000]);
    expect([22_421, 22_480, 16_000].map((value) => scale.format(value))).toEqual(["22.4", "22.5", "16.0"]);
    expect(scale.unit).toBe("µs");
  });
});
