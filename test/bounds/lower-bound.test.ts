import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areaBound } from "../../src/bounds/area-bound.ts";
import { criticalPathBound } from "../../src/bounds/critical-path-bound.ts";
import { lowerBound } from "../../src/bounds/lower-bound.ts";
import { realizedInstance, withRealizedCosts } from "../../src/bounds/realized-costs.ts";
import { SimulationError } from "../../src/base/errors.ts";
import { simulate, type SimulationSpec } from "../../src/core/simulate.ts";
import { randomCase } from "../reference/random-case.ts";
import { makeInstance, makeRun, type InstanceSpec } from "../trace/make-run.ts";

const inf = Infinity;

describe("criticalPathBound", () => {
  it("adds the fastest costs along the longest path", () => {
    const instance = makeInstance({ costs: [[4, 2], [3, 9], [1, 1]], edges: [[0, 1, 0], [0, 2, 0], [1, 2, 0]] });
    expect(criticalPathBound(instance)).toBe(2 + 3 + 1);
  });

  it("pays for a transfer only where no common memory could be used", () => {
    const spec = { edges: [[0, 1, 10]] as const, latency: 5, ticksPerByte: 2 };
    expect(criticalPathBound(makeInstance({ ...spec, costs: [[3, inf], [inf, 4]] }))).toBe(3 + 5 + 20 + 4);
    expect(criticalPathBound(makeInstance({ ...spec, costs: [[3, inf], [9, 4]] }))).toBe(3 + 9);
    expect(criticalPathBound(makeInstance({ ...spec, costs: [[3, inf], [inf, 4]], memoryOf: [0, 0] }))).toBe(3 + 4);
  });

  it("is exact for a chain that should stay on one device though each op has a faster one elsewhere", () => {
    const instance = makeInstance({ costs: [[10, 9], [10, 11], [10, 9]], edges: [[0, 1, 100], [1, 2, 100]] });
    expect(criticalPathBound(instance)).toBe(29);
  });

  it("starts a job at its arrival, and a back-to-back job after an end", () => {
    expect(criticalPathBound(makeInstance({ costs: [[5], [5]], jobOf: [0, 1], arrivals: [0, 100], slots: [9] }))).toBe(105);
    expect(criticalPathBound(makeInstance({ costs: [[5], [5], [5]], jobOf: [0, 1, 2], arrivals: [0, inf, inf], slots: [9] }))).toBe(15);
    expect(criticalPathBound(makeInstance({ costs: [[5], [6], [5]], jobOf: [0, 1, 2], arrivals: [0, 0, inf], slots: [9] }))).toBe(10);
    // The second job follows whichever ends first, the third one here.
    expect(criticalPathBound(makeInstance({ costs: [[90], [5], [7]], jobOf: [0, 1, 2], arrivals: [0, inf, 30], slots: [9] }))).toBe(90);
  });

  it("lies between the path of minimum costs and the published schedule of Topcuoglu, Hariri and Wu's graph", () => {
    const costs = [[14, 16, 9], [13, 19, 18], [11, 13, 19], [13, 8, 17], [12, 13, 10], [13, 16, 9], [7, 15, 11], [5, 11, 14], [18, 12, 20], [21, 7, 16]];
    const edges = [[0, 1, 18], [0, 2, 12], [0, 3, 9], [0, 4, 11], [0, 5, 14], [1, 7, 19], [1, 8, 16], [2, 6, 23], [3, 7, 27], [3, 8, 23], [4, 8, 13], [5, 7, 15], [6, 9, 17], [7, 9, 11], [8, 9, 13]] as const;
    const bound = criticalPathBound(makeInstance({ costs, edges }));
    // Without any transfer the longest path of minimum costs is 9 + 13 + 12 + 7 = 41; HEFT's published schedule ends at 80.
    expect(bound).toBeGreaterThanOrEqual(41);
    expect(bound).toBeLessThanOrEqual(80);
  });
});

