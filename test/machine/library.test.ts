import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { buildMachine } from "../../src/machine/build-machine.ts";
import { kindDefaults } from "../../src/machine/defaults.ts";
import { devices } from "../../src/machine/library/devices.ts";
import { links } from "../../src/machine/library/links.ts";
import { machines } from "../../src/machine/library/machines.ts";
import { figuresOf, sourceOf } from "../../src/machine/resolve-spec.ts";
import { deviceSchema, linkFiguresSchema, machineSchema } from "../../src/machine/schema.ts";

const only = (use: string) => buildMachine(machineSchema.parse({ devices: { it: { use } } })).devices[0]!;

describe("library devices", () => {
  test("there are a dozen or more, of every kind", () => {
    expect(devices.all.length).toBeGreaterThanOrEqual(12);
    expect(new Set(devices.all.map(({ device }) => device.kind))).toEqual(new Set(["cpu", "gpu", "tpu", "fpga", "npu"]));
  });

  test.each(devices.all)("$name: every figure has a source, and every source a figure", ({ device }) => {
    const spec = deviceSchema.parse(device);
    const figures = figuresOf(spec);
    for (const figure of figures) expect(sourceOf(spec.sources ?? {}, figure), figure).toMatch(/\w{3}/);
    for (const source of Object.keys(spec.sources ?? {})) expect(figures.some((figure) => figure === source || figure.startsWith(`${source}.`)), `source ${source} is of nothing`).toBe(true);
  });

  test.each(devices.all)("$name builds, and no figure of it is without source", ({ name }) => {
    const device = only(name);
    expect(device.model).toBe(name);
    expect(Object.values(device.sources)).not.toContain("given");
    expect(Object.keys(device.sources)).toEqual(expect.arrayContaining(["launch", "memoryEfficiency", "efficiency.default"]));
  });

  test.each(devices.all)("$name: narrower types are not slower, ridge points are plausible", ({ name }) => {
    const { peakFlopsPerNs: peak, memoryBytesPerNs, kind, units, systolic } = only(name);
    const order = (["f64", "f32", "tf32", "bf16", "f8"] as const).map((dtype) => peak[dtype]).filter((value) => value !== undefined);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    if (peak.i8 !== undefined) expect(peak.i8).toBeGreaterThanOrEqual(Math.max(peak.f16 ?? 0, peak.bf16 ?? 0));
    if (memoryBytesPerNs !== undefined) {
      const ridge = Math.max(...Object.values(peak)) / memoryBytesPerNs;
      expect(ridge).toBeGreaterThan(kind === "cpu" ? 1 : 10);
      expect(ridge).toBeLessThan(kind === "npu" ? 3000 : kind === "cpu" ? 800 : 900);
    }
    // A systolic array does one multiply-accumulate a cell and cycle: the clock that follows must be a real one.
    if (systolic) {
      const clockGHz = (peak.bf16 ?? peak.i8!) / (2 * units * systolic.rows * systolic.columns);
      expect(clockGHz).toBeGreaterThan(0.4);
      expect(clockGHz).toBeLessThan(1.6);
    }
  });

  test.each(Object.entries(kindDefaults))("defaults of a %s: every figure has a source", (_, defaults) => {
    for (const figure of figuresOf(deviceSchema.parse(defaults))) expect(sourceOf(defaults.sources ?? {}, figure), figure).toMatch(/\w{3}/);
  });
});

describe("library links", () => {
  test.each(links.all)("$name has figures and a source", ({ link }) => {
    const spec = linkFiguresSchema.parse(link);
    expect(spec.latency).toBeGreaterThan(0);
    expect(spec.bandwidth).toBeGreaterThan(0.1);
    expect(spec.bandwidth).toBeLessThan(1000);
    expect(spec.source).toMatch(/\d{2}/);
  });
});

describe("library machines", () => {
  test.each(machines.all)("$name builds; everything is connected", ({ name }) => {
    const machine = buildMachine(machineSchema.parse({ use: name }));
    expect(machine.name).toBe(name);
    for (const { memory: from } of machine.devices) for (const { memory: to } of machine.devices) expect(machine.route(from, to)).toBeDefined();
    for (const link of machine.links) expect(link.source, link.name).toBeDefined();
    // Model inputs live in the memory of the first CPU: it should come first in the listing, too.
    expect(machine.devices[0]!.kind).toBe("cpu");
  });

  test.each(machines.all)("$name printed as YAML and read again is the same machine", ({ machine, name }) => {
    const { route: _, ...again } = buildMachine(machineSchema.parse({ name, ...parse(stringify(machine)) }));
    const { route: __, ...library } = buildMachine(machineSchema.parse({ use: name }));
    expect(again).toEqual(library);
  });

  test("workstation and mixed are what they promise", () => {
    const shape = (use: string) => buildMachine(machineSchema.parse({ use })).devices.map(({ kind }) => kind);
    expect(shape("workstation")).toEqual(["cpu", "gpu"]);
    expect(buildMachine({ use: "workstation" }).devices[0]!.units).toBe(16);
    expect(shape("mixed")).toEqual(["cpu", "gpu", "gpu", "tpu", "fpga", "npu"]);
  });

  test("every device of mixed computes in f32, so that any model runs anywhere", () => {
    for (const device of buildMachine({ use: "mixed" }).devices) expect(device.peakFlopsPerNs.f32, device.name).toBeGreaterThan(0);
  });

  test("DGX-1: six NVLinks at every V100", () => {
    const machine = buildMachine({ use: "dgx-1" });
    const one = 25 * 0.9;
    for (let gpu = 0; gpu < 8; gpu++) {
      const total = machine.links.filter(({ name, ends }) => name.startsWith("nvlink") && ends.includes(`gpu${gpu}.memory`)).reduce((sum, link) => sum + link.bytesPerNs, 0);
      expect(total / one).toBeCloseTo(6, 9);
    }
  });

  test("DGX A100: GPUs talk over NVSwitch, at 600 GB/s both ways together", () => {
    const machine = buildMachine({ use: "dgx-a100" });
    const [a, b] = [machine.devices.findIndex(({ name }) => name === "gpu0"), machine.devices.findIndex(({ name }) => name === "gpu7")];
    const route = machine.route(machine.devices[a]!.memory, machine.devices[b]!.memory)!;
    expect(route.hops.map(({ link }) => machine.links[link]!.name)).toEqual(["nvlink:gpu0-nvswitch", "nvlink:gpu7-nvswitch"]);
    expect(route.bytesPerNs).toBeCloseTo(300 * 0.9, 9);
  });

  test("devices of a laptop share one memory", () => {
    const laptop = buildMachine({ use: "laptop" });
    expect(laptop.memories).toHaveLength(1);
    expect(laptop.devices.map(({ memory }) => memory)).toEqual([0, 0, 0]);
  });
});
