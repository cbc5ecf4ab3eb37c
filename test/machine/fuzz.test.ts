import fc from "fast-check";
import { expect, test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { buildMachine } from "../../src/machine/build-machine.ts";
import { machineSchema, type MachineInput } from "../../src/machine/schema.ts";

const name = fc.constantFrom("cpu", "cpu0", "gpu", "gpu0", "gpu1", "hbm", "host", "switch", "pcie-gpu0", "gpu0.memory", "gpu0.1");
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const memory = fc.record({ capacity: fc.constant("1GiB"), bandwidth: fc.constantFrom("1GB/s", "100GB/s") }, { requiredKeys: [] });
const split = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constantFrom({ instances: 2, memory: "25%" }, { instances: 3, units: 1 }, [{ units: 2, memory: "60%" }, { units: 1, memory: "30%" }]));
const device = fc.record({
  split: fc.option(split, { nil: undefined, freq: 1 }),
  use: fc.constantFrom("nvidia-t4", "amd-epyc-7763", "nvidia-t5"), kind: fc.constantFrom("cpu", "gpu", "fpga"), count: fc.integer({ min: 1, max: 3 }), slots: fc.integer({ min: 1, max: 3 }),
  units: fc.integer({ min: 1, max: 4 }), width: fc.integer({ min: 1, max: 5 }), memory: fc.oneof(name, memory), peak: fc.constant({ f32: "1TFLOP/s" }), efficiency: fc.constantFrom("50%", { conv: "10%" }),
}, { requiredKeys: ["peak", "kind"] });
const link = fc.record({ name, use: fc.constantFrom("pcie4-x16", "pcie9"), between: fc.tuple(name, name), bandwidth: fc.constant("1GB/s"), lanes: fc.integer({ min: 1, max: 2 }) }, { requiredKeys: ["between"] });
const machine = fc.record({
  use: optional(fc.constantFrom("workstation", "mixed", "dgx-a100", "laptop")), without: optional(fc.array(name, { maxLength: 2 })), devices: optional(fc.dictionary(name, device, { maxKeys: 4 })),
  memories: optional(fc.dictionary(name, memory, { maxKeys: 2 })), switches: optional(fc.array(name, { maxLength: 2 })), links: optional(fc.array(link, { maxLength: 4 })),
});

test("any machine section either builds, whole and connected, or is refused with paths into itself", () => {
  let built = 0;
  fc.assert(fc.property(machine, (input) => {
    const section = machineSchema.parse(JSON.parse(JSON.stringify(input)) as MachineInput);
    try {
      const { devices, memories, links, route } = buildMachine(section);
      built++;
      expect(new Set([...devices, ...memories].map((item) => item.name)).size).toBe(devices.length + memories.length);
      expect(new Set(links.map((item) => item.name)).size).toBe(links.length);
      for (const a of devices) {
        expect(a.width).toBeLessThanOrEqual(a.units);
        for (const b of devices) expect(route(a.memory, b.memory)).toBeDefined();
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const issue of error.issues) expect(Object.keys(machineSchema.shape), issue.message).toContain(issue.path?.[0] ?? "devices");
    }
  }), { seed: 3, numRuns: 1000 });
  expect(built).toBeGreaterThan(100);
});
