import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MeasureProcess, type WatchedOutcome } from "../../../src/calibrate/measure/measure-process.ts";
import type { Kernel } from "../../../src/calibrate/sample.ts";

const folder = mkdtempSync(join(tmpdir(), "heddle-measure-test-"));
const entry = pathToFileURL(join(folder, "measure-child.mjs"));

beforeAll(async () => {
  await build({ entryPoints: [join(import.meta.dirname, "../../../src/calibrate/measure/measure-child.ts")], outfile: join(folder, "measure-child.mjs"), bundle: true, format: "esm", platform: "node", target: "node20", logLevel: "warning" });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kernels = [1, 2, 3, 4].map((elements): Kernel => ({ kind: "relu", shape: { elements }, dtype: "f32" }));
const options = { least: 1, most: 1, tightness: 0.1, budgetMs: 0, seed: 1 };

function open(name: string, timeoutMs = 5000): MeasureProcess {
  return new MeasureProcess(`${join(import.meta.dirname, "fake-backends.mjs")}#${name}`, timeoutMs, entry);
}

async function measure(process: MeasureProcess) {
  const outcomes: WatchedOutcome[] = [];
  const end = await process.measure(kernels, options, (outcome) => outcomes.push(outcome));
  return { end, measured: outcomes.map(({ shape }) => shape["elements"]) };
}

describe("a process that measures", () => {
  it("gives outcomes as they come", async () => {
    const process = open("good");
    expect((await process.describe({ threads: [1] })).available).toMatchObject({ ok: true, device: "nothing" });
    const { end, measured } = await measure(process);
    expect(measured).toEqual([1, 2, 3, 4]);
    expect(end.stepNs).toBeGreaterThan(0);
    process.end();
  });

  it.each([
    ["killed", /^was ended by SIGSEGV$/], ["exits", /^ended with exit code 7$/], ["throws", /^failed: no such kernel$/],
  ])("that %s has told what it measured before, and says how it ended", async (name, reason) => {
    const process = open(name);
    const { end, measured } = await measure(process);
    expect(end.failure).toMatch(reason);
    expect(measured).toEqual([1, 2]);
    // The next request gets a new process where the old one is gone.
    expect((await measure(process)).measured).toEqual([1, 2]);
    process.end();
  });

  it.each(["hangs", "spins"])("that %s is ended", async (name) => {
    const process = open(name, 2000);
    const { end, measured } = await measure(process);
    expect(end.failure).toBe("did not answer within 2 s");
    expect(measured).toEqual([1, 2]);
  });

  it("may print", async () => {
    const process = open("prints");
    expect((await measure(process)).measured).toEqual([1, 2, 3, 4]);
    process.end();
  });

  it("that is ended from outside settles what is under way", async () => {
    const process = open("hangs");
    const running = measure(process);
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.end();
    expect((await running).end.failure).toBe("was stopped");
  });

  it("that dies when it is asked what it can do cannot measure", async () => {
    expect((await open("crashesWhenAsked").describe({ threads: [1] })).available).toMatchObject({ ok: false, why: "it ended with exit code 3 when it was asked" });
  });
});
