import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { heddle, makeFolder, removeFolder } from "./run-cli.ts";

const scenarios = fileURLToPath(new URL("./scenarios", import.meta.url));
const pipeline = join(scenarios, "pipeline.yaml");
const forkJoin = join(scenarios, "fork-join.yaml");
const folder = makeFolder();
afterAll(() => removeFolder(folder));

/** Runs a scenario and keeps its trace. */
async function saved(name: string, ...args: string[]): Promise<string> {
  const file = join(folder, `${name}.json`);
  expect(await heddle("run", ...args, "--trace", file)).toMatchObject({ code: 0, err: "" });
  return file;
}

describe("heddle explain", () => {
  it("gains what a calculation by hand gives", async () => {
    const { code, out } = await heddle("explain", pipeline, "--format", "json");
    const { makespanNs, whatIf, criticalPath, devices } = JSON.parse(out);
    const after = Object.fromEntries(whatIf.results.map(({ label, afterNs }: { label: string; afterNs: number }) => [label, afterNs]));
    // 2 + (1 + 4) + 10 + (1 + 1) + 3 µs.
    expect([code, makespanNs]).toEqual([0, 22_000]);
    expect(after).toMatchObject({ "bus with twice the bandwidth": 19_500, "gpu0 twice as fast": 17_000, "cpu0 twice as fast": 19_500, "one more slot on gpu0": 22_000 });
    expect(criticalPath.parts[0]).toMatchObject({ kind: "run", device: "gpu0", ns: 10_000 });
    expect(devices.map(({ name }: { name: string }) => name)).toEqual(["cpu0", "gpu0"]);
  });

  it("explains a saved run, with what-ifs that need no cost model", async () => {
    const file = await saved("pipeline", pipeline);
    const { code, out } = await heddle("explain", file, "--format", "json");
    const { whatIf, whatIfNote } = JSON.parse(out);
    expect(code).toBe(0);
    expect(whatIf.results.map(({ label, afterNs }: { label: string; afterNs: number }) => [label, afterNs])).toEqual([["gpu0 twice as fast", 17_000], ["bus with twice the bandwidth", 19_500], ["cpu0 twice as fast", 19_500]]);
    expect(whatIfNote).toContain("explain the scenario");
  });

  it("leaves what-ifs out where none are wanted", async () => {
    const { out } = await heddle("explain", forkJoin, "--what-if", "0");
    expect(out).not.toContain("What if");
    expect(JSON.parse((await heddle("explain", forkJoin, "--what-if", "1", "--format", "json")).out).whatIf).toMatchObject({ tried: 1, simulations: 3 });
  });

  it("explains an operator of a scenario, and of a saved run with and without its log", async () => {
    const fresh = await heddle("explain", pipeline, "--op", "compute");
    expect(fresh).toMatchObject({ code: 0, err: "" });
    expect(fresh.out).toContain('"compute" (op) ran on gpu0 from 7.00 µs to 17.0 µs, on the critical path');
    expect(fresh.out).toContain("Why there: no other device can run it");
    const withLog = await saved("with-log", forkJoin, "--decisions", "--scheduler", "mct");
    expect((await heddle("explain", withLog, "--op", "a")).out).toContain("Why there: 2 devices could run it. Predicted at 1.00 µs:");
    const without = await saved("without-log", forkJoin, "--scheduler", "mct");
    expect((await heddle("explain", without, "--op", "a")).out).toContain("heddle run … --decisions --trace FILE");
    const { elsewhere, schemaVersion } = JSON.parse((await heddle("explain", without, "--op", "a", "--format", "json")).out);
    // a after b or c on the other processor: 1 + 2 + … ; on an empty one it is the same.
    expect([schemaVersion, elsewhere.makespanNs, elsewhere.devices[0].device]).toEqual([1, 6000, "P2"]);
  });

  it("keeps trace.json where --decisions names no trace", async () => {
    const { out } = await heddle("run", forkJoin, "--decisions", "--metrics", "metrics.json", "--out", folder);
    expect(out).toContain("trace.json");
    expect(JSON.parse(readFileSync(join(folder, "trace.json"), "utf8")).heddle.decisions).toBeDefined();
  });

  it("says what is wrong", async () => {
    const file = await saved("wrong", forkJoin);
    const message = async (...args: string[]): Promise<string> => {
      const { code, out, err } = await heddle("explain", ...args);
      expect([code, out]).toEqual([2, ""]);
      return err;
    };
    expect(await message(file, "--op", "frok")).toBe('error[unknown-operator]: there is no operator "frok"\n  hint: did you mean "fork"?\n');
    expect(await message(file, "--scheduler", "heft")).toContain("--scheduler cannot change it");
    expect(await message(file, "--what-if", "many")).toContain("--what-if needs a whole number");
    expect(await message(join(folder, "missing.json"))).toContain("missing.json");
    const cut = join(folder, "cut.json");
    writeFileSync(cut, readFileSync(file, "utf8").slice(0, 300));
    expect(await message(cut)).toContain("not valid JSON");
  });

  it("never runs code that a trace names, nor believes policies that give another schedule", async () => {
    const file = await saved("foreign", forkJoin);
    const change = async (policies: object | undefined, ...args: string[]) => {
      const trace = JSON.parse(readFileSync(file, "utf8"));
      trace.heddle.policies = policies;
      writeFileSync(join(folder, "changed.json"), JSON.stringify(trace));
      return heddle("explain", join(folder, "changed.json"), ...args);
    };
    const sync = { use: "dataflow" };
    expect((await change({ scheduler: { use: "./mine.mjs" }, sync })).out).toContain('the scheduler "./mine.mjs" is not built in');
    expect((await change({ scheduler: { use: "./mine.mjs" }, sync }, "--what-if", "3"))).toMatchObject({ code: 2, err: expect.stringContaining("error[cannot-repeat]") });
    expect((await change({ scheduler: { use: "dmda", beta: "x" }, sync })).out).toContain('options that the trace gives for the scheduler "dmda"');
    expect((await change({ scheduler: { use: "ort-sequential" }, sync })).out).toContain("gives another schedule");
    expect((await change(undefined)).out).toContain("does not say which options");
  });
});
