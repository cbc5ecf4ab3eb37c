import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SharedResources } from "../../../src/core/shared-resources.ts";
import { MemorySystem, type MemoryAccess, type MemorySystemSpec, type RegionSpec } from "../../../src/memory/system/index.ts";
import { access, GiB, KiB, MiB, smallSystem } from "./spec.ts";

/** Enters the first access on core 0, twice with a region, and answers as of the second time: caches are warm. */
function alone(spec: MemorySystemSpec, one: MemoryAccess, computeNs = 0, region?: RegionSpec): MemorySystem {
  const memory = new MemorySystem(spec, [one]);
  const id = region === undefined ? -1 : memory.addRegion(region);
  if (region) {
    memory.enter(0, 0, computeNs, id);
    memory.leave(0);
  }
  memory.enter(0, 0, computeNs, id);
  return memory;
}

const drawn = ({ uses, resources }: MemorySystem): Record<string, number> =>
  Object.fromEntries(Array.from({ length: uses.count }, (_, i) => [resources[uses.resource[i]!]!.name, uses.demand[i]!]));

const warm = (bytes: number): RegionSpec => ({ bytes, placement: "first-touch" });

describe("one activity alone", () => {
  it("that touches nothing takes its work, and draws nothing", () => {
    const memory = alone(smallSystem(), access({}), 1234);
    expect([memory.aloneNs, memory.stallNs, memory.uses.count]).toEqual([1234, 0, 0]);
  });

  it("that streams from memory takes bytes ÷ what one core draws", () => {
    const memory = alone(smallSystem(), access({ bytes: 8 * MiB }));
    expect(memory.aloneNs).toBe(MiB);
    expect(drawn(memory)).toEqual({ "l3.0": 8, node0: 8 });
  });

  it("that has more work than data takes the work, and draws less", () => {
    const memory = alone(smallSystem(), access({ bytes: 8 * MiB }), 2 * MiB);
    expect(memory.aloneNs).toBe(2 * MiB);
    expect(drawn(memory)).toEqual({ "l3.0": 4, node0: 4 });
  });

  it("that stores half of what it touches moves half as much again: lines come, and go back", () => {
    expect(alone(smallSystem(), access({ bytes: 8 * MiB, writeShare: 0.5 })).aloneNs).toBe(1.5 * MiB);
  });

  it.each([
    [16 * KiB, 64, "L1"],
    [256 * KiB, 32, "L2"],
    [8 * MiB, 16, "L3"],
    [64 * MiB, 8, "memory"],
  ])("whose set of %d bytes is warm runs at %d B/ns, from %s", (set, bytesPerNs) => {
    const bytes = 8 * set;
    expect(bytes / alone(smallSystem(), access({ bytes, workingSetBytes: set }), 0, warm(set)).aloneNs).toBeCloseTo(bytesPerNs, 9);
  });

  it("that sweeps a set eight times, cold, pays one sweep from memory", () => {
    // One sweep of 8 from memory: 256 KiB / 8; all eight from L2: 2 MiB / 32. The latter takes longer.
    expect(alone(smallSystem(), access({ bytes: 2 * MiB, workingSetBytes: 256 * KiB })).aloneNs).toBe((2 * MiB) / 32);
    expect(alone(smallSystem(), access({ bytes: 512 * KiB, workingSetBytes: 256 * KiB })).aloneNs).toBe((256 * KiB) / 8);
  });

  it("that loads at random waits: latencies, ten at once", () => {
    // Set 32 MiB, warm: 32 KiB in L1, 512 KiB in L2, 16 MiB in L3, the other half in memory.
    const bytes = 8 * 2 ** 20;
    const memory = alone(smallSystem(), access({ bytes, workingSetBytes: 32 * MiB, pattern: "random" }), 0, warm(32 * MiB));
    const loads = bytes / 8;
    // What was there before is less than the set, so it is cold in part: all that L3 does not hold.
    const first = 16 * MiB;
    const past = (reach: number, cold: number): number => cold + (loads * 64 - cold) * (1 - reach / (32 * MiB));
    const [l1, l2, l3] = [past(32 * KiB, 32 * MiB - 32 * KiB), past(512 * KiB, 32 * MiB - 512 * KiB), past(16 * MiB, first)];
    const waiting = ((loads * 64 - l1) * 1 + (l1 - l2) * 4 + (l2 - l3) * 10 + l3 * 100) / 64 / 10;
    expect(memory.aloneNs).toBeCloseTo(Math.max(waiting, l3 / 8, l2 / 16), 6);
  });

  it("that chases pointers waits for each, and works after it", () => {
    const memory = alone(smallSystem(), access({ bytes: 8000, workingSetBytes: 512 * MiB, pattern: "chase" }), 500);
    // 1000 loads of lines that are in no cache: 100 ns each.
    expect(memory.aloneNs).toBe(500 + 1000 * 100);
  });

  it("with gaps brings whole lines", () => {
    const dense = alone(smallSystem(), access({ bytes: MiB, workingSetBytes: MiB })).aloneNs;
    const gaps = alone(smallSystem(), access({ bytes: MiB, workingSetBytes: MiB, strideBytes: 32 })).aloneNs;
    const wide = alone(smallSystem(), access({ bytes: MiB, workingSetBytes: MiB, strideBytes: 4096 })).aloneNs;
    expect([gaps / dense, wide / dense]).toEqual([4, 8]);
  });

  it("that makes a part of its access takes that part", () => {
    const memory = new MemorySystem(smallSystem(), [access({ bytes: 8 * MiB })]);
    memory.enter(0, 0, 0, -1, 0.25);
    expect(memory.aloneNs).toBe(MiB / 4);
  });
});

