import fc from "fast-check";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../src/cli/main.ts";
import { heddle, makeFolder, removeFolder, stackLine } from "./run-cli.ts";

const folder = makeFolder();
const scenario = fileURLToPath(new URL("./scenarios/fork-join.yaml", import.meta.url));
const trace = join(folder, "trace.json");
const damaged = join(folder, "damaged.json");

beforeAll(async () => {
  await heddle("run", scenario, "--trace", trace);
  writeFileSync(damaged, "{");
});
afterAll(() => removeFolder(folder));

const text = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom("", "-", "--", "=", "__proto__", "constructor", "NaN", "-1", "1e99", "0", "../..", "\u0000", "{", "[", "*a"));
const value = fc.oneof(text, fc.constantFrom("heft", "fifo", "mlp", "workstation", "json", "text", "2", "batch=8", "name=x", "seed=3", "workload.batch=2", "machine={processors: 3}", "workload.graph.ops.a=9us", "scheduler={use: dmda, beta: 0}", "compare=all", "noise=10%"));
/** Flags that write nothing. */
const flag = fc.constantFrom("--machine", "-m", "--processors", "-p", "--scheduler", "-s", "--sync", "--dim", "--instances", "-n", "--seed", "--set", "--set", "--set", "--policy-timeout", "--schedulers", "--fuse", "--top", "--theme", "--format", "--help", "-h", "--unknown", "-z");
const file = fc.constantFrom("mlp", scenario, scenario, trace, damaged, folder, join(folder, "nothing.onnx"), "schedulers", "heft", "bash");
const argument = fc.oneof({ weight: 3, arbitrary: fc.tuple(flag, value) }, { weight: 1, arbitrary: fc.tuple(flag) }, { weight: 1, arbitrary: fc.tuple(fc.oneof(file, text)) });
// `render` writes a picture beside its trace: it is left out.
const command = fc.constantFrom(...Object.keys(commands).filter((name) => name !== "render"), "run", "run", "compare", "help", "");

describe("any command line", () => {
  it("ends with 0, 1 or 2, says why, and writes no file that it was not asked for", async () => {
    const codes = new Set<number | null>();
    await fc.assert(fc.asyncProperty(command, fc.option(file, { nil: undefined }), fc.array(argument, { maxLength: 4 }), async (name, first, rest) => {
      const args = [name, ...(first === undefined ? [] : [first]), ...rest.flat()];
      const { code, out, err } = await heddle(...args);
      codes.add(code);
      expect([0, 1, 2]).toContain(code);
      expect(err).not.toMatch(stackLine);
      if (code === 2 && name !== "") expect(out + err).toMatch(/error\[[a-z-]+\]: |"errors": \[/);
    }), { numRuns: 600, seed: 1 });
    expect([...codes].sort()).toEqual(expect.arrayContaining([0, 2]));
    expect(readdirSync(folder).sort()).toEqual(["damaged.json", "trace.json"]);
  });
});