describe("areaBound", () => {
  it("divides equal work by equal slots", () => {
    expect(areaBound(makeInstance({ costs: [[6, 6], [6, 6], [6, 6]], slots: [1, 2] }))).toBeCloseTo(6, 5);
  });

  it("gives unequal devices shares by their speed: 1 / (1/2 + 1/6) of a task's time each", () => {
    const bound = areaBound(makeInstance({ costs: Array.from({ length: 20 }, () => [2, 6]) }));
    expect(bound).toBeLessThanOrEqual(30 + 1e-9);
    expect(bound).toBeGreaterThan(29.5);
  });

  it("counts work that only one device can do against that device", () => {
    const costs = Array.from({ length: 10 }, () => [10, inf]);
    expect(areaBound(makeInstance({ costs }))).toBeGreaterThan(98);
  });

  it("lets slots that share units count for no more than the units", () => {
    const instance = { ...makeInstance({ costs: Array.from({ length: 8 }, () => [10]), slots: [8] }), units: Float64Array.of(4), width: Float64Array.of(2) };
    expect(areaBound(instance)).toBeGreaterThan(39);
    expect(areaBound({ ...instance, fixedTicks: new Float64Array(8).fill(10) })).toBeLessThanOrEqual(10 + 1e-9);
  });

  it("lets slots that share a memory count for no more than its bandwidth", () => {
    const instance = makeInstance({ costs: Array.from({ length: 8 }, () => [10]), slots: [8] });
    expect(areaBound({ ...instance, memoryDemand: new Float64Array(8).fill(3), resourceCapacity: Float64Array.of(6, 8, 1) })).toBeGreaterThan(39);
  });

  it("adds the work that arrives late to the moment it arrives", () => {
    expect(areaBound(makeInstance({ costs: [[5], [5], [5]], jobOf: [0, 1, 1], arrivals: [0, 100] }))).toBeCloseTo(110, 9);
  });
});

/** The best makespan of a tiny instance, by trying every order and placement. */
function bruteForce(spec: InstanceSpec): number {
  const instance = makeInstance(spec);
  let best = Infinity;
  const decided: { op: number; device: number; slot: number }[] = [];
  const done = new Set<number>();
  const extend = (): void => {
    if (decided.length === instance.opCount) {
      best = Math.min(best, makeRun(instance, decided).makespanTicks);
      return;
    }
    for (let op = 0; op < instance.opCount; op++) {
      if (done.has(op) || (spec.edges ?? []).some(([from, to]) => to === op && !done.has(from))) continue;
      done.add(op);
      for (let device = 0; device < instance.deviceCount; device++) {
        if (instance.costTicks[op * instance.deviceCount + device] === Infinity) continue;
        for (let slot = 0; slot < instance.slots[device]!; slot++) {
          decided.push({ op, device, slot });
          extend();
          decided.pop();
        }
      }
      done.delete(op);
    }
  };
  extend();
  return best;
}

/** All (from, to) with from < to. */
function pairs(ops: number): [number, number][] {
  const all: [number, number][] = [];
  for (let to = 1; to < ops; to++) for (let from = 0; from < to; from++) all.push([from, to]);
  return all;
}

const tiny: fc.Arbitrary<InstanceSpec> = fc
  .record({ ops: fc.integer({ min: 1, max: 4 }), devices: fc.integer({ min: 1, max: 2 }) })
  .chain(({ ops, devices }) =>
    fc.record({
      costs: fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 9 }) }, fc.constant(Infinity)), { minLength: devices - 1, maxLength: devices - 1 })).map(([first, rest]) => [first, ...rest]), { minLength: ops, maxLength: ops }),
      edges: fc.array(fc.option(fc.nat(6), { nil: -1, freq: 2 }), { minLength: 6, maxLength: 6 }).map((bytes) => pairs(ops).map(([from, to], i) => [from, to, bytes[i]!] as const).filter((edge) => edge[2] >= 0)),
      slots: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: devices, maxLength: devices }),
      memoryOf: fc.constantFrom(Array.from({ length: devices }, (_, d) => d), Array.from({ length: devices }, () => 0)),
      latency: fc.nat(3),
      jobOf: fc.constant(Array.from({ length: ops }, (_, op) => (op === ops - 1 && ops > 1 ? 1 : 0))),
      arrivals: fc.nat(20).map((late) => [0, late]),
    }),
  )
  // A job stands alone.
  .map((spec) => ({ ...spec, edges: spec.edges.filter(([from, to]) => spec.jobOf[from] === spec.jobOf[to]), arrivals: spec.jobOf.includes(1) ? spec.arrivals : [0] }));

