import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySystem, Regions, type MemoryAccess, type MemorySystemSpec } from "../../../src/memory/system/index.ts";
import { access, GiB, KiB, MiB, smallSystem } from "./spec.ts";

const two = (more: Partial<Omit<MemorySystemSpec, "nodes">> = {}): MemorySystemSpec =>
  smallSystem({ nodes: 2, distance: [[10, 20], [20, 10]], interconnects: [{ name: "up", bytesPerNs: 6, pairs: [[0, 1]] }, { name: "down", bytesPerNs: 6, pairs: [[1, 0]] }], ...more });

const drawn = ({ uses, resources }: MemorySystem): Record<string, number> =>
  Object.fromEntries(Array.from({ length: uses.count }, (_, i) => [resources[uses.resource[i]!]!.name, uses.demand[i]!]));

/** Time of an access on a core, with a region of its own or none. */
function time(memory: MemorySystem, core: number, region = -1, scale = 1): number {
  memory.enter(core, 0, 0, region, scale);
  const { aloneNs } = memory;
  memory.leave(core);
  return aloneNs;
}

describe("NUMA", () => {
  const bytes = 64 * MiB;

  it("memory at distance 20 takes twice as long, over the interconnect", () => {
    const memory = new MemorySystem(two(), [access({ bytes, home: 0 })]);
    memory.enter(0, 0, 0);
    expect([memory.aloneNs, drawn(memory)]).toEqual([bytes / 8, { "l3.0": 8, node0: 8 }]);
    memory.leave(0);
    memory.enter(2, 0, 0);
    expect([memory.aloneNs, drawn(memory)]).toEqual([bytes / 4, { "l3.1": 4, node0: 4, up: 4 }]);
  });

  it("pointers that are chased go by the distance too", () => {
    const memory = new MemorySystem(two(), [access({ bytes: 8000, workingSetBytes: GiB, pattern: "chase", home: 0 })]);
    expect([time(memory, 0), time(memory, 2)]).toEqual([100_000, 200_000]);
  });

  it("first touch keeps pages near who touched them first, and far from all others", () => {
    const memory = new MemorySystem(two(), [access({ bytes })]);
    const region = memory.addRegion({ bytes, placement: "first-touch" });
    time(memory, 0, region);
    expect([memory.committedBytes(0), memory.committedBytes(1)]).toEqual([bytes, 0]);
    expect(time(memory, 0, region)).toBe(bytes / 8);
    expect(time(memory, 2, region)).toBe(bytes / 4);
  });

  it("touched by all, each part is near; interleaved, everybody has half of it near", () => {
    const memory = new MemorySystem(two(), [access({ bytes: bytes / 2 })]);
    const parts = [0, 2].map((core) => {
      const part = memory.addRegion({ bytes: bytes / 2, placement: "first-touch" });
      time(memory, core, part);
      return time(memory, core, part);
    });
    expect(parts).toEqual([bytes / 16, bytes / 16]);
    const all = memory.addRegion({ bytes: bytes / 2, placement: "interleave" });
    time(memory, 0, all);
    memory.enter(0, 0, 0, all);
    // Half at 8 B/ns, half at 4.
    expect(memory.aloneNs).toBeCloseTo((bytes / 2 / 8) * 1.5, 6);
    expect(drawn(memory)["node0"]).toBeCloseTo(8 / 3, 9);
    expect(drawn(memory)["node1"]).toBeCloseTo(8 / 3, 9);
    expect(drawn(memory)["down"]).toBeCloseTo(8 / 3, 9);
  });

  it("interleaving is the better one where everybody uses what one thread made: the domain of that thread is not all there is", () => {
    // 8 cores a node draw all they can of one region, made by core 0: bytes a ns that the nodes can give.
    const rate = (placement: "first-touch" | "interleave"): number => {
      const memory = new MemorySystem(smallSystem({ nodes: 2, coresEach: 8, distance: [[10, 14], [14, 10]] }), [access({ bytes })]);
      const region = memory.addRegion({ bytes, placement });
      time(memory, 0, region);
      const wanted = [0, 0];
      for (let core = 0; core < 16; core++) {
        memory.enter(core, 0, 0, region);
        for (const node of [0, 1]) wanted[node]! += drawn(memory)[`node${node}`] ?? 0;
      }
      return Math.min(...wanted.filter((draw) => draw > 0).map((draw) => 20 / draw)) * (wanted[0]! + wanted[1]!);
    };
    expect(rate("first-touch")).toBeCloseTo(20, 9);
    expect(rate("interleave")).toBeCloseTo(40, 9);
  });

  it("a node that is full passes pages on to the nearest; one that a region is bound to does not", () => {
    const nodes = [0, 1, 2].map((i) => ({ name: `n${i}`, capacityBytes: 100, bytesPerNs: 1, latencyNs: 1 }));
    const regions = new Regions({ nodes, distance: [[10, 30, 20], [30, 10, 20], [20, 20, 10]] });
    const one = regions.add({ bytes: 250, placement: "first-touch" });
    expect([regions.touch(one, 0, 150), regions.touch(one, 0, 150)]).toEqual([150, 100]);
    expect([0, 1, 2].map((node) => regions.committed(node))).toEqual([100, 50, 100]);
    expect(regions.share(one, 2)).toBe(0.4);
    regions.clear(one);
    expect([0, 1, 2].map((node) => regions.committed(node))).toEqual([0, 0, 0]);
    const bound = regions.add({ bytes: 150, placement: { node: 1 } });
    expect(() => regions.touch(bound, 0, 150)).toThrow(/out-of-memory.*n1 has 100 B, and 150 B are touched/s);
  });
});