describe("caches remember", () => {
  const set = 256 * KiB;
  const one = access({ bytes: set });

  it("what the core used last, until others came", () => {
    const memory = new MemorySystem(smallSystem(), [one, access({ bytes: 384 * KiB })]);
    const region = memory.addRegion(warm(set));
    const times = [];
    for (const core of [0, 0, 1, 1]) {
      memory.enter(core, 0, 0, region);
      times.push(memory.aloneNs);
      memory.leave(core);
    }
    // From memory; from L2; on another core from the L3 that both share; from its L2.
    expect(times).toEqual([set / 8, set / 32, set / 16, set / 32]);
    // Another thread brings 384 KiB into the 512 KiB of the L2: half of the set is gone, and comes from L3.
    memory.enter(1, 1, 0);
    memory.leave(1);
    memory.enter(1, 0, 0, region);
    expect(memory.aloneNs).toBe(Math.max(set / 32, set / 2 / 16));
  });
});

describe("hardware threads of one core", () => {
  it("share what it draws, and its caches", () => {
    const spec = smallSystem();
    const smt = { ...spec, cores: spec.cores.map((core) => ({ ...core, physical: 0 })), caches: spec.caches.filter(({ name }) => name !== "l1.1" && name !== "l2.1").map((cache) => ({ ...cache, cores: [0, 1], sharedBytesPerNs: cache.bytesPerNs })) };
    const memory = new MemorySystem(smt, [access({ bytes: 8 * MiB }), access({ bytes: MiB, workingSetBytes: 20 * KiB })]);
    expect(memory.resources.map(({ name, kind, bytesPerNs }) => [name, kind, bytesPerNs])).toEqual([["core0", "core", 8], ["l1.0", "cache", 64], ["l2.0", "cache", 32], ["l3.0", "cache", 16], ["node0", "memory", 20]]);
    memory.enter(0, 0, 0);
    expect(drawn(memory)).toEqual({ "l1.0": 8, "l2.0": 8, "l3.0": 8, node0: 8, core0: 8 });
    memory.leave(0);
    // 20 KiB each are too much for 32 KiB: sweeps come from L2, where both fit.
    memory.enter(0, 1, 0);
    expect(MiB / memory.aloneNs).toBe(64);
    memory.enter(1, 1, 0);
    expect(MiB / memory.aloneNs).toBe(32);
    expect([memory.changedCount, memory.changed[0]]).toEqual([1, 0]);
    expect(memory.uses.count).toBeLessThanOrEqual(memory.uses.most);
  });
});