/** Infinity where a random placement on unconnected memories left an op without its data. */
function makespanOf(spec: SimulationSpec): number {
  try {
    return simulate(spec).makespanTicks;
  } catch (error) {
    if (error instanceof SimulationError) return Infinity;
    throw error;
  }
}

describe("lowerBound", () => {
  it("is never above the best schedule (brute force)", () => {
    fc.assert(
      fc.property(tiny, (spec) => {
        const bound = lowerBound(makeInstance(spec));
        expect(bound.ticks).toBe(Math.max(bound.criticalPathTicks, bound.areaTicks, bound.mixedTicks, bound.exactTicks));
        expect(bound.ticks).toBeLessThanOrEqual(bruteForce(spec));
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it("is the optimum for many tiny instances, so it is not loose by mistake", () => {
    const specs = fc.sample(tiny, { numRuns: 200, seed: 11 });
    const tight = specs.filter((spec) => lowerBound(makeInstance(spec)).ticks === bruteForce(spec)).length;
    expect(tight).toBeGreaterThan(100);
  });

  it("names its source and rounds up to whole ticks", () => {
    const bounds = (spec: InstanceSpec) => lowerBound(makeInstance(spec));
    const many = Array.from({ length: 51 }, () => [5, 5]);
    expect(bounds({ costs: many })).toEqual({ ticks: 130, criticalPathTicks: 5, areaTicks: 130, mixedTicks: 130, exactTicks: 0, source: "area" });
    // An operator of 4 ticks more: nothing is a multiple of 5 any more.
    expect(bounds({ costs: [...many, [4, 4]] })).toEqual({ ticks: 130, criticalPathTicks: 5, areaTicks: 130, mixedTicks: 130, exactTicks: 0, source: "area" });
    expect(bounds({ costs: [...many, [2, 2]] })).toMatchObject({ ticks: 129, areaTicks: 129 });
    expect(bounds({ costs: [[5, 5], [5, 5], [5, 5], [1, 1]] })).toEqual({ ticks: 10, criticalPathTicks: 5, areaTicks: 8, mixedTicks: 8, exactTicks: 10, source: "exact" });
    expect(bounds({ costs: [[5]] })).toEqual({ ticks: 5, criticalPathTicks: 5, areaTicks: 5, mixedTicks: 5, exactTicks: 5, source: "critical-path" });
    expect(bounds({ costs: [] })).toEqual({ ticks: 0, criticalPathTicks: 0, areaTicks: 0, mixedTicks: 0, exactTicks: 0, source: "critical-path" });
  });

  it("is the same for seconds as for nanoseconds, to the last of them", () => {
    const spec = (unit: number): InstanceSpec => ({ costs: [[3 * unit, 7 * unit], [2 * unit, inf], [6 * unit, 5 * unit], [4 * unit, 4 * unit]], edges: [[0, 1, 2 * unit], [0, 2, 0]], jobOf: [0, 0, 0, 1], arrivals: [0, unit] });
    const small = lowerBound(makeInstance(spec(1)));
    const large = lowerBound(makeInstance(spec(1e11)));
    expect(large).toEqual({ ...small, ticks: small.ticks * 1e11, criticalPathTicks: small.criticalPathTicks * 1e11, areaTicks: small.areaTicks * 1e11, mixedTicks: small.mixedTicks * 1e11, exactTicks: small.exactTicks * 1e11 });
    expect(lowerBound(makeInstance({ costs: [[3e10], [7e10 + 1]], edges: [[0, 1, 0]] })).ticks).toBe(1e11 + 1);
  });

  it("lets operators end on whole ticks, whatever noise and speeds make of them", () => {
    const instance = makeInstance({ costs: [[10], [10], [10]], edges: [[0, 1, 0], [1, 2, 0]] });
    const realized = withRealizedCosts(instance, (_, d) => instance.costTicks[d]! * 0.82);
    expect(lowerBound(realized).ticks).toBe(27);
    const slow = { ...instance, changeTicks: Float64Array.of(0), changeDevice: Uint32Array.of(0), changeSpeed: Float64Array.of(0.8) };
    expect(lowerBound(slow).ticks).toBe(39);
    // 8.2 and then at 0.8 of the speed: 10.25, rounded once.
    expect(lowerBound({ ...slow, costTicks: realized.costTicks.map((_, op) => (op === 0 ? 7.9 : 0)), opCount: 3 }).ticks).toBe(10);
    // Two slots share one unit: what rounding adds to 8.2 ticks is no work of the unit.
    const shared = { ...withRealizedCosts(makeInstance({ costs: [[10], [10]], slots: [2] }), () => 8.2), units: Float64Array.of(1) };
    expect(lowerBound(shared).areaTicks).toBeLessThanOrEqual(17);
  });

  it("claims less of operators that take turns, as threads do", () => {
    const fractions = withRealizedCosts(makeInstance({ costs: [[10], [10]], edges: [[0, 1, 0]] }), () => 0.4);
    expect([lowerBound(fractions), lowerBound(fractions, { timeSharing: true })].map(({ ticks }) => ticks)).toEqual([2, 1]);
    // a (10) and then d; g (5, elsewhere), b (1) and then c (10): who may put a aside for b ends at 17, and nobody else before 21.
    const cut = makeInstance({ costs: [[10, inf], [inf, 5], [1, inf], [inf, 10], [inf, 6]], slots: [1, 2], edges: [[0, 4, 0], [1, 2, 0], [2, 3, 0]] });
    expect(lowerBound(cut).ticks).toBe(21);
    expect(lowerBound(cut, { timeSharing: true }).ticks).toBeLessThanOrEqual(17);
  });

  it("takes realized times in a run with noise", () => {
    const instance = makeInstance({ costs: [[10, inf], [10, 4]], edges: [[0, 1, 0]] });
    const realized = withRealizedCosts(instance, (op, d) => instance.costTicks[op * 2 + d]! * (op === 0 ? 0.5 : 2));
    expect(lowerBound(realized).ticks).toBe(5 + 8);
  });

  it("is never above a run of the engine: contention, sync, setup, arrivals, and noise by its realized times", () => {
    let withNoise = 0;
    for (let seed = 0; seed < 900; seed++) {
      const { instance: quiet, scheduler, sync } = randomCase(seed, 12);
      const instance = seed % 3 === 0 ? { ...quiet, costSigma: quiet.costTicks.map((_, cell) => (cell % 4) / 5) } : quiet;
      const realized = realizedInstance(instance, seed);
      if (realized !== instance) withNoise++;
      const makespanTicks = makespanOf({ instance, scheduler: scheduler.make(), sync: sync.make(), seed });
      if (lowerBound(realized).ticks > makespanTicks) expect.fail(`case ${seed}: the bound ${lowerBound(realized).ticks} is above the makespan ${makespanTicks}`);
    }
    expect(withNoise).toBe(300);
  });

  it("answers for a million operators in well under a second", () => {
    const opCount = 1_000_000;
    const small = makeInstance({ costs: [[5, 7], [3, 2]], edges: [[0, 1, 4]] });
    const inputs = { start: Uint32Array.from({ length: opCount + 1 }, (_, i) => Math.max(0, i - 1)), item: Uint32Array.from({ length: opCount - 1 }, (_, i) => i) };
    const ids = Uint32Array.from({ length: opCount }, (_, i) => i);
    const big = {
      ...small, opCount, tensorCount: opCount, edgeCount: opCount - 1, inputs, topo: ids, classOf: ids.map((i) => i % 2), jobOf: new Uint32Array(opCount),
      tensorBytes: new Float64Array(opCount).fill(4), tensorProducer: Int32Array.from(ids), tensorHome: new Int32Array(opCount).fill(-1),
    };
    expect(lowerBound(big).criticalPathTicks).toBe(8 * 500_000);
  });
});