describe("translation", () => {
  const tlb = { levels: [{ entries: 64, latencyNs: 0 }, { entries: 1024, latencyNs: 4 }], walkNs: 30 };
  const with_ = (one: MemoryAccess, huge = false, more: Partial<MemorySystemSpec["cores"][number]> = {}): MemorySystem => {
    const spec = smallSystem();
    const memory = new MemorySystem({ ...spec, cores: spec.cores.map((core) => ({ ...core, tlb, ...more })) }, [one]);
    const region = memory.addRegion({ bytes: one.workingSetBytes, placement: "first-touch", huge });
    memory.enter(0, 0, 0, region);
    memory.leave(0);
    memory.enter(0, 0, 0, region);
    return memory;
  };

  it("costs nothing within the reach of the first level, a lookup within that of the second, and a walk beyond", () => {
    // Chases over 128 KiB, 512 KiB (warm in L2) and beyond 4 MiB.
    const chase = (set: number, loads = 1e5) => with_(access({ bytes: 8 * loads, workingSetBytes: set, pattern: "chase" })).tlbNs;
    expect(chase(128 * KiB)).toBe(0);
    expect(chase(512 * KiB)).toBeCloseTo(1e5 * 0.5 * 4, 6);
    expect(chase(4 * MiB)).toBeGreaterThan(1e5 * (60 / 64) * 4);
    // 64 MiB: one in 256 hits the first level, one in 16 the second; but first each of 16384 pages has to be walked to.
    expect(chase(64 * MiB, 1e6)).toBeCloseTo((16_384 + (1e6 - 16_384) * (1 - 1 / 256)) * 4 + (16_384 + (1e6 - 16_384) * (1 - 1 / 16)) * 30, -4);
  });

  it("of a stream: one walk a page, from the first page beyond the reach", () => {
    const sweep = (set: number) => with_(access({ bytes: 8 * set, workingSetBytes: set })).tlbNs;
    expect(sweep(256 * KiB)).toBe(0);
    expect(sweep(8 * MiB)).toBeCloseTo(((8 * 8 * MiB) / 4096) * 34, 6);
  });

  it("takes huge pages to reach far", () => {
    const one = access({ bytes: 8e6, workingSetBytes: 100 * MiB, pattern: "chase" });
    expect(with_(one, true).tlbNs).toBeLessThan(with_(one).tlbNs / 100);
    expect(with_(access({ bytes: 8e6, workingSetBytes: 100 * MiB, pattern: "random" }), false, { tlb: { ...tlb, walkers: 6 } }).tlbNs).toBeLessThan(with_(access({ bytes: 8e6, workingSetBytes: 100 * MiB, pattern: "random" })).tlbNs / 2);
  });

  it("with a longer reach is never slower", () => {
    fc.assert(fc.property(fc.integer({ min: 4096, max: 64 * MiB }), fc.constantFrom("stream", "random", "chase" as const), fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 2000 }), (set, pattern, entries, more) => {
      const one = access({ bytes: 4 * set, workingSetBytes: set, pattern });
      const of = (count: number) => with_(one, false, { tlb: { levels: [{ entries: count, latencyNs: 0 }], walkNs: 30 } }).tlbNs;
      expect(of(entries + more)).toBeLessThanOrEqual(of(entries) * (1 + 1e-12));
    }));
  });
});

