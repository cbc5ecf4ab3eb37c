import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { memoryFiles } from "./memory-files.ts";

const text = `
machine:
  devices:
    small: { kind: cpu, units: 2, peak: { f32: 100 GFLOP/s }, memory: {} }
    large: { kind: cpu, units: 16, peak: { f32: 800 GFLOP/s }, memory: {} }
    gpu: { kind: gpu, units: 16, peak: { f32: 8000 GFLOP/s }, memory: {} }
  links:
    - { between: [small, large], use: pcie4-x16 }
    - { between: [small, gpu], use: pcie4-x16 }
workload: { model: resnet18 }
runtime: pytorch
`;

const resolved = async (cores = "") => {
  const scenario = await loadScenario("/s.yaml", { readFile: memoryFiles({ "/s.yaml": text + cores }) });
  const { threads, machine } = await resolveScenario(scenario);
  return [machine.devices[threads!.device!]!.name, threads!.spec.cores.names.length];
};

describe("the threads of a runtime", () => {
  it("run on the first CPU, or on the one that the scenario names", async () => {
    expect(await resolved()).toEqual(["small", 2]);
    expect(await resolved("cores: { of: large }")).toEqual(["large", 16]);
    expect(await resolved("cores: { of: [small] }")).toEqual(["small", 2]);
  });
  it("need a CPU of that name", async () => {
    await expect(resolved("cores: { of: larg }")).rejects.toThrow('there is no device "larg"');
    await expect(resolved("cores: { of: gpu }")).rejects.toThrow("threads run on CPUs, and gpu is a gpu");
  });
});
