import { describe, expect, it } from "vitest";
import { buildMachine } from "../../../src/machine/build-machine.ts";
import { devices } from "../../../src/machine/library/devices.ts";
import { machineSchema, type MachineInput } from "../../../src/machine/schema.ts";
import { MemorySystem, memorySystemOf } from "../../../src/memory/system/index.ts";
import { access, GiB, KiB, MiB } from "./spec.ts";

const system = (machine: MachineInput, options?: Parameters<typeof memorySystemOf>[1]) => memorySystemOf(buildMachine(machineSchema.parse(machine)), options);

describe("memorySystemOf", () => {
  it("numbers hardware threads device by device, the second ones of the cores last, and puts them on nodes and caches", () => {
    const { threads, memory } = system({ use: "server" });
    expect(threads.names.length).toBe(384);
    expect([threads.names[0], threads.names[1], threads.names[2], threads.names[383]]).toEqual(["cpu0.0a", "cpu0.1a", "cpu0.2a", "cpu1.95b"]);
    expect([threads.physical[0], threads.physical[1], threads.physical[192]]).toEqual([0, 1, 0]);
    expect([threads.node[0], threads.node[383]]).toEqual([0, 1]);
    expect(memory.nodes.map(({ name, bytesPerNs }) => [name, bytesPerNs])).toEqual([["cpu0.memory", 460.8], ["cpu1.memory", 460.8]]);
    expect(memory.distance).toEqual([[10, 19], [19, 10]]);
    expect(memory.caches.filter(({ level }) => level === 3).length).toBe(24);
    expect(memory.caches.find(({ name }) => name === "cpu1.l3.0")!.cores.length).toBe(16);
    expect(memory.interconnects!.map(({ name, pairs }) => [name, pairs])).toEqual([
      ["xgmi (cpu0.memory to cpu1.memory)", [[0, 1]]], ["xgmi (cpu1.memory to cpu0.memory)", [[1, 0]]],
    ]);
    expect(system({ use: "server" }, { smt: 1 }).threads.names.length).toBe(192);
    expect(new MemorySystem(memory, []).resources.filter(({ kind }) => kind === "memory" || kind === "interconnect").length).toBe(4);
  });

  it("divides a CPU into nodes", () => {
    const { threads, memory } = system({ devices: { cpu0: { use: "amd-epyc-7763", numa: { nodes: 4, bandwidth: "50GB/s" } } } }, { smt: 1 });
    expect(memory.nodes.map(({ capacityBytes }) => capacityBytes / GiB)).toEqual([128, 128, 128, 128]);
    expect([threads.node[0], threads.node[15], threads.node[16], threads.node[63]]).toEqual([0, 0, 1, 3]);
    expect(memory.distance![0]).toEqual([10, 12, 12, 12]);
    expect(memory.interconnects!.length).toBe(12);
  });

  it("knows clusters that share a memory: one node, and cores by their peaks", () => {
    const { threads, memory } = system({ use: "phone" });
    expect([...threads.speed].map((speed) => Number(speed.toFixed(3)))).toEqual([1, 1, 0.412, 0.412, 0.158, 0.158, 0.158, 0.158]);
    expect(memory.nodes.length).toBe(1);
  });

  it("shares the peak of a CPU between its cores by their speeds", () => {
    const cpu = { kind: "cpu" as const, units: 4, peak: { f32: "100GFLOP/s" }, memory: { capacity: "8GiB" } };
    const { threads } = system({ devices: { cpu0: { ...cpu }, cpu1: { ...cpu, cores: [{ name: "big", count: 2 }, { name: "little", count: 2, speed: "50%" }] } }, links: [{ between: ["cpu0", "cpu1"], bandwidth: "10GB/s" }] });
    // 25 GFLOP/s each; 33.3 and 16.7.
    expect([...threads.speed].map((speed) => Number(speed.toFixed(3)))).toEqual([1, 1, 1, 1, 1.333, 1.333, 0.667, 0.667]);
  });

  it("takes disk, swap and divided caches", () => {
    const { memory } = system({
      devices: { cpu0: {
        kind: "cpu", units: 4, peak: { f32: "100GFLOP/s" }, cores: [{ threads: 1 }],
        memory: { capacity: "8GiB", latency: "90ns", swap: "4GiB", disk: { bandwidth: "3GB/s", latency: "80us", queue: 32 } },
        caches: { l3: { capacity: "8MiB", cores: 4, ways: 16, divide: { ways: [12, 4] } } },
      } },
    });
    expect(memory.disk).toEqual({ name: "cpu0.memory.disk", bytesPerNs: 3, latencyNs: 80_000, queue: 32, readAheadBytes: 128 * KiB });
    expect(memory.swapBytes).toBe(4 * GiB);
    expect(memory.caches[0]!.shares).toEqual([0.75, 0.25]);
    expect(memory.nodes[0]!.latencyNs).toBe(90);
  });

  it("measures what lines take where others measured it too", () => {
    const milan = new MemorySystem(system({ devices: { cpu: { use: "amd-epyc-7763", count: 2 } }, links: [{ between: ["cpu0", "cpu1"], use: "xgmi2", lanes: 4 }] }, { smt: 1 }).memory, []);
    // Within a die of EPYC 7R13 23 ns, to another 107, to the other socket 197.
    expect(milan.lineTransferNs(0, 7)).toBe(23);
    expect(milan.lineTransferNs(0, 8)).toBeGreaterThan(107 * 0.9);
    expect(milan.lineTransferNs(0, 64)).toBeCloseTo(197, -1);
  });

  it.each(devices.all.filter(({ device }) => device.kind === "cpu"))("$name: each level is larger and slower than the one before", ({ name }) => {
    const { memory } = system({ devices: { cpu0: { use: name } } }, { smt: 1 });
    const own = [1, 2, 3].map((level) => memory.caches.find((cache) => cache.level === level && cache.cores.includes(0))!);
    for (const [inner, outer] of [[own[0]!, own[1]!], [own[1]!, own[2]!]] as const) {
      expect(outer.capacityBytes).toBeGreaterThan(inner.capacityBytes);
      expect(outer.latencyNs).toBeGreaterThan(inner.latencyNs);
      expect(outer.bytesPerNs).toBeLessThanOrEqual(inner.bytesPerNs);
    }
    expect(memory.nodes[0]!.latencyNs).toBeGreaterThan(own[2]!.latencyNs);
    // The steps of a sweep that grows: never faster, and slower beyond the last cache than within the first.
    const sets = [16 * KiB, 200 * KiB, 1.5 * MiB, 512 * MiB];
    const rates = sets.map((set) => {
      const one = new MemorySystem(memory, [access({ bytes: 16 * set, workingSetBytes: set })]);
      const region = one.addRegion({ bytes: set, placement: "first-touch" });
      one.enter(0, 0, 0, region);
      one.leave(0);
      one.enter(0, 0, 0, region);
      return (16 * set) / one.aloneNs;
    });
    for (let i = 1; i < rates.length; i++) expect(rates[i]!).toBeLessThanOrEqual(rates[i - 1]! * 1.0001);
    expect(rates[0]! / rates[3]!).toBeGreaterThan(1.5);
  });
});