describe("first touches", () => {
  const pages = { faultNs: 500, zeroBytesPerNs: 8 };

  it("trap once a page, and zero it", () => {
    const memory = new MemorySystem(smallSystem({ pages }), [access({ bytes: MiB })]);
    const region = memory.addRegion({ bytes: 2 * MiB, placement: "first-touch" });
    const faults = [0, 1, 2].map(() => {
      memory.enter(0, 0, 0, region);
      memory.leave(0);
      return memory.faultNs;
    });
    expect(faults).toEqual([256 * (500 + 512), 256 * (500 + 512), 0]);
    memory.clearRegion(region);
    memory.enter(0, 0, 0, region);
    expect(memory.faultNs).toBe(256 * 1012);
  });

  it("in huge pages trap 512 times less often", () => {
    const memory = new MemorySystem(smallSystem({ pages }), [access({ bytes: 4 * MiB })]);
    memory.enter(0, 0, 0, memory.addRegion({ bytes: 4 * MiB, placement: "first-touch", huge: true }));
    expect(memory.faultNs).toBe(2 * 500 + (4 * MiB) / 8);
  });
});

describe("a memory that is overcommitted", () => {
  const disk = { name: "disk", bytesPerNs: 2, latencyNs: 50_000, queue: 32, readAheadBytes: 128 * KiB };
  const spec = smallSystem({ disk, swapBytes: 8 * GiB });
  const sweep = (set: number, writeShare = 0) => {
    const memory = new MemorySystem(spec, [access({ bytes: set, writeShare })]);
    const region = memory.addRegion({ bytes: set, placement: "first-touch" });
    time(memory, 0, region);
    memory.enter(0, 0, 0, region);
    return memory;
  };

  it("swaps the share that has no room, on the disk, that all share", () => {
    expect(sweep(GiB).diskNs).toBe(0);
    const memory = sweep(2 * GiB);
    // Half of 2 GiB comes back, 128 KiB a request, one after the other.
    expect(memory.diskNs).toBeCloseTo(GiB / 2 + (GiB / (128 * KiB)) * 50_000, 3);
    expect(drawn(memory)["disk"]).toBeCloseTo(GiB / memory.aloneNs, 12);
    expect(sweep(2 * GiB, 1).diskNs).toBe(2 * memory.diskNs);
  });

  it("slows down sharply as soon as it is full", () => {
    const rate = (set: number) => set / sweep(set).aloneNs;
    expect(rate(0.99 * GiB) / rate(1.2 * GiB)).toBeGreaterThan(2);
    expect(rate(0.5 * GiB) / rate(0.99 * GiB)).toBeCloseTo(1, 9);
  });

  it("fails where there is no room to swap either", () => {
    expect(() => sweep(10 * GiB)).toThrow(/swap space of 8.00 GiB is full/);
    expect(() => time(new MemorySystem(smallSystem(), [access({ bytes: 2 * GiB, home: 0 })]), 0, -1)).not.toThrow();
  });

  it("random touches fault one by one", () => {
    const memory = new MemorySystem(spec, [access({ bytes: 2 * GiB }), access({ bytes: 8000, workingSetBytes: 2 * GiB, pattern: "random" })]);
    const region = memory.addRegion({ bytes: 2 * GiB, placement: "first-touch" });
    time(memory, 0, region);
    memory.enter(0, 1, 0, region);
    expect(memory.diskNs).toBeCloseTo(500 * (50_000 + 4096 / 2), 6);
  });
});

