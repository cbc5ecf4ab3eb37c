import { describe, expect, it } from "vitest";
import { randomSource } from "../../src/base/random.ts";
import { compareSamples } from "../../src/stats/comparison.ts";

const random = randomSource(7, "samples");
/** The luck of each of 50 seeds, the same for all. */
const luck = Float64Array.from({ length: 50 }, () => 100 + 20 * random());
const noisy = (shift: number, own: number): Float64Array => luck.map((value) => value + shift + own * (random() - 0.5));

describe("a comparison of samples", () => {
  it("sees a difference much smaller than the luck, since samples are paired", () => {
    const { statistics, pairs } = compareSamples({ values: [noisy(1, 1), noisy(0, 1)], baseline: 0 });
    expect(statistics.map(({ rank }) => rank)).toEqual([2, 1]);
    // The intervals of the means overlap all the same.
    expect(statistics[1]!.mean.interval!.high!).toBeGreaterThan(statistics[0]!.mean.interval!.low!);
    expect(pairs).toEqual([expect.objectContaining({ a: 1, b: 0, significant: true })]);
    expect(statistics[1]!.win.probability).toBeGreaterThan(0.9);
    expect(statistics[0]!.win).toMatchObject({ ties: 50, probability: 0.5 });
  });

  it("shares a rank where the difference is not significant, and goes on counting after it", () => {
    const { statistics } = compareSamples({ values: [noisy(30, 1), noisy(0, 5), noisy(0.05, 5), noisy(10, 1)], baseline: 0 });
    expect(statistics.map(({ rank }) => rank)).toEqual([4, 1, 1, 3]);
  });

  it("corrects for the number of pairs: twenty that differ by luck alone share the first rank", () => {
    const { statistics } = compareSamples({ values: Array.from({ length: 20 }, () => noisy(0, 10)), baseline: 0 });
    expect(new Set(statistics.map(({ rank }) => rank))).toEqual(new Set([1]));
  });

  it("takes every difference as real where nothing is luck, and gives no intervals", () => {
    const { statistics } = compareSamples({ values: [Float64Array.of(11, 11), Float64Array.of(10, 10), Float64Array.of(10, 10)], baseline: 1, random: false });
    expect(statistics.map(({ rank, constant }) => [rank, constant])).toEqual([[3, true], [1, true], [1, true]]);
    expect(statistics[0]!.mean).toEqual({ value: 11 });
    expect(statistics[0]!.regret).toEqual({ mean: { value: expect.closeTo(0.1, 12) as number }, max: expect.closeTo(0.1, 12) as number });
  });

  it("ranks a single sample by its value", () => {
    expect(compareSamples({ values: [Float64Array.of(3), Float64Array.of(2), Float64Array.of(3)], baseline: 0 }).statistics.map(({ rank }) => rank)).toEqual([2, 1, 2]);
  });

  it("knows that regret is never below 0, nor its interval", () => {
    const { statistics } = compareSamples({ values: [Float64Array.of(10, 10, 10, 14), Float64Array.of(11, 12, 13, 13)], baseline: 0 });
    expect(statistics[0]!.regret.mean.interval!.low).toBe(0);
    expect(statistics[0]!.regret.mean.interval!.high).toBeGreaterThan(statistics[0]!.regret.mean.value);
  });

  it("measures regret against the best of each seed", () => {
    const { statistics } = compareSamples({ values: [Float64Array.of(10, 30), Float64Array.of(20, 20)], baseline: 0 });
    expect(statistics.map(({ regret }) => [regret.mean.value, regret.max])).toEqual([[0.25, 0.5], [0.5, 1]]);
  });
});
