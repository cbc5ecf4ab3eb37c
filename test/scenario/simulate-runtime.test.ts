import { describe, expect, test } from "vitest";
import { buildMachine, GraphBuilder, simulateRuntime, type CostModel, type Machine } from "../../src/index.ts";

const computer = (cores: number): Machine => buildMachine({ devices: { cpu: { kind: "cpu", units: cores, peak: { f32: 1 }, memory: {} } } });
const costs: CostModel = { name: "1 ms", estimate: () => ({ ns: 1e6, fixedNs: 0, sigma: 0, limit: "compute", source: "test", memoryBytesPerNs: 0, extrapolated: false }) };

/** Two operators beside each other, and one after both. */
function diamond() {
  const builder = new GraphBuilder("diamond");
  const [left, right, last] = ["left", "right", "last"].map((name) => builder.op({ kind: "work", flops: 1 }, name));
  builder.feed(builder.output(left!, 4), last!);
  builder.feed(builder.output(right!, 4), last!);
  return builder.build();
}

const graph = diamond();
const on = async (cores: number, runtime: { use: string; [knob: string]: unknown }, instances = 1) => simulateRuntime({ graph, machine: computer(cores), costs, runtime: { node_overhead: "0ns", ...runtime }, instances });
const near = (ticks: number, ms: number): void => expect(Math.abs(ticks / 1e6 / ms - 1)).toBeLessThan(0.02);

describe("simulateRuntime", () => {
  test("one operator after the other, each on one thread", async () => {
    const trace = await on(4, { use: "onnxruntime-sequential", intra_op_num_threads: 1 });
    near(trace.makespanTicks, 3);
    expect(trace.scheduler).toBe("onnxruntime-sequential");
  });
  test("threads share the work of an operator", async () => near((await on(4, { use: "onnxruntime-sequential", intra_op_num_threads: 4 })).makespanTicks, 0.75));
  test("operators side by side: with three threads between them, two", async () => {
    near((await on(4, { use: "onnxruntime-parallel", inter_op_num_threads: 3, intra_op_num_threads: 1 })).makespanTicks, 2);
    near((await on(4, { use: "onnxruntime-parallel", inter_op_num_threads: 2, intra_op_num_threads: 1 })).makespanTicks, 3);
  });
  test("instances run one after the other", async () => near((await on(4, { use: "onnxruntime-sequential", intra_op_num_threads: 1 }, 5)).makespanTicks, 15));
  test("what is wrong, by name", async () => {
    await expect(on(1, { use: "onnxruntime-sequentiel" })).rejects.toThrow('there is no runtime "onnxruntime-sequentiel"');
    await expect(on(1, { use: "openmp", threads: 2 })).rejects.toThrow("threads");
    const gpu = buildMachine({ devices: { gpu: { kind: "gpu", units: 1, peak: { f32: 1 }, memory: {} } } });
    await expect(simulateRuntime({ graph, machine: gpu, costs, runtime: { use: "openmp" } })).rejects.toThrow("the machine has none");
  });
});