describe("company in a shared cache", () => {
  const sweep = (set: number) => access({ bytes: 16 * set, workingSetBytes: set });

  it("costs nothing while all sets fit", () => {
    const memory = new MemorySystem(smallSystem(), [sweep(6 * MiB)]);
    memory.enter(0, 0, 0);
    const before = memory.aloneNs;
    memory.enter(1, 0, 0);
    expect([memory.changedCount, memory.aloneNs]).toEqual([0, before]);
  });

  it("takes a sweep off the cliff, and the other is told; when it leaves, the other recovers", () => {
    const memory = new MemorySystem(smallSystem(), [sweep(12 * MiB)]);
    memory.enter(0, 0, 0);
    const before = memory.aloneNs;
    memory.enter(1, 0, 0);
    expect([...memory.changed.subarray(0, memory.changedCount)]).toEqual([0]);
    memory.again(0);
    // Both sweep from memory now, 16 times, instead of once.
    expect(memory.aloneNs).toBe((16 * 12 * MiB) / 8);
    expect(before).toBe((16 * 12 * MiB) / 16);
    memory.leave(1);
    expect([...memory.changed.subarray(0, memory.changedCount)]).toEqual([0]);
    memory.again(0);
    expect(memory.aloneNs).toBe(before);
  });

  it("holds data once that both use", () => {
    const memory = new MemorySystem(smallSystem(), [sweep(12 * MiB)]);
    const region = memory.addRegion(warm(12 * MiB));
    memory.enter(0, 0, 0, region);
    const before = memory.aloneNs;
    memory.enter(1, 0, 0, region);
    expect([memory.changedCount, memory.aloneNs]).toEqual([0, before]);
  });

  it("does not reach into another part of a divided cache", () => {
    const spec = smallSystem();
    const divided = { ...spec, caches: spec.caches.map((cache) => (cache.level === 3 ? { ...cache, shares: [0.75, 0.25] } : cache)) };
    const memory = new MemorySystem(divided, [sweep(12 * MiB), { ...access({ bytes: GiB }), cacheClass: 1 }]);
    memory.enter(0, 0, 0);
    const before = memory.aloneNs;
    expect(before).toBe((16 * 12 * MiB) / 16);
    memory.enter(1, 1, 0);
    expect(memory.changedCount).toBe(0);
    memory.again(0);
    expect(memory.aloneNs).toBe(before);
  });
});

