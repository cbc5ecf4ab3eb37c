import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestBlock, CacheShares, colourShares, copyMessage, diskNs, distanceOf, falseSharing, firstTouchNs, hitFraction, matmulTraffic, missed, pageBytes, sharedStoreNs, shareMessage, survivingBytes, tlbReach, wayShares } from "../../../src/memory/system/index.ts";
import { KiB, MiB } from "./spec.ts";

describe("hits", () => {
  it("of a sweep are all or none", () => {
    expect([hitFraction("stream", 1023, 1024), hitFraction("stream", 1024, 1024)]).toEqual([0, 1]);
    expect(missed("stream", 8192, 1024, 1024, 1024)).toBe(1024);
    expect(missed("stream", 8192, 1024, 1024, 1023)).toBe(8192);
    expect(missed("stream", 512, 1024, 1024, 4096)).toBe(512);
  });

  it("of random touches are as many as fit; more where they are uneven", () => {
    expect(hitFraction("random", 256, 1024)).toBe(0.25);
    expect(hitFraction("random", 256, 1024, 0.5)).toBe(0.5);
    expect(missed("random", 1000, 1024, 200, 512)).toBe(200 + 400);
    expect(hitFraction("random", 0, 1024)).toBe(0);
  });

  it("are what a cache of recency really has: sweeps, and random touches, by simulation", () => {
    const lru = (capacity: number, touches: readonly number[]): number => {
      const held = new Set<number>();
      let hits = 0;
      for (const line of touches) {
        if (held.delete(line)) hits++;
        else if (held.size === capacity) held.delete(held.values().next().value!);
        held.add(line);
      }
      return hits / touches.length;
    };
    let state = 12345;
    const random = (below: number): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below;
    const sweep = Array.from({ length: 6400 }, (_, i) => i % 64);
    expect(lru(64, sweep)).toBeCloseTo(1 - missed("stream", 6400, 64, 64, 64) / 6400, 9);
    expect(lru(63, sweep)).toBe(0);
    const spread = Array.from({ length: 40_000 }, () => random(997));
    for (const capacity of [100, 300, 700]) expect(lru(capacity, spread)).toBeCloseTo(1 - missed("random", 40_000, 997, 997, capacity) / 40_000, 1.6);
  });

  it("survive what came in between, oldest first", () => {
    expect([survivingBytes(24, 0, 32), survivingBytes(24, 8, 32), survivingBytes(24, 16, 32), survivingBytes(24, 64, 32)]).toEqual([24, 24, 16, 0]);
  });
});

describe("blocked matrix products", () => {
  const traffic = (block: number, capacity: number, size = 1024): number => matmulTraffic({ size, block, elementBytes: 4 }, capacity);

  it("move 2n³/b + 2n² elements where three blocks fit, and the matrices once where all do", () => {
    expect(traffic(64, 3 * 64 * 64 * 4)).toBe(4 * (2 * 1024 ** 3 / 64 + 2 * 1024 ** 2));
    expect(traffic(64, 3 * 1024 * 1024 * 4)).toBe(4 * 4 * 1024 ** 2);
    expect(traffic(1024, 3 * 1024 * 1024 * 4)).toBe(4 * 4 * 1024 ** 2);
    expect(traffic(2000, 1, 16)).toBe(4 * (2 * 16 ** 3 + 2 * 16 ** 2));
  });

  it.each([32 * KiB, 48 * KiB, 256 * KiB, MiB])("move least at the largest block of which three fit into %d bytes", (capacity) => {
    const blocks = Array.from({ length: 1024 }, (_, i) => i + 1);
    const best = blocks.reduce((a, b) => (traffic(b, capacity, 4096) < traffic(a, capacity, 4096) ? b : a));
    expect(best).toBe(Math.floor(Math.sqrt(capacity / 4 / 3)));
    expect(best).toBe(bestBlock(capacity, 4));
  });

  it("never beat the bound of Hong and Kung, as Irony, Toledo and Tiskin state it: n³ / (2√2 · √M) - M elements", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 4, max: 2 ** 28 }), (size, block, capacity) => {
      const elements = capacity / 4;
      expect(traffic(block, capacity, size) / 4).toBeGreaterThanOrEqual(size ** 3 / (2 * Math.SQRT2 * Math.sqrt(elements)) - elements);
    }));
  });

  it("move no more through a larger cache", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 4, max: 2 ** 28 }), fc.double({ min: 1, max: 100, noNaN: true }), (size, block, capacity, times) => {
      expect(traffic(block, capacity * times, size)).toBeLessThanOrEqual(traffic(block, capacity, size));
    }));
  });
});

