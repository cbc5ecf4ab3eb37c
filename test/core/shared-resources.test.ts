import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SharedResources } from "../../src/core/shared-resources.ts";
import { maxMinRates, type Demand } from "../reference/max-min.ts";

/** An activity as the model below sees it. */
interface Known {
  readonly activity: number;
  readonly key: number;
  readonly demands: readonly Demand[];
  work: number;
  rate: number;
}

/** Routes over a few resources, and numbers that say what to do with them. */
const worlds = fc.integer({ min: 1, max: 7 }).chain((resources) =>
  fc.record({
    capacity: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: resources, maxLength: resources }),
    routes: fc.array(
      fc.uniqueArray(fc.record({ resource: fc.integer({ min: 0, max: resources - 1 }), amount: fc.integer({ min: 1, max: 30 }) }), { minLength: 1, maxLength: 3, selector: (demand) => demand.resource }),
      { minLength: 1, maxLength: 9 },
    ),
    crowd: fc.integer({ min: 1, max: 25 }),
    longest: fc.constantFrom(30, 3000, 3e7),
    steps: fc.noShrink(fc.array(fc.nat({ max: 2 ** 30 }), { minLength: 150, maxLength: 150 })),
  }),
);

/** Opens and closes activities at random, and solves all of them anew with the reference after every step. */
function compare({ capacity, routes, crowd, longest, steps }: typeof worlds extends fc.Arbitrary<infer World> ? World : never): void {
  const resources = new SharedResources(Float64Array.from(capacity), 3);
  const bundles = routes.map(() => -1);
  let known: Known[] = [];
  let now = 0;
  let nextKey = 0;

  const open = (route: number, work: number): void => {
    if (!resources.lives(bundles[route]!, route)) {
      bundles[route] = resources.bundle(route, now);
      for (const { resource, amount } of routes[route]!) resources.use(bundles[route]!, resource, amount);
    }
    const key = nextKey++;
    known.push({ activity: resources.open(bundles[route]!, key, work, now), key, demands: routes[route]!, work, rate: 0 });
  };
  const close = (one: Known): void => {
    resources.close(one.activity);
    known = known.filter((other) => other !== one);
  };
  const advance = (to: number): void => {
    for (const one of known) one.work = Math.max(0, one.work - one.rate * (to - now));
    now = to;
  };

  for (const draw of steps) {
    const dice = draw % 10;
    const pick = Math.floor(draw / 10);
    if (known.length === 0 || (dice < 6 && known.length < crowd)) {
      for (let i = 0; i <= dice % 3; i++) open((pick + i * 7) % routes.length, 1 + ((pick * (i + 1)) % longest));
    } else if (dice < 7) close(known[pick % known.length]!);
    else {
      const end = resources.nextEnd;
      if (dice === 9 && end > now + 1) advance(now + 1 + (pick % (end - now - 1)));
      else {
        advance(end);
        while (resources.nextEnd === now) {
          const key = resources.takeNext();
          const one = known.find((other) => other.key === key)!;
          expect(one.work / one.rate).toBeLessThan(1e-5);
          close(one);
        }
      }
      // What leaves may come again in the same round.
      if (dice === 8) open(pick % routes.length, 1 + (pick % longest));
    }
    resources.solve(now);
    const rates = maxMinRates(known.map(({ demands }) => demands), capacity);
    let first = Infinity;
    const wrong = known.filter((one, i) => {
      one.rate = rates[i]!;
      const ticksLeft = one.work / one.rate;
      first = Math.min(first, ticksLeft);
      // What is left now, and, at the rate it has, seven eighths of it after an eighth of the time to the end.
      const near = (left: number, expected: number): boolean => Math.abs(left - expected) <= 1e-7 + 1e-8 * one.work;
      return !near(resources.remaining(one.activity, now), one.work) || !near(resources.remaining(one.activity, now + ticksLeft / 8), (one.work * 7) / 8);
    });
    expect(wrong).toEqual([]);
    if (known.length === 0) expect(resources.nextEnd).toBe(Infinity);
    else {
      expect(resources.nextEnd).toBeGreaterThan(now + first - 1e-4);
      expect(resources.nextEnd).toBeLessThan(now + first + 1 + 1e-4);
    }
  }
}

describe("shared resources", () => {
  it("solved in part after every change are as the whole solved anew", () => {
    fc.assert(fc.property(worlds, compare), { seed: 11, numRuns: 100 });
  });

  it("many activities on one route end in the order of their work", () => {
    const resources = new SharedResources(Float64Array.of(1), 1);
    const bundle = resources.bundle(0, 0);
    resources.use(bundle, 0, 1);
    const count = 1000;
    // 1, 2, … 1000 ticks of work in a mixed order: the k-th ends after Σ min(i, k).
    for (let i = 0; i < count; i++) resources.open(bundle, (i * 271) % count, ((i * 271) % count) + 1, 0);
    resources.solve(0);
    const activities = new Map(Array.from({ length: count }, (_, i) => [(i * 271) % count, i]));
    for (let k = 0; k < count; k++) {
      const now = resources.nextEnd;
      expect(now).toBe(((k + 1) * (k + 2)) / 2 + (count - k - 1) * (k + 1));
      expect(resources.takeNext()).toBe(k);
      resources.close(activities.get(k)!);
      resources.solve(now);
    }
    expect(resources.nextEnd).toBe(Infinity);
  });

  it("an end far in the life of a route that is never idle is exact to the tick", () => {
    // Two of 999 ticks each at all times, at half speed: whenever one ends, another begins.
    const resources = new SharedResources(Float64Array.of(1), 1);
    const bundle = resources.bundle(0, 0);
    resources.use(bundle, 0, 1);
    const activities = [resources.open(bundle, 0, 999, 0), resources.open(bundle, 1, 999, 0)];
    resources.solve(0);
    for (let round = 1; round <= 5000; round++) {
      expect(resources.nextEnd).toBe(round * 1998);
      for (let i = 0; i < 2; i++) {
        const key = resources.takeNext();
        resources.close(activities[key]!);
        activities[key] = resources.open(bundle, key, 999, round * 1998);
        expect(resources.lives(bundle, 0)).toBe(true);
      }
      resources.solve(round * 1998);
    }
  });
});
