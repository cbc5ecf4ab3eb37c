import { describe, expect, test } from "vitest";
import type { InputError } from "../../src/base/errors.ts";
import { buildCostModel, defaultCostModel } from "../../src/cost/build-cost-model.ts";
import { chainModels } from "../../src/cost/chain.ts";
import { constantModel } from "../../src/cost/constant.ts";
import { pipelineModel } from "../../src/cost/pipeline.ts";
import { peakFlopsPerNs } from "../../src/cost/precision.ts";
import { costSchema, type CostInput } from "../../src/cost/schema.ts";
import { tableModel } from "../../src/cost/table.ts";
import { buildMachine } from "../../src/machine/build-machine.ts";
import { device, opClass } from "./make.ts";

const relu = opClass({ kind: "relu", flops: 1000, readBytes: 4000, writeBytes: 4000 });

describe("precision", () => {
  test.each([
    ["its own peak", { f16: 10, f32: 5 }, "f16", 10],
    ["half precision in f32", { f32: 5 }, "bf16", 5],
    ["f32 in f64", { f64: 2 }, "f32", 2],
    ["f32 never in f16 or tf32", { f16: 10, tf32: 8 }, "f32", undefined],
    ["f32 never in i8", { i8: 100 }, "f32", undefined],
    ["tf32 in f32", { f32: 5 }, "tf32", 5],
    ["i8 in i32 before f32", { i32: 7, f32: 5 }, "i8", 7],
    ["i8 in f16, which holds it exactly", { f16: 6 }, "i8", 6],
    ["bool as u8, then i8", { i8: 9 }, "bool", 9],
    ["i64 at the rate of f32", { f32: 5 }, "i64", 5],
    ["f64 in nothing else", { f32: 5 }, "f64", undefined],
  ] as const)("%s", (_, peaks, dtype, expected) => {
    expect(peakFlopsPerNs(peaks, dtype)).toBe(expected);
  });
});

describe("pipeline", () => {
  // 100 flop/ns on 10 pipelines at 0.5 GHz: 200 operations start every cycle of 2 ns.
  const fpga = device({ kind: "fpga", launchNs: 5, pipeline: { clockGHz: 0.5, initiationInterval: 1, depthCycles: 10, reconfigureNs: 1e6 } });
  const model = pipelineModel();

  test("launch, fill, then one group of operations each initiation interval", () => {
    expect(model.estimate(opClass({ kind: "matmul", flops: 1000 }), fpga, 10)).toEqual({
      ns: 5 + 20 + 5 * 2, fixedNs: 25, sigma: 0, memoryBytesPerNs: 0, limit: "launch", source: "pipeline(figures given)", extrapolated: false, configuration: "matmul",
    });
    expect(model.estimate(opClass({ kind: "matmul", flops: 1001 }), fpga, 10)?.ns).toBe(5 + 20 + 6 * 2);
  });

  test("an interval of 3 takes thrice the cycles, half the width twice", () => {
    const slow = { ...fpga, pipeline: { ...fpga.pipeline!, initiationInterval: 3 } };
    expect(model.estimate(opClass({ kind: "matmul", flops: 100_000 }), slow, 10)).toMatchObject({ ns: 25 + 500 * 3 * 2, limit: "compute" });
    expect(model.estimate(opClass({ kind: "matmul", flops: 100_000 }), fpga, 5)?.ns).toBe(25 + 1000 * 2);
  });

  test("memory can be the limit", () => {
    expect(model.estimate(opClass({ kind: "relu", flops: 200, readBytes: 10_000 }), fpga, 10)).toMatchObject({ ns: 25 + 100, limit: "memory", memoryBytesPerNs: 100 });
  });

  test("views are free and need no kernel; one design for everything needs none either", () => {
    expect(model.estimate(opClass({ kind: "reshape" }), fpga, 10)).not.toHaveProperty("configuration");
    expect(model.estimate(relu, { ...fpga, pipeline: { ...fpga.pipeline!, reconfigureNs: 0 } }, 10)).not.toHaveProperty("configuration");
  });

  test("other devices and types are not its business", () => {
    expect(model.estimate(relu, device(), 10)).toBeUndefined();
    expect(model.estimate({ ...relu, dtype: "f64" }, fpga, 10)).toBeUndefined();
    expect(defaultCostModel().estimate(relu, fpga, 10)?.source).toBe("pipeline(figures given)");
    expect(defaultCostModel().estimate(relu, device(), 10)?.source).toBe("roofline(figures given)");
  });
});

