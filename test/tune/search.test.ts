import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { search } from "../../src/tune/search.ts";

describe("search", () => {
  it("tries all points where the budget allows, in lexicographic order", async () => {
    const { kind, trials } = await search([2, 3], [0, 0], 6, async ([a, b]) => -(a! * 10 + b!));
    expect(kind).toBe("exhaustive");
    expect(trials.map(({ point }) => point.join(""))).toEqual(["00", "01", "02", "10", "11", "12"]);
  });

  it("finds the bottom of a bowl with a part of the points, the same way each time", async () => {
    const bowl = async (point: readonly number[]) => point.reduce((sum, x, d) => sum + (x - d * 3) ** 2, 0);
    const run = () => search([20, 20, 20], [0, 0, 0], 120, bowl);
    const { kind, trials, size } = await run();
    expect([kind, size]).toEqual(["coordinate descent", 8000]);
    expect(trials.reduce((best, trial) => (trial.value < best.value ? trial : best)).point).toEqual([0, 3, 6]);
    expect((await run()).trials).toEqual(trials);
  });

  it("keeps to its budget, tries each point once, and begins at the start", async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 40 }), fc.nat(1000), async (sizes, budget, salt) => {
      const start = sizes.map((count) => salt % count);
      const { trials, size } = await search(sizes, start, budget, async (point) => (point.reduce((sum, x) => sum * 31 + x, salt) * 7919) % 101);
      expect(trials.length).toBe(Math.min(size, budget));
      expect(new Set(trials.map(({ point }) => point.join())).size).toBe(trials.length);
      for (const { point } of trials) point.forEach((x, d) => expect(x >= 0 && x < sizes[d]!).toBe(true));
      if (size > budget) expect(trials[0]!.point).toEqual(start);
    }), { numRuns: 100 });
  });
});
