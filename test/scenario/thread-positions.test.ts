import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { parseOverride } from "../../src/scenario/overrides.ts";
import { readOrdinaryFile } from "../../src/scenario/read-file.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { reopenThreads } from "../../src/scenario/resolve-threads.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { findingIssues, findingMetrics } from "../../src/trace/threads/thread-findings.ts";

const programs = "# Each holds what the other wants.\nprograms:\n  a: [{lock: m}, {compute: 1us}, {lock: n}, {unlock: n}, {unlock: m}]\n  b: [{lock: n}, {compute: 1us}, {lock: m}, {unlock: m}, {unlock: n}]\nlocks: {m: futex, n: futex}\n";
const group = "threads: {a: 1, b: 1}\n";

/** The threads of `s/main.yaml`; runtimes that come with Heddle are read from the disk. */
async function resolved(files: Readonly<Record<string, string>>) {
  const readFile = async (file: string) => (file in files ? new TextEncoder().encode(files[file]) : readOrdinaryFile(file));
  return resolveScenario(await loadScenario("s/main.yaml", { readFile }), { readFile });
}

describe("positions of what happens while threads run", () => {
  it.each<[string, string, Readonly<Record<string, string>>]>([
    ["the scenario", "s/main.yaml", { "s/main.yaml": programs + group }],
    ["a file that it includes", "s/sub/inc.yaml", { "s/main.yaml": `include: sub/inc.yaml\n${group}`, "s/sub/inc.yaml": programs }],
    ["the file of a runtime", "s/mine.yaml", { "s/main.yaml": "machine: workstation\nruntime: ./mine.yaml\n", "s/mine.yaml": `${programs}name: Mine\ndescription: Two threads.\n${group}` }],
  ])("%s", async (_, file, files) => {
    const scenario = await resolved(files);
    const { findings } = runScenario(scenario).threads!;
    expect(findingMetrics(runScenario(scenario).threads!)[0]!.parts.map((part) => [part.thread, part.file, part.line, part.column])).toEqual([["b", file, 4, 34], ["a", file, 3, 34]]);
    expect(findingIssues({ findings }, true)).toMatchObject([{ file, line: 4, column: 34, message: expect.stringContaining(`b (${file}:4:34) waits for m, which a holds`) as string }]);
    // Another thread of Heddle opens them again.
    const reopened = await reopenThreads(scenario.threads!);
    expect(reopened.spec.program.files).toEqual([file]);
  });

  it("two files at once, each with its own", async () => {
    const scenario = await resolved({
      "s/main.yaml": "include: sub/inc.yaml\nprograms:\n  main: [{write: sum}]\nthreads: {main: 1, other: 1}\n", "s/sub/inc.yaml": "programs:\n  other: [{write: sum}]\ndata: {sum: 8B}\n",
    });
    const { findings } = runScenario(scenario).threads!;
    expect(findings[0]!.message).toMatch(/main writes it at s\/main\.yaml:3:10, and other writes it at s\/sub\/inc\.yaml:2:11,/);
  });

  it("a runtime that comes with Heddle goes by the same name on every machine", async () => {
    const scenario = await resolved({ "s/main.yaml": "machine: workstation\nruntime: {use: mpi, np: 2}\nwatch: {instructionBudget: 1}\n" });
    expect(() => runScenario(scenario)).toThrow(/^heddle\/scenarios\/programs\/mpi\.yaml:\d+:\d+: error\[runaway-program\]/);
    await expect(resolved({ "s/main.yaml": "machine: workstation\nruntime: openmp\nworkload: {model: mlp}\nloops: {region: nonsense}\n" })).rejects.toThrow(/^s\/main\.yaml:4:/);
  });

  it("a flag has no lines", async () => {
    const readFile = async () => new TextEncoder().encode("threads: {w: 1}\n");
    const scenario = await resolveScenario(await loadScenario("s/main.yaml", { readFile, overrides: [parseOverride("programs={w: [{compute: 1us / ($i - 2)}]}")] }), { readFile });
    expect(() => runScenario(scenario)).toThrow(/^--set programs=.*: error\[bad-duration\]: thread w computes for -500 ns/);
  });
});
