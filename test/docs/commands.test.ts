import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCommandLine } from "../../src/cli/command.ts";
import { commands, main } from "../../src/cli/main.ts";
import { modelRegistry } from "../../src/graph/models/index.ts";
import { allBlocks, root } from "./markdown.ts";

/** One `heddle …` of a page, as the shell would split it. */
interface Line {
  readonly where: string;
  readonly text: string;
  readonly args: readonly string[];
}

const lines: Line[] = allBlocks("sh").flatMap(({ page, line, text }) => text.replaceAll(/\\\n\s*/g, "").split("\n").flatMap((row, i) =>
  row.replace(/(^|\s)#.*$/, "").split(/&&|\|/).map((part) => part.trim()).flatMap((part): Line[] => {
    const [, rest] = /^(?:npx )?(?:node bin\/heddle\.mjs|heddle)(?:\s+(.*))?$/.exec(part) ?? [];
    return rest === undefined ? [] : [{ where: `${page}:${line + i}`, text: part, args: split(rest) }];
  })));

function split(text: string): string[] {
  return [...text.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, a?: string, b?: string) => a ?? b ?? ""));
}

describe("command lines of the documentation", () => {
  it("are there", () => expect(lines.length).toBeGreaterThan(25));

  it.each(lines.map((line) => [line.where, line.text, line] as const))("%s: %s", async (_, __, { args }) => {
    const [name = "--help", ...rest] = args;
    if (name.startsWith("--") || name === "help") return;
    expect(Object.keys(commands)).toContain(name);
    const command = await commands[name]!.load();
    expect(() => parseCommandLine(command, rest)).not.toThrow();
  });
});

describe("the built program", () => {
  // What the bundle leaves out or joins wrongly shows there alone.
  const bin = join(root, "bin/heddle.mjs");
  it.skipIf(!existsSync(join(root, "dist/bundle/heddle.cjs"))).each([["list", "machine", "workstation"], ["list", "device", "nvidia-t4"], ["list", "scheduler", "dmda"], ["import", "mlp", "--fuse"], ["help", "run"]])("heddle %s %s %s", (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: "utf8" });
    expect([status, stderr, stdout.length > 100]).toEqual([0, "", true]);
  });
});

describe("command lines on shipped files", () => {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), "heddle-docs-"));
  const done = new Set<string>();
  beforeAll(() => {
    // As in a clone, but what they write goes elsewhere.
    symlinkSync(join(root, "scenarios"), join(folder, "scenarios"));
    symlinkSync(join(root, "package.json"), join(folder, "package.json"));
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(lines.map((line) => [line.where, line.text, line] as const))("%s: %s", async (_, __, { args }) => {
    const text = args.join(" ");
    // Files that only the reader has; and what was run on another page.
    if (done.has(text) || !args.slice(1).every(isThere)) return;
    // Measuring takes minutes, and what can be measured differs from machine to machine.
    if (args[0] === "validate" || (args[0] === "calibrate" && !args.includes("--from") && !args.includes("--interference"))) return;
    done.add(text);
    let [code, errors] = [0, ""];
    if (/\.mjs|own-policy|\*/.test(text)) {
      // Policies of the user's own run in a thread of the built program.
      const words = args.flatMap((arg) => (arg === "scenarios/*.yaml" ? ["scenarios/quickstart.yaml", "scenarios/own-policy.yaml"] : [arg]));
      const child = spawnSync(process.execPath, [join(root, "bin/heddle.mjs"), ...words], { cwd: folder, encoding: "utf8" });
      [code, errors] = [child.status ?? -1, child.stderr];
    } else code = await main(args, { out: () => undefined, err: (chunk) => (errors += chunk), interactive: false, colour: false });
    expect([code, errors]).toEqual([0, ""]);
  }, 60_000);

  function isThere(arg: string, i: number, args: readonly string[]): boolean {
    if (arg.startsWith("-") || arg.includes("=")) return true;
    if (args[i - 1] === "--from") return existsSync(arg);
    // Two tables are read; one is written.
    if (/\.csv,/.test(arg)) return arg.split(",").every((name) => existsSync(name));
    if (/\.(svg|csv)$/.test(arg)) return true;
    if (/\.mjs/.test(arg)) return arg.split(",").every((name) => !name.endsWith(".mjs") || existsSync(name));
    if (/\.(json|ya?ml|onnx|stg|dot|gv)$/.test(arg)) return i > 0 || arg.includes("*") || existsSync(arg);
    return i > 0 || !/[./]/.test(arg) || modelRegistry.tryGet(arg) !== undefined;
  }
});
