import { expect, it } from "vitest";
import { SimulationError } from "../../src/base/errors.ts";
import { lowerBound } from "../../src/bounds/lower-bound.ts";
import { realizedInstance } from "../../src/bounds/realized-costs.ts";
import { simulate } from "../../src/core/simulate.ts";
import { randomCase } from "../reference/random-case.ts";

// Run with: npm run test:slow
it.each([[8, 6000], [20, 3000], [60, 400]])("no bound is above a run of at most %i operators, with and without noise: %i random cases", (maxOps, count) => {
  let compared = 0;
  for (let seed = 2_000_000; seed < 2_000_000 + count; seed++) {
    const { instance: quiet, scheduler, sync, dispatch } = randomCase(seed, maxOps);
    const instance = seed % 2 === 0 ? { ...quiet, costSigma: quiet.costTicks.map((_, cell) => (cell % 4) / 5) } : quiet;
    let makespan: number;
    try {
      makespan = simulate({ instance, scheduler: scheduler.make(), sync: sync.make(), dispatch, seed }).makespanTicks;
    } catch (error) {
      // A random placement may leave an operator without a way for its data.
      if (error instanceof SimulationError) continue;
      throw error;
    }
    compared++;
    const bound = lowerBound(realizedInstance(instance, seed)).ticks;
    if (bound > makespan) expect.fail(`case ${seed}: the bound ${bound} is above the makespan ${makespan}`);
  }
  expect(compared).toBeGreaterThan(count / 2);
});