describe("shares of a cache", () => {
  const shared = (sets: readonly number[], pressures: readonly number[], capacity = 100): number[] => {
    const cores = sets.map((_, core) => core);
    const shares = new CacheShares([{ name: "l1", level: 1, capacityBytes: capacity, cores, latencyNs: 0, bytesPerNs: 1 }], sets.length);
    for (const core of cores) shares.join(0, core, 0, sets[core]!, pressures[core]!, -1, 0);
    for (const core of cores) shares.settle(0, 0, core);
    return cores.map((core) => shares.share(0, core));
  };

  it("go by pressure, and nobody gets more than its set", () => {
    expect(shared([60, 40], [1, 9])).toEqual([60, 40]);
    expect(shared([200, 200], [1, 3])).toEqual([25, 75]);
    // The third needs 10 of the 20 that its pressure would give it: the others share what it leaves, 1 to 3.
    expect(shared([200, 200, 10], [1, 3, 1])).toEqual([22.5, 67.5, 10]);
    expect(shared([200, 200], [0, 0])).toEqual([0, 0]);
  });

  it("add up to the capacity where it is too small, and shrink with company", () => {
    const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 50 })), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(sizes, fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 50 }), (some, set, pressure) => {
      const [sets, pressures] = [some.map(([a]) => a), some.map(([, b]) => b)];
      const before = shared(sets, pressures);
      const after = shared([...sets, set], [...pressures, pressure]);
      const sum = before.reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(Math.min(100, sets.reduce((a, b) => a + b, 0)), 9);
      for (const [i, share] of before.entries()) expect(after[i]).toBeLessThanOrEqual(share + 1e-9);
    }));
  });

  it("are given out by ways or colours, never more than there are", () => {
    expect(wayShares(16, [12, 4])).toEqual([0.75, 0.25]);
    expect(colourShares({ capacityBytes: MiB, ways: 16, pageBytes: 4096 }, [8, 4])).toEqual([0.5, 0.25]);
    expect(() => wayShares(16, [12, 5])).toThrow(/17 ways together, but it has 16/);
    expect(() => wayShares(16, [0.5])).toThrow(/has 0.5 ways/);
    expect(() => colourShares({ capacityBytes: 32 * MiB, ways: 16, pageBytes: 2 * MiB }, [1])).toThrow(/no colours/);
  });
});

describe("pages and disks", () => {
  it("reach, fault and wait as their figures say", () => {
    expect(tlbReach({ entries: 1536, latencyNs: 0 }, 4096, false)).toBe(6 * MiB);
    expect(tlbReach({ entries: 1536, hugeEntries: 1024, latencyNs: 0 }, 2 * MiB, true)).toBe(2048 * MiB);
    expect(firstTouchNs({ faultNs: 500, zeroBytesPerNs: 10 }, 2, 4096)).toBe(2 * (500 + 409.6));
    expect([pageBytes(undefined, false), pageBytes(undefined, true), pageBytes({ bytes: 16384 }, false)]).toEqual([4096, 2 ** 21, 16384]);
  });

  it("one request after the other: latency and bytes each; many at once: the longer of the two", () => {
    const disk = { name: "disk", bytesPerNs: 4, latencyNs: 80_000, queue: 32, readAheadBytes: 131_072 };
    expect(diskNs(disk, 4096, 1, 1)).toBe(81_024);
    expect(diskNs(disk, 4096 * 1000, 1000, 1)).toBe(1000 * 81_024);
    // 32 at once: 2.5 µs each.
    expect(diskNs(disk, 4096 * 1000, 1000, 64)).toBe(1000 * 2500 + 1024);
    expect(diskNs(disk, 4e9, 1000, 64)).toBe(1e9);
  });

  it("distances are 10 at home and 21 elsewhere, unless a table says more", () => {
    expect([distanceOf(undefined, 0, 0), distanceOf(undefined, 0, 1), distanceOf([[10, 12], [32, 10]], 1, 0)]).toEqual([10, 21, 32]);
  });
});

describe("lines", () => {
  it("bounce: each store waits for those of all others, unless they are busy elsewhere", () => {
    expect([sharedStoreNs(0, 50, 0, 1), sharedStoreNs(1, 50, 0), sharedStoreNs(3, 50, 0), sharedStoreNs(3, 50, 1000), sharedStoreNs(3, 50, 100)]).toEqual([1, 100, 200, 50, 100]);
  });

  it("are shared where chunks meet on them", () => {
    const on = (chunk: number, elementBytes = 8, threads = 4) => falseSharing({ elementBytes, chunk, threads, lineBytes: 64 });
    expect(on(8)).toEqual({ share: 0, writers: 0 });
    expect(on(1)).toEqual({ share: 1, writers: 3 });
    expect(on(4)).toEqual({ share: 1, writers: 1 });
    expect(on(12)).toEqual({ share: 1 / 3, writers: 1 });
    expect(on(1, 64)).toEqual({ share: 0, writers: 0 });
    expect(on(1, 8, 1)).toEqual({ share: 0, writers: 0 });
  });

  it("are shared as a count of who writes what says", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 2, 4, 8, 16), fc.integer({ min: 2, max: 64 }), (chunk, elementBytes, threads) => {
      const writers = new Map<number, Set<number>>();
      for (let i = 0; i < 64 * chunk; i++) {
        const line = Math.floor((i * elementBytes) / 64);
        if (!writers.has(line)) writers.set(line, new Set());
        writers.get(line)!.add(Math.floor(i / chunk) % threads);
      }
      const shared = [...writers.values()].filter((set) => set.size > 1);
      const { share, writers: others } = falseSharing({ elementBytes, chunk, threads, lineBytes: 64 });
      expect(share).toBeCloseTo(shared.length / writers.size, 9);
      expect(others).toBeCloseTo(shared.length === 0 ? 0 : shared.reduce((sum, set) => sum + set.size - 1, 0) / shared.length, 9);
    }));
  });

  it("cost less than copies, where a message is large", () => {
    expect(copyMessage(65_536, { callNs: 500, copyBytesPerNs: 8 })).toEqual({ ns: 17_384, trafficBytes: 6 * 65_536 });
    expect(shareMessage(65_536, { lineBytes: 64, transferNs: 50, outstanding: 10 })).toEqual({ ns: 50 + 5120, trafficBytes: 65_600 });
  });
});