describe("a mapped file", () => {
  const disk = { name: "disk", bytesPerNs: 2, latencyNs: 50_000, queue: 32, readAheadBytes: 128 * KiB };
  const scan = (bytes: number, others = 0): number[] => {
    const memory = new MemorySystem(smallSystem({ disk }), [access({ bytes }), access({ bytes: others })]);
    if (others > 0) {
      memory.enter(1, 1, 0, memory.addRegion({ bytes: others, placement: "first-touch" }));
      memory.leave(1);
    }
    const file = memory.addRegion({ bytes, placement: "first-touch", file: true });
    return [0, 1].map(() => {
      memory.enter(0, 0, 0, file);
      memory.leave(0);
      return memory.diskNs;
    });
  };
  const read = (bytes: number): number => bytes / 2 + (bytes / (128 * KiB)) * 50_000;

  it("comes from the disk once where it fits into free memory", () => expect(scan(512 * MiB)).toEqual([read(512 * MiB), 0]));
  it("comes anew with each scan where it is larger: the pages that are needed next are the oldest", () => expect(scan(1.25 * GiB)).toEqual([read(1.25 * GiB), read(1.25 * GiB)]));
  it("has the room that others leave", () => expect(scan(512 * MiB, 768 * MiB)).toEqual([read(512 * MiB), read(512 * MiB)]));
  it("is shared by its readers: the disk's bandwidth is a resource", () => {
    const memory = new MemorySystem(smallSystem({ disk }), [access({ bytes: 512 * MiB })]);
    memory.enter(0, 0, 0, memory.addRegion({ bytes: 512 * MiB, placement: "first-touch", file: true }));
    expect(memory.resources.at(-1)).toEqual({ name: "disk", kind: "disk", index: 0, bytesPerNs: 2 });
    expect(drawn(memory)["disk"]).toBeCloseTo((512 * MiB) / memory.aloneNs, 12);
  });
});

describe("wrong input", () => {
  it("of a system is told in one go, with its place", () => {
    const spec = smallSystem();
    const wrong: MemorySystemSpec = {
      ...spec, distance: [[11]], swapBytes: 1,
      cores: [{ node: 3, physical: 0, bytesPerNs: 0, outstanding: 0 }, ...spec.cores.slice(1)],
      caches: [...spec.caches, { ...spec.caches[0]!, capacityBytes: -1, shares: [0.6, 0.6] }],
    };
    expect(() => new MemorySystem(wrong, [])).toThrow(/node 3, and there are 1[\s\S]*core 0 is 0[\s\S]*0 misses in flight[\s\S]*is -1[\s\S]*two caches of level 1[\s\S]*0.6, 0.6[\s\S]*is 11[\s\S]*no disk/);
  });

  it("of an access likewise", () => {
    const wrong = access({ name: "a", bytes: -1, workingSetBytes: Infinity, pattern: "blocked", writeShare: 2, home: 1, accessBytes: 0, strideBytes: -1, skew: 1, cacheClass: -1 });
    expect(() => new MemorySystem(smallSystem(), [wrong])).toThrow(/-1 bytes[\s\S]*Infinity bytes[\s\S]*share of 2[\s\S]*node 1[\s\S]*0 bytes[\s\S]*stride[\s\S]*skew[\s\S]*class[\s\S]*blocked/);
  });
});
