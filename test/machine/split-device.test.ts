import { describe, expect, test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { buildMachine } from "../../src/machine/build-machine.ts";
import { machineSchema, type DeviceInput, type MachineInput } from "../../src/machine/schema.ts";

const build = (input: MachineInput) => buildMachine(machineSchema.parse(input));
const a100 = "nvidia-a100-pcie-40gb";
const beside = (gpu0: DeviceInput, more: Partial<MachineInput> = {}) => build({
  devices: { cpu0: { kind: "cpu", peak: { f32: "1TFLOP/s" } }, gpu0 }, links: [{ between: ["cpu0", "gpu0"], latency: "10us", bandwidth: "20GB/s" }], ...more,
});
const gpu: DeviceInput = { kind: "gpu", units: 8, peak: { f32: "8TFLOP/s", f16: "16TFLOP/s" }, memory: { capacity: "8GiB", bandwidth: "800GB/s" }, power: { idle: "8W", busy: "80W" }, pricePerHour: 4 };

function problems(make: () => unknown): string[] {
  try {
    make();
  } catch (error) {
    if (error instanceof InputError) return error.issues.map(({ code, path, message }) => `${code} ${path?.join("/")}: ${message}`);
    throw error;
  }
  return [];
}

describe("split", () => {
  test("equal parts: units, peaks, memory, power and price", () => {
    const { devices, memories } = beside({ ...gpu, split: 4 });
    expect(devices.map(({ name }) => name)).toEqual(["cpu0", "gpu0.0", "gpu0.1", "gpu0.2", "gpu0.3"]);
    for (const device of devices.slice(1)) {
      expect(device).toMatchObject({ kind: "gpu", slots: 1, units: 2, width: 2, peakFlopsPerNs: { f32: 2000, f16: 4000 }, memoryBytesPerNs: 200, launchNs: 5000, power: { idleWatts: 2, busyWatts: 20 }, pricePerHour: 1 });
      expect(memories[device.memory]).toMatchObject({ name: `${device.name}.memory`, capacityBytes: 2 * 2 ** 30, bytesPerNs: 200 });
    }
    expect(new Set(devices.map(({ memory }) => memory)).size).toBe(5);
  });

  test("units are whole, and peaks are those of the units an instance has", () => {
    const device = beside({ use: a100, split: 7 }).devices[1]!;
    expect(device.units).toBe(15);
    expect(device.peakFlopsPerNs.f16).toBeCloseTo((312_000 * 15) / 108, 6);
    expect(device.memoryBytesPerNs).toBeCloseTo(1555 / 7, 6);
    expect(device.model).toBe(a100);
    expect(device.sources["peak.f16"]).toMatch(/data sheet.*; an instance of 15 of 108 units and 14.29 % of the memory$/);
    expect(device.sources["launch"]).not.toContain("instance");
  });

  test("a MIG profile: seven 1g.5gb of an A100 with 14 multiprocessors and an eighth of the memory each", () => {
    const { devices, memories } = beside({ use: a100, split: { instances: 7, units: 14, memory: "12.5%" } });
    expect(devices).toHaveLength(8);
    expect(devices[7]).toMatchObject({ units: 14, memoryBytesPerNs: 1555 / 8 });
    expect(memories[devices[7]!.memory]!.capacityBytes).toBe(5 * 2 ** 30);
    // Together they draw what the board does, though ten units and an eighth of the memory are in none of them.
    expect(devices.slice(1).reduce((sum, { power }) => sum + power!.busyWatts, 0)).toBeCloseTo(250, 9);
  });

  test("unequal instances: 3g.20gb and two 2g.10gb", () => {
    const { devices, memories } = beside({ use: a100, split: [{ units: 42, memory: "50%" }, { instances: 2, units: 28, memory: "25%" }] });
    expect(devices.slice(1).map(({ name, units, memory }) => [name, units, memories[memory]!.capacityBytes / 2 ** 30])).toEqual([["gpu0.0", 42, 20], ["gpu0.1", 28, 10], ["gpu0.2", 28, 10]]);
  });

  test("the link stays one, and all instances are behind it; between them data goes through host memory", () => {
    const { links, route, devices } = beside({ ...gpu, split: 2 });
    expect(links).toMatchObject([{ name: "cpu0-gpu0", bytesPerNs: 20 }]);
    const [host, first, second] = devices.map(({ memory }) => memory) as [number, number, number];
    for (const instance of [first, second]) expect(route(host, instance)).toMatchObject({ hops: [{ link: 0, forward: true }], latencyNs: 10_000, bytesPerNs: 20 });
    const between = { hops: [{ link: 0, forward: false }, { link: 0, forward: true }], latencyNs: 20_000, bytesPerNs: 20 };
    expect(route(first, second)).toEqual({ from: first, to: second, ...between });
    expect(route(second, first)).toEqual({ from: second, to: first, ...between });
    expect(route(first, first)?.hops).toEqual([]);
  });

  test("a half duplex link carries what goes between instances twice", () => {
    const { route, devices } = beside({ ...gpu, split: 2 }, { links: [{ between: ["cpu0", "gpu0"], bandwidth: "20GB/s", duplex: "half" }] });
    expect(route(devices[1]!.memory, devices[2]!.memory)?.bytesPerNs).toBe(10);
    expect(route(devices[0]!.memory, devices[2]!.memory)?.bytesPerNs).toBe(20);
  });

  test("copies can be split, all or one of them, in a machine of the library", () => {
    const machine = build({ use: "dgx-a100", devices: { gpu: { split: 2 } } });
    expect(machine.devices.filter(({ kind }) => kind === "gpu").map(({ name }) => name).slice(0, 4)).toEqual(["gpu0.0", "gpu0.1", "gpu1.0", "gpu1.1"]);
    expect(machine.links).toHaveLength(build({ use: "dgx-a100" }).links.length);
    // Through the CPU's memory, not through that of another GPU, though NVLink would be nearer.
    const [a, b] = machine.devices.filter(({ name }) => name.startsWith("gpu0.")) as [(typeof machine.devices)[0], (typeof machine.devices)[0]];
    expect(machine.route(a.memory, b.memory)!.hops.map(({ link }) => machine.links[link]!.name)).toEqual(["pcie-gpu0", "pcie-gpu0"]);
    expect(build({ use: "dgx-a100", devices: { gpu1: { split: 3 } } }).devices.map(({ name }) => name).slice(2, 7)).toEqual(["gpu0", "gpu1.0", "gpu1.1", "gpu1.2", "gpu2"]);
  });

  test("an entry of its name overrides an instance, and without leaves it out", () => {
    const machine = build({ use: "workstation", devices: { gpu0: { split: 4 }, "gpu0.1": { launch: "9us", slots: 2 } }, without: ["gpu0.3"] });
    expect(machine.devices.map(({ name, launchNs, slots }) => [name, launchNs, slots]).slice(1)).toEqual([["gpu0.0", 5000, 1], ["gpu0.1", 9000, 2], ["gpu0.2", 5000, 1]]);
    expect(build({ use: "workstation", devices: { gpu0: { split: 4 } }, without: ["gpu0"] }).devices.map(({ name }) => name)).toEqual(["cpu0"]);
  });

  test("what cannot be split says why and where", () => {
    expect(problems(() => build({ use: "workstation", devices: { cpu0: { split: 2 } } }))).toEqual(["bad-split devices/cpu0/split: cpu0 is a cpu, and only GPUs can be split"]);
    expect(problems(() => beside({ ...gpu, split: 9 }))).toEqual(["bad-split devices/gpu0/split: gpu0 has 8 units, too few for 9 instances"]);
    expect(problems(() => beside({ ...gpu, split: { instances: 4, units: 3 } }))).toEqual(["bad-split devices/gpu0/split: the instances of gpu0 have 12 units together, but it has 8"]);
    expect(problems(() => beside({ ...gpu, split: { instances: 4, memory: "30%" } }))).toEqual(["bad-split devices/gpu0/split: the instances of gpu0 have 120 % of its memory together"]);
    expect(problems(() => beside({ ...gpu, split: 2, copyEngines: 1 }))).toEqual(["bad-split devices/gpu0/split: gpu0 cannot be split: which copyEngines an instance has is not modelled"]);
    expect(problems(() => beside({ ...gpu, split: 2, memory: "cpu0" }))[0]).toBe("bad-split devices/gpu0/split: gpu0 cannot be split: its memory is cpu0, and instances have memories of their own");
    expect(problems(() => build({ devices: { gpu0: { ...gpu, split: 2 } } }))).toEqual(["disconnected-device devices/gpu0: nothing connects gpu0.1 with gpu0.0"]);
    expect(problems(() => beside({ ...gpu, split: 2 }, { memories: { gpu0: {} } }))[0]).toMatch(/^duplicate-name devices\/gpu0: a memory and a split device are both named gpu0/);
    expect(problems(() => beside({ ...gpu, split: 2 }, { links: ["gpu0", "gpu0.1", "gpu0.0.memory"].map((end) => ({ between: ["cpu0", end], bandwidth: "1GB/s" })) }))).toEqual([
      "bad-link links/1/between/1: a link cannot end at gpu0.1: instances share the links of gpu0", "bad-link links/2/between/1: a link cannot end at gpu0.0.memory: instances share the links of gpu0",
    ]);
    expect(problems(() => build({ use: "dgx-a100", devices: { gpu: { split: 64, units: 4 } } }))).toEqual(["bad-split devices/gpu/split: gpu0 has 4 units, too few for 64 instances"]);
    expect(machineSchema.safeParse({ devices: { gpu0: { ...gpu, split: 0 } } }).success).toBe(false);
    expect(machineSchema.safeParse({ devices: { gpu0: { ...gpu, split: 65 } } }).success).toBe(false);
  });
});
