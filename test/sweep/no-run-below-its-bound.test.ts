import { describe, expect, it } from "vitest";
import { compileScenario } from "../../src/scenario/run-scenario.ts";
import { CellRunner } from "../../src/sweep/cell-runner.ts";
import { compareOverSeeds } from "../../src/sweep/compare-over-seeds.ts";
import { openSetting, shareSetting } from "../../src/sweep/worker-setting.ts";
import { resolved } from "../runtimes/run-runtime.ts";

const arrivals = { instances: 6, arrivals: { rate: "100/s" } };
const threads = ["fair", "fifo"];

/** Whatever moves a bound: who runs operators and how, luck, arrivals, devices that change, operators that run several times. */
const scenarios: Readonly<Record<string, object>> = {
  "arrivals under a runtime": { workload: { model: "resnet18", ...arrivals }, machine: "laptop", runtime: "onnxruntime-sequential", compareThreads: threads },
  "a runtime with noise": { workload: { model: "mlp", instances: 3 }, machine: "laptop", noise: 0.2, runtime: "openmp", compareThreads: threads },
  "a runtime on cores of its own": { workload: { model: "mlp", ...arrivals }, machine: "laptop", runtime: "openmp", cores: [{ count: 2, smt: 2, speed: 1.5 }, { count: 3, speed: 0.5 }], compareThreads: threads },
  "a runtime that launches on a GPU": { workload: { model: "mlp", ...arrivals }, machine: "workstation", noise: 0.1, runtime: { use: "pytorch", device: "cuda" }, compareThreads: threads },
  "arrivals under schedulers": { workload: { model: "resnet18", ...arrivals }, machine: "mixed", compare: ["heft", "dmda"] },
  "noise, and schedulers that run operators several times": { workload: { model: "mlp" }, machine: "mixed", noise: 0.3, compare: ["heft", "hld"] },
  "devices that become faster": { workload: { model: "resnet18", instances: 3 }, machine: { use: "workstation", without: ["gpu0"] }, noise: 0.05, events: [{ at: "0ms", device: "cpu0", speed: 4 }], compare: ["heft", "fifo"] },
};

describe("comparisons", () => {
  it.each(Object.keys(scenarios))("have no run below its bound: %s", async (name) => {
    const scenario = await resolved(scenarios[name]!);
    for (const [first, seeds] of [[0, 1], [1, 1], [2, 1], [0, 3]] as const) {
      const { schedulers, lowerBoundNs, failures } = await compareOverSeeds({ ...scenario, seed: first }, { seeds, workers: 0, by: "makespan" });
      expect(failures).toEqual([]);
      for (const { name: policy, gap, mean } of schedulers) {
        expect.soft(gap, `${policy}, ${seeds} seeds from ${first}`).toBeGreaterThanOrEqual(0);
        expect.soft(mean.value, `${policy}, ${seeds} seeds from ${first}`).toBeGreaterThanOrEqual(lowerBoundNs!);
      }
    }
  });

  it("have the same bounds in worker threads as here", async () => {
    const scenario = await resolved(scenarios["a runtime with noise"]!);
    const setting = { instance: compileScenario(scenario), variations: [undefined], schedulers: scenario.compareThreads, scheduler: scenario.scheduler, threads: scenario.threads!, sync: scenario.sync, firstSeed: 0 };
    const there = new CellRunner(await openSetting(structuredClone(shareSetting(setting)!), new Int32Array(new SharedArrayBuffer(16))));
    const here = new CellRunner(setting);
    for (const quick of [true, false]) expect(there.bound(1, quick, false)).toBe(here.bound(1, quick, false));
  });
});
