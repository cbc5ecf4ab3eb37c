import { describe, expect, test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { buildMachine } from "../../src/machine/build-machine.ts";
import { machineSchema, type MachineInput } from "../../src/machine/schema.ts";

const build = (input: MachineInput) => buildMachine(machineSchema.parse(input));

/** [code, path] of everything that is wrong. */
function problems(input: MachineInput): string[] {
  try {
    build(input);
  } catch (error) {
    if (error instanceof InputError) return error.issues.map((issue) => `${issue.code} ${issue.path?.join(".")}`);
    throw error;
  }
  return [];
}

const gpu = { kind: "gpu", units: 108, peak: { f16: "312TFLOP/s", f32: "19.5TFLOP/s" } } as const;
const tiny = { kind: "cpu", peak: { f32: "1GFLOP/s" } } as const;

describe("buildMachine", () => {
  test("an inline machine in canonical units", () => {
    const machine = build({
      name: "bench",
      devices: {
        cpu0: { kind: "cpu", units: 16, slots: 4, memory: "host", peak: { f32: "2TFLOP/s" }, launch: "1us", unitBandwidth: "20GB/s", efficiency: "50%", memoryEfficiency: 0.9, fuses: false },
        gpu0: { ...gpu, memory: "hbm", launch: "4us", power: { idle: "50W", busy: "400W" }, pricePerHour: 2.5 },
      },
      memories: { host: { capacity: "64GiB", bandwidth: "80GB/s" }, hbm: { capacity: "80GiB", bandwidth: "2039GB/s" } },
      links: [{ between: ["host", "hbm"], latency: "1.3us", bandwidth: "31.5GB/s", duplex: "half", sharing: "unlimited" }],
    });
    expect(machine.name).toBe("bench");
    expect(machine.memories).toEqual([{ id: 0, name: "host", capacityBytes: 64 * 2 ** 30, bytesPerNs: 80 }, { id: 1, name: "hbm", capacityBytes: 80 * 2 ** 30, bytesPerNs: 2039 }]);
    expect(machine.devices[0]).toMatchObject({
      id: 0, name: "cpu0", kind: "cpu", slots: 4, units: 16, width: 4, memory: 0, memoryBytesPerNs: 80, peakFlopsPerNs: { f32: 2000 }, unitBytesPerNs: 20,
      launchNs: 1000, efficiency: { default: 0.5 }, memoryEfficiency: 0.9, fuses: false,
    });
    expect(machine.devices[0]).not.toHaveProperty("model");
    expect(machine.devices[1]).toMatchObject({ id: 1, slots: 1, width: 108, memory: 1, launchNs: 4000, peakFlopsPerNs: { f16: 312_000, f32: 19_500 }, power: { idleWatts: 50, busyWatts: 400 }, pricePerHour: 2.5 });
    expect(machine.links).toEqual([{ id: 0, name: "host-hbm", ends: ["host", "hbm"], latencyNs: 1300, bytesPerNs: 31.5, duplex: "half", sharing: "unlimited" }]);
    expect(machine.route(1, 0)).toEqual({ from: 1, to: 0, hops: [{ link: 0, forward: false }], latencyNs: 1300, bytesPerNs: 31.5 });
  });

  test("a library device with overrides: own figures win key by key, and say so", () => {
    const [device] = build({ devices: { cpu0: { use: "amd-epyc-7763", slots: 4, peak: { f32: "4TFLOP/s" }, memory: { capacity: "1TiB" }, efficiency: { conv: "10%" } } } }).devices;
    expect(device).toMatchObject({ model: "amd-epyc-7763", slots: 4, width: 16, peakFlopsPerNs: { f64: 2508.8, f32: 4000 }, memoryBytesPerNs: 204.8 });
    expect(device!.efficiency).toMatchObject({ conv: 0.1, matmul: 0.8 });
    expect(device!.sources).toMatchObject({ "peak.f32": "given", slots: "given", "memory.capacity": "given", "efficiency.conv": "given" });
    expect(device!.sources["peak.f64"]).toContain("2.45 GHz");
    expect(device!.sources["memory.bandwidth"]).toContain("EPYC 7763");
    expect(device!.sources["efficiency.matmul"]).toContain("BLIS");
  });

  test("one bare efficiency replaces the whole table", () => {
    expect(build({ devices: { g: { use: "nvidia-t4", efficiency: "30%" } } }).devices[0]!.efficiency).toEqual({ default: 0.3 });
  });

  test("an FPGA gets the pipeline of its kind, other devices none", () => {
    const machine = build({ devices: { f: { kind: "fpga", peak: { i8: "1TOP/s" }, pipeline: { initiationInterval: 2 } }, c: { ...tiny, memory: "f" } } });
    expect(machine.devices[0]!.pipeline).toEqual({ clockGHz: 0.3, initiationInterval: 2, depthCycles: 100, reconfigureNs: 100e6 });
    expect(machine.devices[1]).not.toHaveProperty("pipeline");
  });

  test("devices share a memory by naming it, or one another", () => {
    const machine = build({ devices: { a: { ...tiny, memory: "b" }, b: { ...tiny, memory: "c" }, c: { ...tiny, memory: { bandwidth: "5GB/s" } } } });
    expect(machine.memories.map(({ name }) => name)).toEqual(["c.memory"]);
    expect(machine.devices.map(({ memory, memoryBytesPerNs }) => [memory, memoryBytesPerNs])).toEqual([[0, 5], [0, 5], [0, 5]]);
  });

  test("repeated devices get names, memories and links of their own", () => {
    const machine = build({ devices: { cpu: tiny, gpu: { ...gpu, count: 3 } }, links: [{ between: ["cpu", "gpu"], use: "pcie4-x16" }, { name: "mesh", between: ["gpu", "gpu"], use: "nvlink3", lanes: 4 }] });
    expect(machine.devices.map(({ name }) => name)).toEqual(["cpu", "gpu0", "gpu1", "gpu2"]);
    expect(machine.memories.map(({ name }) => name)).toEqual(["cpu.memory", "gpu0.memory", "gpu1.memory", "gpu2.memory"]);
    expect(machine.links.map(({ name }) => name)).toEqual(["cpu-gpu0", "cpu-gpu1", "cpu-gpu2", "mesh:gpu0-gpu1", "mesh:gpu0-gpu2", "mesh:gpu1-gpu2"]);
    expect(machine.links[3]!.bytesPerNs).toBeCloseTo(4 * 25 * 0.9, 9);
    expect(build({ devices: { core0: { ...tiny, count: 2, memory: "m" } }, memories: { m: {} } }).devices.map(({ name }) => name)).toEqual(["core0-0", "core0-1"]);
  });

  test("an entry named like a copy overrides that copy alone", () => {
    const machine = build({ use: "dgx-a100", devices: { gpu3: { slots: 2, peak: { f16: "100TFLOP/s" } }, gpu: { launch: "9us" } } });
    expect(machine.devices.map(({ name, slots, launchNs }) => [name, slots, launchNs]).slice(2, 7)).toEqual([["gpu0", 1, 9000], ["gpu1", 1, 9000], ["gpu2", 1, 9000], ["gpu3", 2, 9000], ["gpu4", 1, 9000]]);
    expect(machine.devices[5]!.peakFlopsPerNs).toMatchObject({ f16: 100_000, f32: 19_500 });
    expect(machine.devices[4]!.peakFlopsPerNs.f16).toBe(312_000);
  });

  test("copies can be left out, and more be made", () => {
    const fewer = build({ use: "dgx-a100", without: ["gpu1", "cpu1", "gpu4", "gpu5", "gpu6", "gpu7"] });
    expect(fewer.devices.map(({ name }) => name)).toEqual(["cpu0", "gpu0", "gpu2", "gpu3"]);
    expect(fewer.links.map(({ name }) => name)).toEqual(["pcie-gpu0", "pcie-gpu2", "pcie-gpu3", "nvlink:gpu0-nvswitch", "nvlink:gpu2-nvswitch", "nvlink:gpu3-nvswitch"]);
    expect(build({ use: "tpu-host", devices: { tpu: { count: 6 } } }).devices).toHaveLength(7);
    const half = build({ use: "dgx-a100", devices: { gpu: { count: 4 } } });
    expect(half.devices.map(({ name }) => name)).toEqual(["cpu0", "cpu1", "gpu0", "gpu1", "gpu2", "gpu3"]);
    expect(half.links.map(({ name }) => name)).toEqual(["sockets", "pcie-gpu0", "pcie-gpu1", "pcie-gpu2", "pcie-gpu3", ...[0, 1, 2, 3].map((gpu) => `nvlink:gpu${gpu}-nvswitch`)]);
    expect(build({ use: "workstation", without: ["gpu0"] }).links).toEqual([]);
    expect(build({ use: "dgx-a100", without: ["gpu"] }).devices.map(({ name }) => name)).toEqual(["cpu0", "cpu1"]);
  });

  test("NVLink beats PCIe between GPUs; the host is reached over PCIe", () => {
    const machine = build({
      devices: { cpu: tiny, gpu: { ...gpu, count: 2 } },
      links: [{ name: "pcie", between: ["cpu", "gpu"], use: "pcie4-x16" }, { name: "nvlink", between: ["gpu", "gpu"], use: "nvlink3", lanes: 12 }],
    });
    const names = (from: number, to: number) => machine.route(from, to)!.hops.map(({ link }) => machine.links[link]!.name);
    expect(names(1, 2)).toEqual(["nvlink"]);
    expect(names(0, 2)).toEqual(["pcie:cpu-gpu1"]);
  });

  test("two links between the same ends keep apart", () => {
    const two = { between: ["a", "b"], bandwidth: "1GB/s" } as const satisfies NonNullable<MachineInput["links"]>[number] | object;
    const machine = build({ devices: { a: tiny, b: tiny }, links: [{ ...two, between: ["a", "b"] }, { ...two, between: ["a", "b"] }] });
    expect(machine.links.map(({ name }) => name)).toEqual(["a-b", "a-b#2"]);
  });

  test("a library machine, changed by name", () => {
    const machine = build({
      use: "mixed", without: ["fpga0", "npu0"],
      devices: { gpu0: { slots: 2 }, gpu1: { use: "nvidia-v100-pcie-32gb" }, gpu9: { ...gpu, memory: "cpu0" } },
      links: [{ name: "pcie-gpu0", latency: "2us" }],
    });
    expect(machine.name).toBe("mixed");
    expect(machine.devices.map(({ name, model, slots }) => [name, model, slots])).toEqual([
      ["cpu0", "amd-epyc-7763", 4], ["gpu0", "nvidia-a100-pcie-40gb", 2], ["gpu1", "nvidia-v100-pcie-32gb", 1], ["tpu0", "google-tpu-v4i", 1], ["gpu9", undefined, 1],
    ]);
    expect(machine.links.map(({ name }) => name)).toEqual(["pcie-gpu0", "pcie-gpu1", "pcie-tpu0"]);
    expect(machine.links[0]).toMatchObject({ latencyNs: 2000, bytesPerNs: 31.5 * 0.78 });
  });

  test("processors: so many, or these", () => {
    expect(build({ processors: 3 }).devices.map(({ name }) => name)).toEqual(["P1", "P2", "P3"]);
    const named = build({ processors: ["x", "y"] });
    expect(named.devices.map(({ name }) => name)).toEqual(["x", "y"]);
    expect(named.route(0, 1)?.bytesPerNs).toBe(1);
  });
});

describe("buildMachine refuses", () => {
  test.each<[string, MachineInput, string[]]>([
    ["an unknown machine", { use: "workstatoin" }, ["unknown-machine use"]],
    ["an unknown device model", { devices: { a: { use: "nvidia-a100" } } }, ["unknown-device devices.a.use"]],
    ["an unknown link model", { devices: { a: tiny, b: { ...tiny, memory: "a" } }, links: [{ between: ["a", "b"], use: "pcie9" }] }, ["unknown-link links.0.use"]],
    ["leaving out what is not there", { use: "mixed", without: ["gpu0", "gpu7"] }, ["unknown-device without.1"]],
    ["a broken device once, not again with its links", { devices: { a: tiny, b: { use: "nvidia-t5", count: 2 } }, links: [{ between: ["a", "b"], bandwidth: "1GB/s" }, { between: ["a", "b1"], bandwidth: "1GB/s" }] }, ["unknown-device devices.b.use"]],
    ["no kind", { devices: { a: { peak: { f32: "1GFLOP/s" } } } }, ["missing-kind devices.a"]],
    ["no peak", { devices: { a: { kind: "cpu" } } }, ["missing-peak devices.a"]],
    ["no devices", {}, ["no-devices "]],
    ["an unknown memory", { devices: { a: { ...tiny, memory: "hmb" } }, memories: { hbm: {} } }, ["unknown-memory devices.a.memory"]],
    ["memories that name each other in a circle", { devices: { a: { ...tiny, memory: "b" }, b: { ...tiny, memory: "a" } } }, ["unknown-memory devices.a.memory", "unknown-memory devices.b.memory"]],
    ["a width above the units", { devices: { a: { ...tiny, units: 4, width: 5 } } }, ["bad-width devices.a.width"]],
    ["an unknown link end", { devices: { a: tiny, b: { ...tiny, memory: "a" } }, links: [{ between: ["a", "swich"], bandwidth: "1GB/s" }], switches: ["switch"] }, ["unknown-memory links.0.between.1"]],
    ["a link added to a used machine, at its own place", { use: "mixed", links: [{ name: "pcie-gpu0", latency: "1us" }, { between: ["gpu0", "gpu7"], bandwidth: "1GB/s" }] }, ["unknown-memory links.1.between.1"]],
    ["processors of a library machine", { use: "mixed", processors: 3 }, ["bad-machine use"]],
    ["a link without ends", { devices: { a: tiny }, links: [{ bandwidth: "1GB/s" }] }, ["missing-ends links.0"]],
    ["a link without bandwidth", { devices: { a: tiny, b: { ...tiny, memory: "a" } }, links: [{ between: ["a", "b"] }] }, ["missing-bandwidth links.0"]],
    ["a link to itself", { devices: { a: tiny }, links: [{ between: ["a", "a"], bandwidth: "1GB/s" }] }, ["bad-link links.0.between"]],
    ["a device nobody can reach", { devices: { a: tiny, b: tiny } }, ["disconnected-device devices.b"]],
    ["one name for two things", { devices: { gpu: { ...tiny, count: 2, memory: "m" }, "g-1": { ...tiny, memory: "m" } }, memories: { m: {}, "g-1": {} }, switches: ["m"] }, ["duplicate-name devices.g-1", "duplicate-name switches.0"]],
    ["processors beside devices", { processors: 2, devices: { a: tiny } }, ["bad-machine devices"]],
  ])("%s", (_, input, expected) => {
    expect(problems(input)).toEqual(expected);
  });

  test("all problems at once, with what to do", () => {
    expect(() => build({ devices: { a: { ...tiny, width: 2 }, b: { use: "nvidia-t5" } } })).toThrow(/at most 1[\s\S]*did you mean nvidia-t4\b|did you mean nvidia-t4\b[\s\S]*at most 1/);
    expect(() => build({ devices: { a: tiny, b: tiny } })).toThrow(/nothing connects b with a/);
    expect(() => build({ use: "mixed", links: [{ name: "pcie_gpu0", latency: "1us" }] })).toThrow("or change a link that is there: did you mean pcie-gpu0");
  });
});

test("says how the machine of a file is taken", () => {
  expect(() => buildMachine({ use: "./mine.yaml" })).toThrow("hint: a file that has a section machine is included: include: ./mine.yaml");
});