describe("properties", () => {
  const pattern = fc.constantFrom("stream", "random", "chase" as const);
  const any = fc.record({ pattern, set: fc.integer({ min: 64, max: 64 * MiB }), passes: fc.double({ min: 0.1, max: 20, noNaN: true }), writeShare: fc.double({ min: 0, max: 1, noNaN: true }), skew: fc.double({ min: 0, max: 0.9, noNaN: true }), compute: fc.integer({ min: 0, max: 1e7 }) })
    .map(({ set, passes, compute, ...more }) => ({ compute, access: access({ bytes: set * passes, workingSetBytes: set, ...more } as Partial<MemoryAccess>) }));

  it("a larger cache is never slower", () => {
    fc.assert(fc.property(any, fc.integer({ min: 1, max: 3 }), fc.double({ min: 1, max: 100, noNaN: true }), fc.boolean(), (one, level, times, victim) => {
      const spec = smallSystem();
      const with3 = { ...spec, caches: spec.caches.map((cache) => ({ ...cache, victim: victim && cache.level === 3 })) };
      const larger = { ...with3, caches: with3.caches.map((cache) => (cache.level === level ? { ...cache, capacityBytes: cache.capacityBytes * times } : cache)) };
      expect(alone(larger, one.access, one.compute).aloneNs).toBeLessThanOrEqual(alone(with3, one.access, one.compute).aloneNs * (1 + 1e-12));
    }));
  });

  it("more company is never faster, and who is told of a change has one; who is not has none", () => {
    fc.assert(fc.property(fc.array(any, { minLength: 2, maxLength: 6 }), (all) => {
      const memory = new MemorySystem(smallSystem({ coresEach: 6 }), all.map((one) => one.access));
      const times: number[] = [];
      for (const [core, { compute }] of all.entries()) {
        memory.enter(core, core, compute);
        times[core] = memory.aloneNs;
        const told = new Set(memory.changed.subarray(0, memory.changedCount));
        for (let other = 0; other < core; other++) {
          memory.again(other);
          if (!told.has(other)) expect(memory.aloneNs).toBe(times[other]);
          expect(memory.aloneNs).toBeGreaterThanOrEqual(times[other]! * (1 - 1e-12));
          times[other] = memory.aloneNs;
        }
      }
      // They leave in the order they came: the last has the machine to itself again.
      for (let core = 0; core < all.length - 1; core++) {
        memory.leave(core);
        const told = new Set(memory.changed.subarray(0, memory.changedCount));
        for (let other = core + 1; other < all.length; other++) {
          memory.again(other);
          if (!told.has(other)) expect(memory.aloneNs).toBe(times[other]);
          expect(memory.aloneNs).toBeLessThanOrEqual(times[other]! * (1 + 1e-12));
          times[other] = memory.aloneNs;
        }
      }
      const last = all.at(-1)!;
      const { aloneNs } = alone(smallSystem({ coresEach: 6 }), last.access, last.compute);
      expect(Math.abs(times[all.length - 1]! - aloneNs)).toBeLessThanOrEqual(1e-12 * aloneNs);
    }));
  });

  it("the order in which activities came does not matter", () => {
    fc.assert(fc.property(fc.array(any, { minLength: 2, maxLength: 6 }), (all) => {
      const answers = [all.map((_, i) => i), all.map((_, i) => i).reverse()].map((order) => {
        const memory = new MemorySystem(smallSystem({ coresEach: 6 }), all.map((one) => one.access));
        for (const core of order) memory.enter(core, core, all[core]!.compute);
        return all.map((_, core) => {
          memory.again(core);
          return [memory.aloneNs, drawn(memory)];
        });
      });
      expect(answers[0]).toEqual(answers[1]);
    }));
  });

  it("never draws more of anything than there is, nor takes less than its work", () => {
    fc.assert(fc.property(any, (one) => {
      const memory = alone(smallSystem(), one.access, one.compute);
      expect(memory.aloneNs).toBeGreaterThanOrEqual(one.compute);
      for (let i = 0; i < memory.uses.count; i++) expect(memory.uses.demand[i]).toBeLessThanOrEqual(memory.resources[memory.uses.resource[i]!]!.bytesPerNs * (1 + 1e-12));
    }));
  });
});

it("streams on many cores scale until memory is full: what they draw is what the engine divides", () => {
  const rates = [1, 2, 3, 4, 8].map((threads) => {
    const memory = new MemorySystem({ ...smallSystem({ coresEach: 8 }), caches: [] }, [access({ bytes: 8 * MiB })]);
    const shared = new SharedResources(Float64Array.from(memory.resources, ({ bytesPerNs }) => bytesPerNs), memory.uses.most);
    for (let core = 0; core < threads; core++) {
      memory.enter(core, 0, 0);
      const bundle = shared.bundle(core, 0);
      for (let i = 0; i < memory.uses.count; i++) shared.use(bundle, memory.uses.resource[i]!, memory.uses.demand[i]!);
      shared.open(bundle, core, memory.aloneNs, 0);
    }
    shared.solve(0);
    return (threads * 8 * MiB) / shared.nextEnd;
  });
  for (const [i, rate] of [8, 16, 20, 20, 20].entries()) expect(rates[i]!).toBeCloseTo(rate, 3);
});
