import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { buildMachine } from "../../src/machine/build-machine.ts";
import type { Machine } from "../../src/machine/machine.ts";
import { machineSchema, type DeviceInput, type MachineInput } from "../../src/machine/schema.ts";

const build = (machine: MachineInput): Machine => buildMachine(machineSchema.parse(machine));
const cpu = (more: DeviceInput): MachineInput => ({ devices: { cpu0: { kind: "cpu", units: 8, peak: { f32: "100GFLOP/s" }, ...more } } });

function issues(machine: MachineInput): string[] {
  try {
    build(machine);
  } catch (error) {
    if (error instanceof InputError) return error.issues.map(({ code, path }) => `${code} at ${path?.join(".")}`);
    throw error;
  }
  return [];
}

describe("what a CPU is made of", () => {
  it("is absent where it was not described, but for pages", () => {
    const [device] = build(cpu({})).devices;
    expect([device!.cores, device!.caches, device!.numa, device!.tlb]).toEqual([undefined, undefined, undefined, undefined]);
    expect(device!.pages).toEqual({ bytes: 4096, hugeBytes: 2 ** 21, faultNs: 500, zeroBytesPerNs: 10 });
  });

  it("big and little cores: those that are left, and as fast as their clocks", () => {
    const [device] = build(cpu({ cores: [{ name: "big", count: 2, threads: 2, clock: "3GHz", outstanding: 20 }, { name: "little", clock: "1.5GHz" }, { name: "slow", count: 1, clock: "1GHz", speed: "10%" }] })).devices;
    expect(device!.cores).toEqual([
      { name: "big", count: 2, threads: 2, clockGHz: 3, speed: 1, outstanding: 20 },
      { name: "little", count: 5, threads: 1, clockGHz: 1.5, speed: 0.5, outstanding: 10 },
      { name: "slow", count: 1, threads: 1, clockGHz: 1, speed: 0.1, outstanding: 10 },
    ]);
  });

  it("caches by level, with what is not said left open", () => {
    const [device] = build(cpu({ caches: { l1: { capacity: "32KiB", ways: 8, latency: "1ns", bandwidth: "64GB/s" }, l3: { capacity: "16MiB", cores: 4, bandwidth: "20GB/s", transfer: "23ns", victim: true } } })).devices;
    expect(device!.caches).toEqual([
      { level: 1, capacityBytes: 32_768, cores: 1, ways: 8, latencyNs: 1, bytesPerNs: 64, sharedBytesPerNs: 64, victim: false },
      { level: 3, capacityBytes: 2 ** 24, cores: 4, latencyNs: 0, bytesPerNs: 20, sharedBytesPerNs: 80, transferNs: 23, victim: true },
    ]);
  });

  it("a scenario changes one figure of one cache of the library", () => {
    const [device] = build({ devices: { cpu0: { use: "amd-epyc-7763", caches: { l3: { capacity: "96MiB" } } } } }).devices;
    expect(device!.caches![2]).toMatchObject({ capacityBytes: 96 * 2 ** 20, cores: 8, latencyNs: 18.8 });
    expect(device!.caches![1]!.capacityBytes).toBe(2 ** 19);
    expect([device!.sources["caches.l3"], device!.sources["caches.l1"]?.startsWith("AMD")]).toEqual(["given", true]);
  });

  it("a CPU of the library with fewer cores keeps its caches, one for all that are left", () => {
    const [device] = build({ devices: { cpu0: { use: "amd-epyc-7763", units: 4 } } }).devices;
    expect([device!.caches![2]!.cores, device!.cores![0]!.count]).toEqual([4, 4]);
  });

  it("nodes, TLBs, disk and swap", () => {
    const machine = build(cpu({
      numa: { nodes: 2, distance: 16, bandwidth: "40GB/s" }, tlb: { levels: [{ entries: 64, hugeEntries: 32 }, { entries: 1024, latency: "3ns" }], walk: "20ns", walkers: 2 },
      memory: { capacity: "8GiB", latency: "90ns", swap: "4GiB", disk: { bandwidth: "3GB/s" } },
    }));
    expect(machine.devices[0]!.numa).toEqual({ nodes: 2, distance: [[10, 16], [16, 10]], remote: 21, bytesPerNs: 40 });
    expect(machine.devices[0]!.tlb).toEqual({ levels: [{ entries: 64, hugeEntries: 32, latencyNs: 0 }, { entries: 1024, hugeEntries: 1024, latencyNs: 3 }], walkNs: 20, walkers: 2 });
    expect(machine.memories[0]).toMatchObject({ latencyNs: 90, swapBytes: 4 * 2 ** 30, disk: { bytesPerNs: 3, latencyNs: 0, queue: 1, readAheadBytes: 131_072 } });
  });

  it("a split GPU leaves times alone", () => {
    const { memories } = build({ use: "workstation", devices: { gpu0: { split: 2, memory: { latency: "300ns" } } } });
    expect(memories.filter(({ name }) => name.startsWith("gpu0")).map(({ latencyNs }) => latencyNs)).toEqual([300, 300]);
  });

  it.each<readonly [string, MachineInput, readonly string[]]>([
    ["caches of a GPU", { devices: { gpu0: { kind: "gpu", peak: { f32: "1TFLOP/s" }, caches: {}, numa: {} } } }, ["bad-device at devices.gpu0.caches", "bad-device at devices.gpu0.numa"]],
    ["more cores than units", cpu({ cores: [{ count: 9 }] }), ["bad-cores at devices.cpu0.cores"]],
    ["fewer cores than units", cpu({ cores: [{ count: 2 }, { count: 2 }] }), ["bad-cores at devices.cpu0.cores"]],
    ["no core left for a type", cpu({ cores: [{ count: 8 }, {}] }), ["bad-cores at devices.cpu0.cores"]],
    ["two types without count", cpu({ cores: [{ name: "a" }, { name: "b" }] }), ["bad-cores at devices.cpu0.cores"]],
    ["two types of one name", cpu({ cores: [{ name: "a", count: 4 }, { name: "a" }] }), ["duplicate-name at devices.cpu0.cores.1.name"]],
    ["a cache without capacity", cpu({ caches: { l2: {} } }), ["missing-capacity at devices.cpu0.caches.l2"]],
    ["more ways than there are", cpu({ caches: { l3: { capacity: "8MiB", ways: 16, divide: { ways: [12, 5] } } } }), ["bad-cache at devices.cpu0.caches.l3.divide"]],
    ["ways that are not known", cpu({ caches: { l3: { capacity: "8MiB", divide: { ways: [1] } } } }), ["missing-ways at devices.cpu0.caches.l3.divide"]],
    ["more colours than there are", cpu({ caches: { l3: { capacity: "1MiB", ways: 16, divide: { colours: [12, 5] } } } }), ["bad-cache at devices.cpu0.caches.l3.divide"]],
    ["no colours", cpu({ pages: { size: "2MiB" }, caches: { l3: { capacity: "8MiB", ways: 16, divide: { colours: [1] } } } }), ["bad-cache at devices.cpu0.caches.l3.divide"]],
    ["nodes that do not divide the cores", cpu({ numa: { nodes: 3 } }), ["bad-numa at devices.cpu0.numa.nodes"]],
    ["a table of the wrong size", cpu({ numa: { nodes: 2, distance: [[10]] } }), ["bad-numa at devices.cpu0.numa.distance"]],
    ["a node that is far from itself", cpu({ numa: { nodes: 2, distance: [[11, 12], [12, 10]] } }), ["bad-numa at devices.cpu0.numa.distance"]],
    ["a TLB without levels", cpu({ tlb: {} }), ["missing-levels at devices.cpu0.tlb"]],
    ["swap without a disk", cpu({ memory: { swap: "1GiB" } }), ["missing-disk at devices.cpu0.memory.swap"]],
  ])("refuses %s", (_, machine, expected) => expect(issues(machine)).toEqual(expected));

  it.each<readonly [string, unknown, RegExp]>([
    ["a size without unit", { caches: { l1: { capacity: 32 } } }, /no unit/],
    ["an unknown level", { caches: { l5: {} } }, /l5/],
    ["a distance below 10", { numa: { nodes: 2, distance: 5 } }, /10 is local/],
    ["no hardware thread", { cores: [{ threads: 0 }] }, />=1/],
    ["a disk without bandwidth", { memory: { disk: {} } }, /bandwidth/],
  ])("refuses %s", (_, more, message) => {
    const { success, error } = machineSchema.safeParse(cpu(more as DeviceInput));
    expect([success, JSON.stringify(error?.issues)]).toEqual([false, expect.stringMatching(message)]);
  });
});
