import { describe, expect, test } from "vitest";
import { z } from "zod";
import { dtypeBytes } from "../../src/graph/graph.ts";
import { dtypeNames, machineSchema } from "../../src/machine/schema.ts";

const issues = (input: unknown) => machineSchema.safeParse(input).error?.issues.map((issue) => issue.path.join(".")) ?? [];

describe("machineSchema", () => {
  test("knows every element type of graphs", () => {
    expect([...dtypeNames].sort()).toEqual(Object.keys(dtypeBytes).sort());
  });

  test("reads quantities with their units", () => {
    expect(machineSchema.parse({ devices: { g: { kind: "gpu", peak: { f16: "312TFLOP/s" }, launch: "4us", memory: { capacity: "80GiB" }, efficiency: { conv: "60%" } } } }).devices!["g"]).toEqual({
      kind: "gpu", peak: { f16: 312_000 }, launch: 4000, memory: { capacity: 80 * 2 ** 30 }, efficiency: { conv: 0.6 },
    });
  });

  test.each<[string, unknown, string]>([
    ["an unknown key", { device: {} }, ""],
    ["an unknown key of a device", { devices: { a: { slot: 2 } } }, "devices.a"],
    ["a number without unit", { devices: { a: { launch: 5 } } }, "devices.a.launch"],
    ["a unit of something else", { links: [{ between: ["a", "b"], bandwidth: "5us" }] }, "links.0.bandwidth"],
    ["zero slots", { devices: { a: { slots: 0 } } }, "devices.a.slots"],
    ["half a slot", { devices: { a: { slots: 1.5 } } }, "devices.a.slots"],
    ["no units", { devices: { a: { units: 0 } } }, "devices.a.units"],
    ["an efficiency above 1", { devices: { a: { memoryEfficiency: "120%" } } }, "devices.a.memoryEfficiency"],
    ["a bandwidth of 0", { memories: { m: { bandwidth: 0 } } }, "memories.m.bandwidth"],
    ["an unknown element type", { devices: { a: { peak: { fp16: "1TFLOP/s" } } } }, "devices.a.peak"],
    ["a link with one end", { links: [{ between: ["a"], bandwidth: "1GB/s" }] }, "links.0.between"],
    ["a name with spaces", { devices: { "my gpu": {} } }, "devices.my gpu"],
  ])("refuses %s", (_, input, path) => {
    expect(issues(input)).toContain(path);
  });

  test("has a JSON Schema", () => {
    const schema = z.toJSONSchema(machineSchema, { io: "input" });
    expect(Object.keys((schema.properties as object) ?? {})).toContain("devices");
    expect(schema.additionalProperties).toBe(false);
  });
});
