import { describe, expect, it } from "vitest";
import type { InputError } from "../../src/base/errors.ts";
import { defaultScenario } from "../../src/scenario/default-scenario.ts";
import { readMachine } from "../../src/scenario/machine-file.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { memoryFiles } from "./memory-files.ts";

const device = (peak: string): string => `  devices:\n    board: {kind: cpu, slots: 3, peak: {f32: ${peak}}}\n`;
const readFile = memoryFiles({
  "mine.yaml": `# of a scenario, only the machine counts\nworkload: {model: gpt2}\nseed: 7\nmachine:\n${device("1TFLOP/s")}`,
  "faster.yaml": "include: mine.yaml\nmachine: {devices: {board: {slots: 5}}}\n",
  "short.yaml": "machine: laptop\n",
  "unit.yaml": `machine:\n${device("5")}`,
  "bare.yaml": device("1TFLOP/s").replaceAll(/^ {2}/gm, ""),
});
const slotsOn = async (file: string): Promise<[string, number][]> => {
  const scenario = await defaultScenario("mlp", { overrides: [{ path: "machine", source: await readMachine(file, readFile), from: "--machine" }] });
  return (await resolveScenario(scenario)).machine.devices.map(({ name, slots }) => [name, slots]);
};
const problem = async (file: string) => slotsOn(file).then(() => undefined, (error: InputError) => error.issues.map(({ code, file, line }) => [code, file, line]));

describe("readMachine", () => {
  it("takes the machine of a file and what it includes, and nothing else", async () => {
    expect(await slotsOn("mine.yaml")).toEqual([["board", 3]]);
    expect(await slotsOn("faster.yaml")).toEqual([["board", 5]]);
    expect((await slotsOn("short.yaml")).map(([name]) => name)).toEqual(["cpu0", "gpu0", "npu0"]);
  });

  it("says what is wrong where it is written", async () => {
    expect(await problem("unit.yaml")).toEqual([["bad-unit", "unit.yaml", 3]]);
    expect(await problem("bare.yaml")).toEqual([["missing-key", "bare.yaml", 1]]);
    expect(await problem("absent.yaml")).toEqual([["missing-file", undefined, undefined]]);
  });
});