describe("table", () => {
  const model = tableModel([
    { kind: "conv", shape: { kh: 1 }, device: "d", ns: 1 },
    { kind: "conv", dtype: "i8", ns: 2 },
    { kind: "conv", device: "gpu", ns: 3, sigma: 0.1 },
    { kind: "conv", device: "nvidia-t4", ns: 4 },
    { kind: "relu", ns: 5 },
  ], "kernels.csv");
  const conv = opClass({ kind: "conv", shape: { kh: 3, kw: 3 } });

  test("the first row that matches kind, shape, type and device", () => {
    expect(model.estimate({ ...conv, shape: { kh: 1, kw: 3 } }, device(), 1)?.ns).toBe(1);
    expect(model.estimate({ ...conv, dtype: "i8" }, device(), 1)?.ns).toBe(2);
    expect(model.estimate(conv, device({ kind: "gpu", model: "nvidia-t4" }), 1)).toEqual({ ns: 3, fixedNs: 0, sigma: 0.1, memoryBytesPerNs: 0, limit: "given", source: "table kernels.csv", extrapolated: false });
    expect(model.estimate(conv, device({ model: "nvidia-t4" }), 1)?.ns).toBe(4);
    expect(model.estimate(relu, device(), 1)?.ns).toBe(5);
  });

  test("knows nothing else", () => {
    expect(model.estimate(conv, device(), 1)).toBeUndefined();
    expect(model.estimate(opClass({ kind: "add" }), device(), 1)).toBeUndefined();
  });
});

test("constant and chain", () => {
  expect(constantModel(12).estimate(relu, device(), 1)).toMatchObject({ ns: 12, limit: "given", source: "constant" });
  const chain = chainModels([tableModel([{ kind: "relu", device: "gpu", ns: 3 }]), constantModel(9)]);
  expect(chain.name).toBe("table → constant");
  expect(chain.estimate(relu, device({ kind: "gpu" }), 1)?.ns).toBe(3);
  expect(chain.estimate(relu, device(), 1)?.ns).toBe(9);
  expect(chainModels([]).estimate(relu, device(), 1)).toBeUndefined();
});

describe("cost section", () => {
  const build = (input: CostInput) => buildCostModel(costSchema.parse(input));

  test.each<[string, CostInput, number | undefined, string | undefined]>([
    ["a word", "roofline", 80, "roofline(figures given)"],
    ["a duration", "3us", 3000, "constant"],
    ["one model", { constant: "4us" }, 4000, "constant"],
    ["true for no changes", { roofline: true }, 80, "roofline(figures given)"],
    ["changes", { roofline: { memoryEfficiency: "50%", launch: "1us" } }, 1160, "roofline(figures given)"],
    ["one efficiency for all", { roofline: { efficiency: "5%" } }, 200, "roofline(figures given)"],
    ["rows", { table: [{ kind: "relu", time: "7ns" }] }, 7, "table scenario"],
    ["times by kind", { table: { relu: "8ns" } }, 8, "table scenario"],
    ["times by kind and device", { table: { relu: { d: "9ns", gpu: "1ns" } } }, 9, "table scenario"],
    ["a table that says nothing", { table: { add: "8ns" } }, undefined, undefined],
    ["a chain", [{ table: { add: "8ns" } }, { table: { relu: { gpu: "1ns" } } }, "5ns"], 5, "constant"],
  ])("%s", (_, input, ns, source) => {
    const estimate = build(input).estimate(relu, device(), 10);
    expect([estimate?.ns, estimate?.source]).toEqual([ns, source]);
  });

  test("without a section, from the data sheets", () => {
    expect(buildCostModel().estimate(relu, device(), 10)?.ns).toBe(80);
  });

  test("a table may name devices of the machine, models and kinds, and nothing else", () => {
    const machine = buildMachine({ use: "workstation" });
    const paths = (input: CostInput) => {
      try {
        buildCostModel(costSchema.parse(input), machine);
      } catch (error) {
        return (error as InputError).issues.map(({ path, hint }) => `${path?.join(".")} ${hint}`);
      }
      return [];
    };
    expect(paths([{ table: { relu: { gpu0: "1us", gpu: "1us", "nvidia-t4": "1us", tpu: "1us" } } }, { table: [{ kind: "relu", time: "1us" }, { kind: "relu", device: "cpu0", time: "1us" }] }])).toEqual([]);
    expect(paths({ table: { relu: { gpu1: "1us" } } })).toEqual(["table.relu.gpu1 did you mean gpu or gpu0?"]);
    expect(paths(["roofline", { table: [{ kind: "relu", device: "cpu9", time: "1us" }] }])).toEqual([expect.stringContaining("1.table.0.device did you mean cpu")]);
  });

  test.each<[string, unknown]>([
    ["two models in one entry", { table: {}, constant: "1us" }], ["none", {}], ["an unknown model", { roofine: true }], ["a bare number", 5], ["an empty list", []],
    ["an efficiency above 1", { roofline: { efficiency: 2 } }], ["an unknown word", "magic"],
  ])("refuses %s", (_, input) => {
    expect(costSchema.safeParse(input).success).toBe(false);
  });
});
