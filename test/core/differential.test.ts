import { describe, expect, it } from "vitest";
import { disagreements } from "../reference/disagreements.ts";
import { randomCase } from "../reference/random-case.ts";

describe("the engine and the reference simulator agree to the tick, and the validator with both", () => {
  // Tiny cases first: what goes wrong in one of them can be worked out by hand.
  it.each([[4, 1500], [12, 1500], [30, 1000], [70, 100]])("at most %i operators: %i random cases", (maxOps, count) => {
    expect(disagreements(0, count, maxOps)).toEqual([]);
  });
});

describe("the random cases", () => {
  const cases = Array.from({ length: 1000 }, (_, seed) => randomCase(seed));
  const share = (holds: (one: (typeof cases)[number]) => boolean): number => cases.filter(holds).length / cases.length;

  it("cover every scheduler and sync policy", () => {
    expect(new Set(cases.map((one) => one.scheduler.name)).size).toBe(9);
    expect(new Set(cases.map((one) => one.sync.name)).size).toBe(4);
  });

  it("have what makes the rules matter", () => {
    const finite = (values: Float64Array): boolean => values.some((value) => value < Infinity);
    expect(share(({ instance: i }) => finite(i.resourceCapacity.subarray(0, i.memoryCount)))).toBeGreaterThan(0.3);
    expect(share(({ instance: i }) => finite(i.resourceCapacity.subarray(i.memoryCount, i.memoryCount + i.deviceCount)))).toBeGreaterThan(0.3);
    expect(share(({ instance: i }) => finite(i.resourceCapacity.subarray(i.memoryCount + i.deviceCount)))).toBeGreaterThan(0.4);
    expect(share(({ instance: i }) => i.routeResources.item.length > i.memoryCount * (i.memoryCount - 1))).toBeGreaterThan(0.3);
    expect(share(({ instance: i }) => i.jobCount > 1)).toBeGreaterThan(0.15);
    expect(share(({ instance: i }) => i.jobArrivalTicks.includes(Infinity))).toBeGreaterThan(0.05);
    expect(share(({ instance: i }) => i.configuration.some((one) => one >= 0) && i.setupTicks.some((ticks) => ticks > 0))).toBeGreaterThan(0.1);
    expect(share(({ instance: i }) => i.estimateTicks !== undefined)).toBeGreaterThan(0.25);
    expect(share(({ dispatch: { perOpTicks = 0, perCallTicks = 0 } }) => perOpTicks + perCallTicks >= 1)).toBeGreaterThan(0.25);
    expect(share(({ dispatch: { minIntervalTicks = 0 } }) => minIntervalTicks > 0)).toBeGreaterThan(0.2);
    expect(share(({ instance: i }) => new Set(i.deviceMemory).size < i.deviceCount)).toBeGreaterThan(0.3);
  });
});
