import { describe, expect, it } from "vitest";
import type { InputError } from "../../src/base/errors.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { compileScenario, runScenario } from "../../src/scenario/run-scenario.ts";
import { openSetting, shareSetting } from "../../src/sweep/worker-setting.ts";
import { compareOverSeeds } from "../../src/sweep/compare-over-seeds.ts";
import { memoryFiles } from "./memory-files.ts";

const base = "workload: {model: mlp, batch: 4}\nmachine: mixed\nscheduler: dmda\n";
async function resolve(text: string) {
  const readFile = memoryFiles({ "a.yaml": base + text });
  return resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile });
}
async function issues(text: string): Promise<unknown> {
  const error = await resolve(text).then(() => undefined, (thrown: unknown) => thrown);
  return (error as InputError).issues.map(({ code, line, column, hint }) => ({ code, line, column, ...(hint !== undefined && { hint }) }));
}

describe("information", () => {
  it("names devices by name, model or kind, the closest first", async () => {
    const { information, machine } = await resolve("information: {mode: none, factor: {gpu: 3, gpu0: 2}}");
    expect(information).toEqual({ mode: "none", factor: Object.fromEntries(machine.devices.filter(({ kind }) => kind === "gpu").map(({ name }) => [name, name === "gpu0" ? 2 : 3])) });
  });

  it("does not show in a run where it is exact", async () => {
    const [plain, exact] = [runScenario(await resolve("")), runScenario(await resolve("information: {mode: exact}"))];
    expect(exact.digest).toBe(plain.digest);
    expect("estimateTicks" in exact.instance).toBe(false);
  });

  it("is told where it is wrong", async () => {
    expect(await issues("information: {factor: {gpu9: 2}}")).toEqual([{ code: "unknown-device", line: 4, column: 30, hint: expect.stringContaining("gpu0") }]);
    expect(await issues("information: {mode: noisy}")).toEqual([{ code: "missing-key", line: 4, column: 21, hint: "for example spread: 30%" }]);
    expect(await issues("information: {mode: none, spread: 5%}")).toEqual([{ code: "conflicting-keys", line: 4, column: 35, hint: "only mode: noisy has" }]);
    expect(await issues("information: {factor: {gpu0: 0}}")).toMatchObject([{ line: 4 }]);
    expect(await issues("information: {mode: noisy, spread: 1e300}")).toMatchObject([{ code: "bad-value", line: 4 }]);
    expect(await issues("information: {factor: {gpu0: 1e300}}")).toMatchObject([{ code: "bad-value", line: 4 }]);
    expect(await issues("dispatch: {perOp: 5}")).toMatchObject([{ code: "bad-unit", line: 4 }]);
  });
});

describe("dispatch", () => {
  it("is turned into ticks, and makes a run longer", async () => {
    const scenario = await resolve("tick: 1ps\ndispatch: {perOp: 2us, minInterval: 10us}");
    expect(scenario.dispatch).toEqual({ perOpTicks: 2e6, perCallTicks: 0, minIntervalTicks: 1e7 });
    expect(runScenario(scenario).makespanTicks).toBeGreaterThan(runScenario(await resolve("tick: 1ps")).makespanTicks);
  });
});

describe("a comparison over seeds", () => {
  it("draws the errors of estimates for each seed, as a single run does", async () => {
    const scenario = await resolve("information: {mode: noisy, spread: 80%}\ndispatch: {perOp: 1us}\ncompare: [dmda, fifo]");
    const dmda = (await compareOverSeeds(scenario, { seeds: 6, workers: 0 })).schedulers.find(({ name }) => name === "dmda")!.makespansNs;
    expect([...dmda]).toEqual(Array.from(dmda, (_, seed) => runScenario(scenario, { seed }).makespanTicks * scenario.tickNs));
    expect(new Set(dmda).size).toBeGreaterThan(1);
  });

  it("tells its worker threads what schedulers know and what deciding takes", async () => {
    const { information, dispatch, compare, sync, ...spec } = await resolve("information: {mode: none}\ndispatch: {perOp: 1us}\ncompare: [dmda]");
    const setting = { instance: compileScenario({ ...spec, compare, sync }), variations: [undefined], schedulers: compare, sync, firstSeed: 0, information: information!, dispatch: dispatch! };
    expect(await openSetting(structuredClone(shareSetting(setting)!), new Int32Array(4))).toMatchObject({ information: { mode: "none" }, dispatch: { perOpTicks: 1000 }, firstSeed: 0 });
  });
});
