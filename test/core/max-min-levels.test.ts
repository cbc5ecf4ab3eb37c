import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bundles } from "../../src/core/bundles.ts";
import { MaxMinLevels } from "../../src/core/max-min-levels.ts";
import { maxMinRates, type Demand } from "../reference/max-min.ts";

/** Resources, routes over them, and which route an activity joins (even) or leaves (odd) at each step; now and then the levels are solved. */
interface World {
  readonly capacity: readonly number[];
  readonly routes: readonly (readonly Demand[])[];
  readonly steps: readonly number[];
}

const steps = fc.noShrink(fc.array(fc.nat({ max: 2 ** 20 }), { minLength: 150, maxLength: 150 }));

/** Links out and in of equal capacity, and a route from each to each: waters that are equal, and chains of them. */
const crossed: fc.Arbitrary<World> = fc.tuple(fc.integer({ min: 2, max: 6 }), steps).map(([side, steps]) => ({
  capacity: Array.from({ length: 2 * side }, () => 1),
  routes: Array.from({ length: side * side }, (_, i) => [{ resource: i % side, amount: 1 }, { resource: side + Math.floor(i / side), amount: 1 }]),
  steps,
}));

const sizes = fc.constantFrom(1e-3, 0.1, 0.123456, 1 / 3, 1, 7, 1e3);
/** Amounts and capacities a million apart. */
const uneven: fc.Arbitrary<World> = fc.integer({ min: 1, max: 9 }).chain((resources) =>
  fc.record({
    capacity: fc.array(sizes, { minLength: resources, maxLength: resources }),
    routes: fc.array(fc.uniqueArray(fc.record({ resource: fc.integer({ min: 0, max: resources - 1 }), amount: sizes }), { minLength: 1, maxLength: 4, selector: ({ resource }) => resource }), { minLength: 1, maxLength: 20 }),
    steps,
  }),
);

/** Holds the levels to those of the reference, which solves all activities anew. */
function compare({ capacity, routes, steps }: World): void {
  const bundles = new Bundles(Float64Array.from(capacity), 4);
  const levels = new MaxMinLevels(bundles, Float64Array.from(capacity));
  const bundleOf = routes.map(() => -1);
  const countOf = routes.map(() => 0);
  const known = new Map<number, number>();
  for (const step of steps) {
    const route = (step >> 1) % routes.length;
    if (step % 2 === 0 || countOf[route] === 0) {
      if (countOf[route]!++ === 0) {
        bundleOf[route] = bundles.add(route);
        for (const { resource, amount } of routes[route]!) bundles.use(bundleOf[route]!, resource, amount);
      }
      bundles.join(bundleOf[route]!);
      levels.joined(bundleOf[route]!);
      if (countOf[route] === 1) known.set(bundleOf[route]!, bundles.level[bundleOf[route]!]!);
    } else {
      countOf[route]!--;
      bundles.leave(bundleOf[route]!);
      levels.left(bundleOf[route]!);
    }
    if (step % 3 === 0) continue;
    levels.solve();
    expect(levels.pending).toBe(false);
    for (let i = 0; i < levels.changedCount; i++) known.set(levels.changed[i]!, bundles.level[levels.changed[i]!]!);
    const routeOf = countOf.flatMap((count, of) => Array.from({ length: count }, () => of));
    const rates = maxMinRates(routeOf.map((of) => routes[of]!), capacity);
    const wrong = routeOf.filter((of, i) => {
      const { level, full } = bundles;
      const bundle = bundleOf[of]!;
      // Whoever follows the changes that are listed knows all levels.
      return known.get(bundle) !== level[bundle] || !(Math.abs(level[bundle]! / full[bundle]! / rates[i]! - 1) < 1e-9);
    });
    expect(wrong).toEqual([]);
  }
}

describe("max-min levels", () => {
  it.each([["crossed links", crossed], ["uneven resources", uneven]] as const)("after every change are those of the whole solved anew: %s", (_, worlds) => {
    fc.assert(fc.property(worlds, compare), { seed: 5, numRuns: 40 });
  });
});
