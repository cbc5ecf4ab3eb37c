/** Text that people read, as files that people can review. UPDATE_GOLDEN=1 writes them anew. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/main.ts";
import { heddle } from "./run-cli.ts";

const golden = fileURLToPath(new URL("./golden", import.meta.url));
const scenarios = fileURLToPath(new URL("./scenarios", import.meta.url));

/** Compares with a golden file, or writes it where UPDATE_GOLDEN=1 says so. */
function expectGolden(name: string, text: string): void {
  const file = join(golden, `${name}.txt`);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(golden, { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `${file} is missing: run with UPDATE_GOLDEN=1 and read what it writes`).toBe(true);
  expect(text).toBe(readFileSync(file, "utf8"));
}

describe("help", () => {
  it("of heddle itself", async () => {
    const { code, out, err } = await heddle("--help");
    expect([code, err]).toEqual([0, ""]);
    expectGolden("help", out);
    expect(await heddle("help")).toEqual({ code, out, err });
    expect(await heddle()).toEqual({ code: 2, out: "", err: out });
  });

  it.each(Object.keys(commands))("of heddle %s", async (name) => {
    const { code, out, err } = await heddle(name, "--help");
    expect([code, err]).toEqual([0, ""]);
    expectGolden(`help-${name}`, out);
    expect(await heddle("help", name)).toEqual({ code, out, err });
  });

  it("fits a terminal", async () => {
    for (const name of Object.keys(commands)) {
      const { out } = await heddle(name, "--help");
      for (const line of out.split("\n")) expect.soft(line.length, line).toBeLessThanOrEqual(100);
    }
  });
});

describe("result", () => {
  it.each(["pipeline", "fork-join"])("of %s", async (name) => {
    const { code, out, err } = await heddle("run", join(scenarios, `${name}.yaml`));
    expect([code, err]).toEqual([0, ""]);
    expectGolden(`run-${name}`, out);
  });

  it.each([["pipeline", []], ["fork-join", []], ["fork-join-op", ["--op", "c", "--scheduler", "mct"]]])("of %s, explained", async (name, args) => {
    const { code, out, err } = await heddle("explain", join(scenarios, `${name.replace("-op", "")}.yaml`), ...args);
    expect([code, err]).toEqual([0, ""]);
    expectGolden(`explain-${name}`, out);
  });

  it("of a comparison", async () => {
    const { code, out, err } = await heddle("compare", join(scenarios, "fork-join.yaml"), "--schedulers", "heft,fifo,mct");
    expect([code, err]).toEqual([0, ""]);
    expectGolden("compare-fork-join", out);
  });

  it("of an import, with what was fused", async () => {
    const { code, out, err } = await heddle("import", "mlp", "--fuse");
    expect([code, err]).toEqual([0, ""]);
    expectGolden("import-mlp", out);
  });
});
