import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { readOrdinaryFile } from "../../src/scenario/read-file.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { memoryFiles } from "./memory-files.ts";

const machine = (units: number, cores: string): string => `machine: {devices: {cpu: {kind: cpu, units: ${units}, launch: 0us, efficiency: {default: 1, matmul: 1}, cores: ${cores}, peak: {f32: 1TFLOP/s}, memory: {capacity: 32GiB, bandwidth: 1000GB/s}}}}\n`;

/** In ms. */
async function spanOf(units: number, cores: string, threads: number): Promise<number> {
  const text = `workload: {graph: {ops: {a: {kind: matmul, flops: 1e9}}}}\n${machine(units, cores)}runtime: {use: onnxruntime-sequential, intra_op_num_threads: ${threads}, node_overhead: 0ns}\nthreadCosts: none\n`;
  const files = memoryFiles({ "a.yaml": text });
  const readFile: typeof readOrdinaryFile = (path) => (path.endsWith("a.yaml") ? files(path) : readOrdinaryFile(path));
  return runScenario(await resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile })).makespanTicks / 1e6;
}

describe("machineOfThreads", () => {
  it("gives a core its part of the peak by its speed, so that all together have it", async () => {
    expect(await spanOf(4, "[{name: core}]", 1)).toBeCloseTo(4, 2);
    // Two cores of speed 1 and two of speed 1/2 are worth three: the first has a third of the peak.
    expect(await spanOf(4, "[{name: big, count: 2}, {name: little, count: 2, speed: 50%}]", 1)).toBeCloseTo(3, 2);
  });
});
