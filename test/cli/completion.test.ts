import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { heddle, makeFolder, removeFolder } from "./run-cli.ts";

const folder = makeFolder();
const installed = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;

beforeAll(async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, out, err } = await heddle("completion", shell);
    expect([code, err]).toEqual([0, ""]);
    writeFileSync(join(folder, `heddle.${shell}`), out);
  }
  mkdirSync(join(folder, "here"));
  writeFileSync(join(folder, "here", "my model.onnx"), "");
  writeFileSync(join(folder, "here", "mlp.yaml"), "");
});
afterAll(() => removeFolder(folder));

/** What a real bash offers for the last word of a command line. */
function complete(...words: string[]): string[] {
  const script = `source ../heddle.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _heddle; printf '%s\\n' "\${COMPREPLY[@]}"; complete -p heddle >&2`;
  return execFileSync("bash", ["--norc", "-c", script, "bash", ...words], { cwd: join(folder, "here"), encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n").filter((line) => line !== "");
}

describe.skipIf(!installed("bash"))("in bash", () => {
  it.each([
    [["heddle", "c"], ["compare", "calibrate", "check", "completion"]],
    [["heddle", "help", "re"], ["render"]],
    [["heddle", "run", "--machine", "work"], ["workstation"]],
    [["heddle", "run", "-m", "work"], ["workstation"]],
    [["heddle", "run", "--machine", "=", "work"], ["workstation"]],
    [["heddle", "run", "--format", "="], ["text", "json"]],
    [["heddle", "run", "resnet50", "--scheduler", "hef"], ["heft"]],
    [["heddle", "run", "resnet50", "--sched"], ["--scheduler"]],
    [["heddle", "run", "--po"], ["--policy-timeout"]],
    [["heddle", "run", "m"], ["mobilenet-v2", "mlp", "mlp.yaml", "my model.onnx"]],
    [["heddle", "run", "--seed", ""], []],
    [["heddle", "run", "--metrics", ""], ["mlp.yaml", "my model.onnx"]],
    [["heddle", "run", "--scheduler", "m"], ["mcp", "mct", "memory-aware", "met", "mh", "min-min", "max-min", "mlp.yaml", "my model.onnx"]],
    [["heddle", "compare", "--schedulers", "./my"], ["./my model.onnx"]],
    [["heddle", "check", "ml"], ["mlp", "mlp.yaml"]],
    [["heddle", "render", "trace.json", "--theme", ""], ["auto", "light", "dark"]],
    [["heddle", "list", "sch"], ["schedulers"]],
    [["heddle", "list", "machines", "mi"], ["mixed", "mi300x-node"]],
    [["heddle", "completion", "z"], ["zsh"]],
    [["heddle", "run", "no-such-thing"], []],
  ])("%j", (words, offered) => {
    expect(complete(...words).sort()).toEqual([...offered].sort());
  });

  it("offers every scheduler, machine and model that there is", async () => {
    for (const [topic, flag] of [["schedulers", "--scheduler"], ["machines", "--machine"]] as const) {
      const names = (JSON.parse((await heddle("list", topic, "--format", "json")).out) as { name: string }[]).map(({ name }) => name);
      expect(complete("heddle", "run", flag, "")).toEqual(expect.arrayContaining(names));
    }
  });
});

describe.each(["zsh", "fish"])("in %s", (shell) => {
  const there = installed(shell);
  it.skipIf(!there)(`the script is valid${there ? "" : ` (${shell} is not installed here)`}`, () => {
    const { status, stderr } = spawnSync(shell, ["-n", join(folder, `heddle.${shell}`)], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });
});
