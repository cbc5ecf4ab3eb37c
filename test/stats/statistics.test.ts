import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomSource } from "../../src/base/random.ts";
import { mean, meanInterval, standardDeviation } from "../../src/stats/mean.ts";
import { holmAdjust, pairedTest } from "../../src/stats/paired-test.ts";
import { binomialCdf, quantile, quantileInterval } from "../../src/stats/quantile.ts";
import { wilsonInterval, winProbability } from "../../src/stats/win-probability.ts";

/** Student's sleep data (1908): hours gained with each of two drugs by ten patients, the most published paired sample. */
const drug1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
const drug2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

describe("means", () => {
  it("have the published values of Student's sleep data", () => {
    expect(mean(drug1)).toBeCloseTo(0.75, 12);
    expect(standardDeviation(drug1)).toBeCloseTo(1.78901, 5);
    const differences = drug2.map((value, i) => value - drug1[i]!);
    const { low, high } = meanInterval(differences);
    // R: t.test(extra ~ group, data = sleep, paired = TRUE) gives 0.7001142 … 2.4598858.
    expect([low, high]).toEqual([expect.closeTo(0.7001142, 6), expect.closeTo(2.4598858, 6)]);
  });

  it("are exact for equal values, however large", () => {
    const large = new Float64Array(1000).fill(9_007_199_254_740_881);
    expect([mean(large), standardDeviation(large)]).toEqual([9_007_199_254_740_881, 0]);
    expect(meanInterval([5])).toEqual({ low: undefined, high: undefined });
  });

  it("are covered by 95 of 100 intervals", () => {
    const random = randomSource(1, "coverage");
    let covered = 0;
    for (let k = 0; k < 2000; k++) {
      const { low, high } = meanInterval(Float64Array.from({ length: 10 }, () => random() + random() + random()));
      if (low! <= 1.5 && high! >= 1.5) covered++;
    }
    expect(covered / 2000).toBeGreaterThan(0.935);
    expect(covered / 2000).toBeLessThan(0.965);
  });
});

describe("quantiles", () => {
  it("are those of type 7", () => {
    // R: quantile(c(1, 2, 4, 8, 16), c(.1, .5, .9, .99)) gives 1.4, 4, 12.8, 15.68.
    expect([0.1, 0.5, 0.9, 0.99].map((p) => quantile([1, 2, 4, 8, 16], p))).toEqual([expect.closeTo(1.4, 12), 4, expect.closeTo(12.8, 12), expect.closeTo(15.68, 12)]);
    expect([quantile([3], 0.99), quantile([1, 9], 0), quantile([1, 9], 1)]).toEqual([3, 1, 9]);
  });

  it("have the tabulated order statistics for the median", () => {
    // The sign test's tables: at 95 % the 2nd and 9th of 10, the 6th and 15th of 20, the 40th and 61st of 100.
    for (const [n, r] of [[6, 1], [10, 2], [20, 6], [50, 18], [100, 40]] as const) {
      expect(quantileInterval(Float64Array.from({ length: n }, (_, i) => i + 1), 0.5)).toEqual({ low: r, high: n + 1 - r });
    }
    expect(quantileInterval([1, 2, 3, 4, 5], 0.5)).toEqual({ low: undefined, high: undefined });
  });

  it("are open above where the largest value says nothing: p99 of fewer than 368", () => {
    const values = Float64Array.from({ length: 368 }, (_, i) => i);
    expect(quantileInterval(values, 0.99).high).toBe(367);
    expect(quantileInterval(values.subarray(0, 367), 0.99).high).toBeUndefined();
    expect(quantileInterval(values.subarray(0, 367), 0.99).low).toBeDefined();
  });

  it("are covered at least as often as stated, and the interval is the shortest such", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0.02, max: 0.98, noNaN: true }), (n, p) => {
      const { low = -1, high = n } = quantileInterval(Float64Array.from({ length: n }, (_, i) => i), p);
      // The true quantile is below the value of index i with probability P(B ≤ i).
      expect(low < 0 ? 0 : binomialCdf(low, n, p)).toBeLessThanOrEqual(0.025);
      expect(high >= n ? 0 : 1 - binomialCdf(high, n, p)).toBeLessThanOrEqual(0.025);
      expect(binomialCdf(low + 1, n, p)).toBeGreaterThan(0.025);
    }), { seed: 1, numRuns: 200 });
  });
});

describe("the share of wins", () => {
  it("has Wilson's interval", () => {
    // E. B. Wilson's formula for 8 of 10 at 95 %: 0.4902 … 0.9433.
    expect(wilsonInterval(0.8, 10)).toEqual({ low: expect.closeTo(0.4901625, 6), high: expect.closeTo(0.9433178, 6) });
    expect(wilsonInterval(0, 10)).toEqual({ low: 0, high: expect.closeTo(0.2775328, 6) });
    expect(wilsonInterval(1, 10).high).toBe(1);
  });

  it("counts ties half", () => {
    expect(winProbability([1, 2, 3, 4], [2, 2, 2, 2])).toMatchObject({ wins: 1, ties: 1, losses: 2, probability: 0.375 });
  });
});

describe("the paired t test", () => {
  it("has the published p value of Student's sleep data", () => {
    expect(pairedTest(drug1, drug2)).toBeCloseTo(0.00283289, 8);
    expect(pairedTest(drug2, drug1)).toBeCloseTo(0.00283289, 8);
  });

  it("is sure of what is always the same, and of nothing with one pair", () => {
    expect([pairedTest([1, 2, 3], [2, 3, 4]), pairedTest([1, 2], [1, 2]), pairedTest([1], [2])]).toEqual([0, 1, 1]);
  });
});

describe("Holm's correction", () => {
  it("has the values of R's p.adjust", () => {
    expect(holmAdjust([0.01, 0.02, 0.03, 0.04, 0.05])).toEqual([0.05, 0.08, 0.09, 0.09, 0.09].map((p) => expect.closeTo(p, 12)));
    expect(holmAdjust([0.04, 0.01, 0.03])).toEqual([0.06, 0.03, 0.06].map((p) => expect.closeTo(p, 12)));
    expect(holmAdjust([0.9, 0.8])).toEqual([1, 1]);
  });
});
