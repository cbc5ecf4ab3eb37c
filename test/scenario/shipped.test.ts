import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { parseOverride } from "../../src/scenario/overrides.ts";
import { readSources } from "../../src/scenario/read-sources.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { compileScenario, runScenario } from "../../src/scenario/run-scenario.ts";
import { Scenario } from "../../src/scenario/scenario.ts";
import { misfits } from "./published-schema.ts";
import { fromPlain, type SourceMap } from "../../src/scenario/source-tree.ts";

const root = join(import.meta.dirname, "../../scenarios");
// Runtimes are no scenarios, but what test/runtimes puts into some.
const isRuntime = (file: string) => /^# From the file that includes it|^knobs:/m.test(readFileSync(join(root, file), "utf8"));
const all = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml")).sort();
const files = all.filter((file) => !isRuntime(file));
const runnable = files.filter((file) => dirname(file) === ".");
const resolved = async (file: string, ...sets: string[]) => resolveScenario(await loadScenario(join(root, file), { overrides: sets.map(parseOverride) }));
const makespanNs = async (file: string, ...sets: string[]) => {
  const scenario = await resolved(file, ...sets);
  return runScenario(scenario).makespanTicks * scenario.tickNs;
};

describe("shipped scenarios", () => {
  it("are there", () => expect(runnable.length).toBeGreaterThanOrEqual(9));

  it.each(all)("%s tells editors its schema, and fits it", (file) => {
    const schema = isRuntime(file) ? "runtime.schema.json" : "scenario.schema.json";
    const text = readFileSync(join(root, file), "utf8");
    expect(text.split("\n")[0]).toBe(`# yaml-language-server: $schema=${relative(dirname(file), schema).replaceAll("\\", "/")}`);
    expect(misfits(schema, parse(text))).toEqual([]);
  }, 60_000);

  it.each(runnable)("%s resolves and compiles", async (file) => {
    const scenario = await resolved(file);
    expect(scenario.warnings).toEqual([]);
    expect(compileScenario(scenario).opCount).toBeGreaterThan(0);
  });

  it.each(files.filter((file) => !runnable.includes(file)))("%s fits the schema when included", async (file) => {
    const part = await readSources(join(root, file));
    const workload = { keyAt: part.at, node: fromPlain({ model: "mlp" }, part.at) };
    expect(() => new Scenario({ ...part, entries: new Map([["workload", workload], ...part.entries]) } satisfies SourceMap, file)).not.toThrow();
  });
});

describe("what their comments say", () => {
  it("quickstart: heft wins, and keeps every device busy", async () => {
    const scenario = await resolved("quickstart.yaml");
    const instance = compileScenario(scenario);
    const traces = scenario.compare.map((scheduler) => runScenario(scenario, { instance, scheduler }));
    const best = Math.min(...traces.map((trace) => trace.makespanTicks));
    expect(traces[0]!.makespanTicks).toBe(best);
    expect(traces.at(-1)!.makespanTicks).toBeGreaterThan(5 * best);
    expect(new Set(traces[0]!.ops.device).size).toBe(4);
  });

  it("task-graph: Graham's anomaly, 12 on three processors and 15 on four", async () => {
    expect(await makespanNs("task-graph.yaml")).toBe(12);
    expect(await makespanNs("task-graph.yaml", "machine.processors=4")).toBe(15);
  });

  it("shared-link: 1 ms + 8 ms + 2 ms, and 5 ms with a wide uplink", async () => {
    expect(await makespanNs("shared-link.yaml")).toBe(11e6);
    expect(await makespanNs("shared-link.yaml", "machine.links[2].bandwidth=64GB/s")).toBe(5e6);
  });

  it("gpt2-two-gpus: dmda moves less than heft and fifo", async () => {
    const scenario = await resolved("gpt2-two-gpus.yaml");
    const instance = compileScenario(scenario);
    const [heft, dmda, eager, fifo] = scenario.compare.map((scheduler) => runScenario(scenario, { instance, scheduler }).transfers.length) as [number, number, number, number];
    expect([dmda < heft, eager < dmda, fifo > 2 * heft]).toEqual([true, true, true]);
  });

  it("own-machine: the change here wins over the included file", async () => {
    const { machine } = await resolved("own-machine.yaml");
    expect(machine.devices.map((device) => [device.name, device.slots])).toEqual([["cpu0", 8], ["gpu0", 4], ["gpu1", 1]]);
  });

  it("inline-graph: each frame is done before the next one comes", async () => {
    const trace = runScenario(await resolved("inline-graph.yaml"));
    for (const [job, end] of [...trace.jobs.endTicks].entries()) expect(end - trace.jobs.arrivalTicks[job]!).toBeLessThan(12e6);
  });
});
