import { describe, expect, it } from "vitest";
import type { InputError, SimulationError } from "../../src/base/errors.ts";
import { analyzeRun } from "../../src/scenario/analyze-run.ts";
import { compareSchedulers } from "../../src/scenario/compare-schedulers.ts";
import { fullHome } from "../../src/scenario/home-room.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { weightsBeyondMemories } from "../../src/scenario/weights-room.ts";
import { compileScenario, runScenario } from "../../src/scenario/run-scenario.ts";
import { CellRunner } from "../../src/sweep/cell-runner.ts";
import { compareOverSeeds } from "../../src/sweep/compare-over-seeds.ts";
import { openSetting, shareSetting } from "../../src/sweep/worker-setting.ts";
import { computeMetrics } from "../../src/trace/metrics.ts";
import { loadTrace, saveTrace } from "../../src/trace/saved-trace.ts";
import { formatResult } from "../../src/trace/text.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
import { memoryFiles } from "./memory-files.ts";

/** Six layers forward and back, with 100 MB each; the GPU has a copy of nothing else. */
const layers = ["f0", "f1", "f2", "f3", "f4", "f5"];
const base = [
  "workload:", "  graph:", "    ops:", ...[...layers, ...layers.map((_, i) => `b${i}`)].map((op) => `      ${op}: {kind: conv, time: {gpu: 20ms}, output: 100MB}`),
  `    edges: [${layers.join(" -> ")}, f5 -> b5, b5 -> b4 -> b3 -> b2 -> b1 -> b0, ${[0, 1, 2, 3, 4].map((i) => `f${i} -> b${i + 1}`).join(", ")}]`,
  "machine: workstation", "scheduler: heft", "",
].join("\n");
/** Line on which what is added begins. */
const first = base.split("\n").length;

async function resolve(text: string) {
  const readFile = memoryFiles({ "a.yaml": base + text });
  return resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile });
}
async function issues(work: () => Promise<unknown>): Promise<readonly object[]> {
  const error = await work().then(() => undefined, (thrown: unknown) => thrown);
  return (error as InputError | SimulationError).issues.map(({ code, line, column }) => ({ code, ...(line !== undefined && { line: line - first, column }) }));
}
const small = (rest: string): string => `memory:\n  allocator: first-fit\n  memories: {gpu0: {capacity: 500MB}}\n${rest}`;

