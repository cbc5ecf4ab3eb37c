import { describe, expect, it } from "vitest";
import { incompleteBeta, logGamma } from "../../src/stats/incomplete-beta.ts";
import { binomialCdf } from "../../src/stats/quantile.ts";
import { studentQuantile, studentTwoSided } from "../../src/stats/student-t.ts";

describe("ln Γ", () => {
  it("is ln (n − 1)! at whole numbers", () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n++) {
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 12);
      factorial *= n;
    }
  });

  it("is ln √π at one half, and grows by ln x", () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 14);
    for (const x of [0.5, 3.25, 17, 400.5]) expect(logGamma(x + 1) - logGamma(x)).toBeCloseTo(Math.log(x), 11);
  });
});

describe("the incomplete beta function", () => {
  it("is x^a for b = 1, and the arcsine law for a = b = 1/2", () => {
    for (const x of [0.01, 0.3, 0.5, 0.99]) {
      expect(incompleteBeta(x, 3, 1)).toBeCloseTo(x ** 3, 13);
      expect(incompleteBeta(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 13);
    }
  });

  it("is symmetric, and 0 and 1 at the ends", () => {
    expect(incompleteBeta(0.3, 2.5, 7)).toBeCloseTo(1 - incompleteBeta(0.7, 7, 2.5), 14);
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
  });

  it("sums binomial probabilities", () => {
    // P(X ≤ 2) of 10 trials at 0.3: 0.7¹⁰ + 10 · 0.3 · 0.7⁹ + 45 · 0.09 · 0.7⁸.
    expect(binomialCdf(2, 10, 0.3)).toBeCloseTo(0.7 ** 10 + 3 * 0.7 ** 9 + 4.05 * 0.7 ** 8, 13);
    expect([binomialCdf(-1, 5, 0.5), binomialCdf(5, 5, 0.5)]).toEqual([0, 1]);
  });
});

describe("Student's t", () => {
  // Published tables, as in NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
  it.each([[0.975, 1, 12.706], [0.975, 2, 4.303], [0.975, 4, 2.776], [0.975, 9, 2.262], [0.975, 29, 2.045], [0.975, 99, 1.984], [0.95, 10, 1.812], [0.995, 5, 4.032], [0.999, 3, 10.215], [0.9, 100, 1.29]])("has the tabulated quantile of p = %s with %s degrees", (p, degrees, value) => {
    expect(studentQuantile(p, degrees)).toBeCloseTo(value, 3);
    expect(studentQuantile(1 - p, degrees)).toBeCloseTo(-value, 3);
  });

  it("is the Cauchy distribution with one degree, and has a closed form with two", () => {
    for (const p of [0.6, 0.9, 0.975, 0.9999]) {
      const cauchy = Math.tan(Math.PI * (p - 0.5));
      expect(studentQuantile(p, 1) / cauchy).toBeCloseTo(1, 9);
      const a = 4 * p * (1 - p);
      expect(studentQuantile(p, 2) / ((2 * (p - 0.5)) * Math.sqrt(2 / a))).toBeCloseTo(1, 9);
    }
  });

  it("answers how likely a value is, in the same way", () => {
    for (const degrees of [1, 7, 99, 5000]) expect(studentTwoSided(studentQuantile(0.975, degrees), degrees)).toBeCloseTo(0.05, 11);
    expect([studentTwoSided(0, 5), studentTwoSided(Infinity, 5)]).toEqual([1, 0]);
  });
});