describe("the section memory", () => {
  it("says what does not fit, and where", async () => {
    expect(await issues(() => resolve("memory:\n  allocator: budy\n  spillTo: gpu9\n  memories: {gpu7: {capacity: 1GB}}\n"))).toEqual([
      { code: "unknown-allocator", line: 1, column: 14 }, { code: "unknown-memory", line: 2, column: 12 }, { code: "unknown-memory", line: 3, column: 14 },
    ]);
    expect(await issues(() => resolve("memory:\n  allocator: {use: buddy, minBlock: 100B}\n"))).toEqual([{ code: "bad-value", line: 1, column: 37 }]);
    expect(await issues(() => resolve("memory:\n  allocator: {use: buddy, block: 1kB}\n"))).toEqual([{ code: "unknown-key", line: 1, column: 27 }]);
    expect(await issues(() => resolve("memory:\n  memories: {gpu0: {}, gpu0.memory: {}}\n"))).toEqual([{ code: "duplicate-name", line: 1, column: 24 }]);
  });

  it("refuses an allocator that is smaller than a tensor, naming it", async () => {
    const scenario = await resolve("memory:\n  memories:\n    gpu0: {allocator: buddy, capacity: 120MiB}\n");
    const error = await issues(async () => compileScenario(scenario));
    expect(error).toEqual([{ code: "tensor-too-large", line: 2, column: 40 }]);
    expect(() => compileScenario(scenario)).toThrow(/tensor "f0:out" of 95.4 MiB does not fit into memory "gpu0.memory": the largest block of buddy there is 64.0 MiB/);
  });

  it("refuses a capacity in which a weight can never lie with an operator that reads it", async () => {
    const vgg = (capacity: string) => memoryFiles({ "v.yaml": `workload: {model: vgg19}\nmachine: {devices: {cpu: {kind: cpu, units: 8, peak: {f32: 1TFLOP/s}, memory: {capacity: 16GB, bandwidth: 50GB/s}}}}\nmemory: {memories: {cpu: {capacity: ${capacity}}}}\n` });
    const compiled = async (capacity: string) => compileScenario(await resolveScenario(await loadScenario("v.yaml", { readFile: vgg(capacity) }), { readFile: vgg(capacity) }));
    const error = (await compiled("300MB").then(() => undefined, (thrown: unknown) => thrown)) as InputError;
    expect(error.issues.map(({ code, line }) => [code, line])).toEqual([["tensor-too-large", 3]]);
    expect(error.message).toMatch(/of 392 MiB does not fit into memory "cpu.memory"/);
    await expect(compiled("600MB")).resolves.toBeDefined();
    // Each of the weights fits, and not all of them together.
    const together = (await compiled("500MB").then(() => undefined, (thrown: unknown) => thrown)) as InputError;
    expect(together.issues.map(({ code, line }) => [code, line])).toEqual([["weights-too-large", 3]]);
    expect(together.message).toMatch(/the weights take 548 MiB, and the memories that they can lie in have 477 MiB in all/);
  });

  it("counts the memories together in which weights can lie, and no others", async () => {
    const instanceWith = async (cpu: string, gpu: string, npu: string) => {
      const device = (kind: string, capacity: string, dtype = "f32"): string => `{kind: ${kind}, peak: {${dtype}: 1TFLOP/s}, memory: {capacity: ${capacity}, bandwidth: 50GB/s}}`;
      const readFile = memoryFiles({ "v.yaml": `workload: {model: vgg19}\nmachine:\n  devices: {cpu: ${device("cpu", cpu)}, gpu: ${device("gpu", gpu)}, npu: ${device("npu", npu, "i8")}}\n  links: [{between: [cpu, gpu], bandwidth: 10GB/s}, {between: [cpu, npu], bandwidth: 10GB/s}]\n` });
      return compileScenario(await resolveScenario(await loadScenario("v.yaml", { readFile }), { readFile }));
    };
    expect(weightsBeyondMemories(await instanceWith("400MiB", "100MiB", "900GiB"))).toBe("the weights take 548 MiB, and the memories that they can lie in have 500 MiB in all");
    expect(weightsBeyondMemories(await instanceWith("400MiB", "150MiB", "1MiB"))).toBeUndefined();
  });

  it("counts the weights that are the host's with what else lies there from the start", async () => {
    const compiled = async (capacity: string, weights: string) => {
      const readFile = memoryFiles({ "v.yaml": `workload: {model: vgg19, weights: ${weights}, instances: 2}\nmachine: workstation\nmemory:\n  onFull: spill\n  spillTo: gpu0\n  memories: {cpu0: {capacity: ${capacity}}}\n` });
      return resolveScenario(await loadScenario("v.yaml", { readFile }), { readFile });
    };
    const host = await compiled("450MiB", "host");
    const error = (await Promise.resolve().then(() => compileScenario(host)).catch((thrown: unknown) => thrown)) as InputError;
    expect(error.issues.map(({ code, line }) => [code, line])).toEqual([["inputs-too-large", 6]]);
    // The input of the second image comes later.
    expect(error.message).toContain('the inputs and weights that lie in "cpu0.memory" from the start take 549 MiB, and it has 450 MiB');
    expect(() => runScenario({ ...host, memory: undefined } as never)).not.toThrow();
    expect(compileScenario(await compiled("550MiB", "host"))).toBeDefined();
    expect(compileScenario(await compiled("450MiB", "resident"))).toBeDefined();
    const instance = compileScenario({ ...host, memory: undefined } as never);
    expect(fullHome(instance)?.memory).toBe(0);
    // What takes no time may have been read and given up at once.
    expect(fullHome({ ...instance, costTicks: instance.costTicks.map(() => 0) })).toBeUndefined();
  });

  it("lists only what has its room, and who else asks, when a memory is full", async () => {
    const text = [
      "workload:", "  graph:", "    ops:", ...["a", "b", "c", "d"].map((op) => `      ${op}: {kind: conv, time: {gpu: 1ms}, output: 60MB}`), "      e: {kind: conv, time: {gpu: 1ms}, output: 1MB}",
      "    edges: [a -> e, b -> e, c -> e, d -> e]", "machine: {use: workstation, devices: {gpu0: {slots: 4}}}", "scheduler: heft", "memory: {allocator: first-fit, memories: {gpu0: {capacity: 100MB}}}", "",
    ].join("\n");
    const readFile = memoryFiles({ "o.yaml": text });
    const scenario = await resolveScenario(await loadScenario("o.yaml", { readFile }), { readFile });
    let message = "";
    try {
      runScenario(scenario);
    } catch (error) {
      message = (error as SimulationError).message;
    }
    expect(message).toContain('"b" wants 57.2 MiB for "b:out", and 38.1 MiB of 95.4 MiB are free\nalive there: 1 tensor of 57.2 MiB\n');
    expect(message).toContain("\nalso asking now: c:out, d:out");
  });

  it("is paid for only where it is given: the schedule is the same", async () => {
    const [plain, kept] = [runScenario(await resolve("")), runScenario(await resolve("memory: {}\n"))];
    expect(kept.digest).toBe(plain.digest);
    expect([plain.memory, kept.memory?.map(({ allocator }) => allocator)]).toEqual([undefined, ["caching", "caching"]]);
  });

  it("gives the result and the text a block", async () => {
    const scenario = await resolve("memory: {allocator: first-fit}\n");
    const metrics = analyzeRun(scenario, runScenario(scenario));
    // f0 … f5 and b5 while b5 runs, from 120 ms on.
    expect(metrics.memory).toMatchObject([{ name: "gpu0.memory", allocator: "first-fit", peakLiveBytes: 7e8, peakNs: 120e6, peakReservedBytes: 7e8, allocations: 12, aliveCount: 7 }]);
    expect(metrics.memory![0]!.alive.at(-1)).toEqual({ tensor: "b5:out", bytes: 1e8, sinceNs: 120e6, untilNs: 160e6 });
    expect(formatResult(metrics)).toContain("memory       gpu0.memory (first-fit): 668 MiB live at 120 ms");
  });

  it("ends a run that has no room, unless tensors may leave", async () => {
    expect(await issues(async () => runScenario(await resolve(small(""))))).toEqual([{ code: "out-of-memory" }]);
    for (const how of ["spill", "recompute"] as const) {
      const scenario = await resolve(small(`  onFull: ${how}\n`));
      const trace = runScenario(scenario);
      const metrics = analyzeRun(scenario, trace);
      expect(metrics.memory!.find(({ name }) => name === "gpu0.memory")!.peakLiveBytes).toBe(5e8);
      expect(metrics.memoryRelief).toMatchObject({ how, tensors: 2, bytes: 2e8 });
      // Nothing here shares its bytes, so both count the same; a tensor that is carried is never there twice.
      expect(metrics.memories.filter(({ name }) => metrics.memory!.some((one) => one.name === name)).map(({ name, peakBytes }) => [name, peakBytes])).toEqual(metrics.memory!.map(({ name, peakLiveBytes }) => [name, peakLiveBytes]));
      // The device that carries tensors has a slot that does not count.
      expect(metrics.utilization).toBeCloseTo(metrics.devices.find(({ name }) => name === "gpu0")!.utilization / 2, 9);
      expect(verifyTrace(trace)).toEqual([]);
      const saved = loadTrace([...saveTrace(trace)].join(""));
      expect([verifyTrace(saved), computeMetrics(saved).utilization]).toEqual([[], metrics.utilization]);
      expect(formatResult(metrics)).toContain(how === "spill" ? "2 tensors of 191 MiB spilled" : "2 tensors of 191 MiB dropped and made again");
    }
  });

  it("holds in comparisons, here and in other threads", async () => {
    const scenario = await resolve(small("  onFull: spill\ncompare: [heft, peft]\n"));
    const alone = runScenario(scenario).makespanTicks;
    expect(compareSchedulers(scenario)[0]!.metrics!.makespanNs).toBe(alone);
    expect([...(await compareOverSeeds(scenario, { seeds: 1, workers: 0 })).schedulers.find(({ name }) => name === "heft")!.makespansNs]).toEqual([alone]);
    const setting = { instance: compileScenario(scenario), variations: [undefined], schedulers: scenario.compare, sync: scenario.sync, firstSeed: 0, memory: scenario.memory! };
    const opened = await openSetting(structuredClone(shareSetting(setting)!), new Int32Array(4));
    expect(new CellRunner(opened).run(0, 0, 0).makespanNs).toBe(alone);
  });
});
