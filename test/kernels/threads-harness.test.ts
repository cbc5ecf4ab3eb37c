import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { threadCases } from "../../kernels/threads/cases/cases.ts";
import { aaSpread, caseResult } from "../../kernels/threads/cases/measure.ts";
import { operationsOf } from "../../kernels/threads/cases/thread-case.ts";
import { readCases } from "../../kernels/threads/files.ts";
import { othersShare } from "../../kernels/threads/harness/load.ts";
import { runRounds, type JobRun } from "../../kernels/threads/harness/rounds.ts";
import { quietRuns, summarize } from "../../kernels/threads/harness/summary.ts";
import { costsOf, type ThreadCosts } from "../../kernels/threads/micro/costs.ts";
import { figuresOf } from "../../kernels/threads/micro/figures.ts";
import { micros } from "../../kernels/threads/micro/micros.ts";
import { slicesOf, switchesOf } from "../../kernels/threads/probes/slices.ts";
import { guidedChunk, iterationPasses, staticStart } from "../../kernels/threads/programs/loop-chunks.ts";
import { programNamed } from "../../kernels/threads/programs/programs.ts";
import { taskTree } from "../../kernels/threads/programs/task-tree.ts";
import { signedLeb } from "../../kernels/threads/wasm/assembler.ts";
import { blockBytes, instantiateKernels, sharedMemory } from "../../kernels/threads/wasm/kernels.ts";
import { bundleThreads, type Bundle } from "./threads-bundle.ts";

const root = resolve(import.meta.dirname, "../..");
let bundle: Bundle;
let folder: string;
beforeAll(async () => {
  bundle = await bundleThreads();
  folder = mkdtempSync(join(tmpdir(), "heddle-threads-out-"));
});
afterAll(() => {
  bundle.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command line as a user does. */
function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(process.execPath, ["kernels/threads/run.mjs", ...args], { cwd: root }, (error, out, err) => done({ status: error === null ? 0 : Number(error.code), out, err }));
  });
}

describe("node kernels/threads/run.mjs", () => {
  it("prints and writes the costs that were asked for", async () => {
    const [json, raw] = [join(folder, "costs.json"), join(folder, "costs.jsonl")];
    const { status, out } = await run("costs", "--cases", "work.step,deque.push", "--rounds", "1", "--json", json, "--raw", raw, "--source", "a test");
    expect(status).toBe(0);
    expect(out).toContain("work.step");
    const profile = JSON.parse(readFileSync(json, "utf8")) as ThreadCosts;
    checkProfile(profile);
    expect(profile.source).toBe("a test");
    expect(Object.keys(profile.costs).slice(0, 2)).toEqual(["queue", "step"]);
    const lines = readFileSync(raw, "utf8").trim().split("\n").map((line) => JSON.parse(line) as { item: string; round: number; samples: number[] });
    expect(new Set(lines.map(({ item }) => item))).toEqual(new Set(Object.keys(profile.costs).slice(2)));
    for (const { round, samples } of lines) expect([round, samples.length > 0]).toEqual([0, true]);
  });

  it("prints and writes the cases that were asked for", async () => {
    const json = join(folder, "cases.json");
    const { status, out } = await run("--cases", "futex/w400-c400/n1", "--rounds", "2", "--json", json);
    expect(status).toBe(0);
    expect(out).toMatch(/^futex\/w400-c400\/n1 +[\d,]+ {2}acquisitions\/s/m);
    const { format, results } = JSON.parse(readFileSync(json, "utf8")) as { format: string; results: Record<string, unknown>[] };
    expect(format).toBe("heddle-thread-cases/1");
    expect(results).toMatchObject([{ case: { name: "futex/w400-c400/n1", program: "lock-loop", threads: 1 }, unit: "acquisitions", nsPerOperation: { rounds: expect.any(Number) as number }, aa: expect.any(Number) as number }]);
  });

  it("compares cases that were measured before", async () => {
    const [measured, compared] = [join(folder, "measured.json"), join(folder, "compared.json")];
    const results = ["futex/w400-c400/n1", "stream-copy/w0/n1"].map((name, i) => {
      const value = [900, 80_000][i]!;
      return { case: threadCases(2).find((one) => one.name === name), unit: ["acquisitions", "MiB passed"][i], runsNs: [value], nsPerOperation: { value, low: value, high: value, spread: 0, rounds: 1, samples: 1 }, throughput: 1e9 / value };
    });
    const file = { format: "heddle-thread-cases/1", date: "2026-01-31", machine: { cpu: "", cores: 2, os: "", node: "" }, results };
    writeFileSync(measured, JSON.stringify(file));
    const { status, out } = await run("--measured", measured, "--costs", "calibration/profiles/threads-default.json", "--cases", "stream", "--json", compared);
    expect(status).toBe(0);
    expect(out).toMatch(/^stream-copy\/w0\/n1 +12,500 {2}MiB passed\/s +[\d,]+ +[+−][\d.]+ %/m);
    const written = JSON.parse(readFileSync(compared, "utf8")) as typeof file & { agreement: { cases: number } };
    expect(written).toMatchObject({ format: file.format, date: "2026-01-31", machine: file.machine, agreement: { cases: 1 } });
    // What was simulated then is not what is simulated now.
    expect(readCases(compared, threadCases)).toEqual({ ...file, results: [results[1]] });
  });

  it("does not compare what cannot be compared", async () => {
    const refused = (content: unknown): string => {
      const file = join(folder, "refused.json");
      writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
      try {
        readCases(file, threadCases);
        return "";
      } catch (error) {
        return (error as Error).message.replace(file, "FILE").split("\n")[0]!;
      }
    };
    const [one] = threadCases(2).filter(({ program }) => program === "lock-loop");
    const file = (...results: readonly unknown[]) => ({ format: "heddle-thread-cases/1", date: "2026-01-31", machine: { cpu: "", cores: 2, os: "", node: "" }, results });
    expect(refused("{")).toBe("FILE: error[bad-cases]: the file is not JSON");
    for (const none of [null, { format: "heddle-thread-costs/1" }, file(null), file({ case: one, nsPerOperation: { value: "1" } })]) expect(refused(none)).toBe("FILE: error[bad-cases]: the file holds no measured cases");
    expect(refused(file({ case: one }))).toBe("");
    expect(refused(file({ case: one }, { case: { ...one, params: { ...one!.params, rounds: 1 } } }))).toBe(`FILE: error[bad-cases]: 1 of its cases are not the programs that they are now, such as "${one!.name}": measure again`);

    const four = join(folder, "four.json");
    writeFileSync(four, JSON.stringify({ ...file(), machine: { cpu: "", cores: 4, os: "", node: "" } }));
    const { status, err } = await run("--measured", four, "--costs", "calibration/profiles/threads-default.json");
    expect(status).toBe(2);
    expect(err).toContain("error[other-machine]: the costs are of 2 cores, and the cases of 4");
  });

  it("says what is wrong with its arguments", async () => {
    const [unknown, wrong] = await Promise.all([run("--cases", "tiket,xyzzy12345"), run("cost", "--rounds", "0", "--budget", "60", "--raw", "x", "--measured", "y")]);
    expect([unknown.status, unknown.err]).toEqual([2, 'error[unknown-case]: nothing has "tiket" in its name\n  hint: did you mean "ticket"?\nerror[unknown-case]: nothing has "xyzzy12345" in its name\n  hint: node kernels/threads/run.mjs list shows all names\n']);
    expect(wrong.status).toBe(2);
    expect(wrong.err).toContain('"cost" is none of cases, costs and list');
    expect(wrong.err).toContain('--rounds is a whole number from 1, not "0"');
    expect(wrong.err).toContain("error[bad-unit]: --budget: ");
    expect(wrong.err).toContain("--raw is for costs alone");
    expect(wrong.err).toContain("--measured is for cases alone");
  });
});

describe("rounds", () => {
  it("go on after a job that hangs and one that fails", async () => {
    const base = { threads: 1, repeats: 1, warmUps: 0 };
    const jobs = [
      { name: "hangs", program: "slice-probe", params: { milliseconds: 600_000 }, ...base },
      { name: "fails", program: "no-such", params: {}, ...base },
      { name: "works", program: "slice-probe", params: { milliseconds: 1 }, ...base },
    ];
    const outcomes = await runRounds(jobs, { rounds: 2, budgetMs: 60_000, timeoutMs: 6000, waitMs: 0, code: bundle.code });
    expect(outcomes.map(({ failure }) => failure)).toEqual(["did not end within 6 s", 'Error: there is no program "no-such"', undefined]);
    expect(outcomes.map(({ runs }) => runs.map(({ round }) => round))).toEqual([[], [], [0, 1]]);
  });
});

describe("cases and items", () => {
  const cases = threadCases(2);

  it("have names of their own and programs that exist", () => {
    const items = micros.flatMap((micro) => micro.items.map(({ name }) => name));
    for (const names of [cases.map(({ name }) => name), micros.map(({ name }) => name), items]) expect(new Set(names).size).toBe(names.length);
    for (const { program } of [...cases, ...micros]) expect(programNamed(program).name).toBe(program);
  });

  it("are plain data with something to count", () => {
    expect(JSON.parse(JSON.stringify(cases))).toEqual(cases);
    for (const one of cases) expect(operationsOf(one, [1, 2]).count).toBeGreaterThan(0);
  });

  it("cover one to four threads for every lock", () => {
    for (const design of ["test-and-set", "ticket", "mcs", "futex", "adaptive"]) expect(new Set(cases.filter(({ name }) => name.startsWith(`${design}/`)).map(({ threads }) => threads))).toEqual(new Set([1, 2, 3, 4]));
  });
});

describe("what the programs do", () => {
  it("a tree has every task once, each child after its parent", () => {
    for (const shape of ["list", "tree"] as const) {
      const { steps, first, children } = taskTree(shape, 300, 10, 7);
      const all = [0];
      for (let i = 0; i < all.length; i++) for (let k = 0; k < children[all[i]!]!; k++) all.push(first[all[i]!]! + k);
      expect(all).toEqual(Array.from({ length: 300 }, (_, i) => i));
      expect(Math.min(...steps)).toBe(10);
      expect(Math.max(...steps)).toBe(80);
      expect(taskTree(shape, 300, 10, 7)).toEqual({ steps, first, children });
    }
    expect(taskTree("tree", 300, 10, 8)).not.toEqual(taskTree("tree", 300, 10, 7));
  });

  it("loops are cut into parts that make the whole", () => {
    expect([0, 1, 2, 3].map((thread) => staticStart(10, thread, 3))).toEqual([0, 4, 7, 10]);
    const chunks = [];
    for (let left = 100; left > 0; left -= chunks.at(-1)!) chunks.push(guidedChunk(left, 8, 4));
    expect(chunks).toEqual([25, 19, 14, 11, 8, 8, 8, 7]);
    expect([0, 5, 10].map((i) => iterationPasses(i, 11, 50, 3))).toEqual([20, 50, 80]);
  });

  it("the kernels compute what they should", () => {
    const memory = sharedMemory(1);
    const floats = new Float32Array(memory.buffer);
    const kernels = instantiateKernels(memory);
    for (let i = 0; i < 64; i++) [floats[1024 + i], floats[2048 + i]] = [i, 2 * i];
    kernels.triad(0, 4096, 8192, 256, 0.5);
    expect([...floats.subarray(0, 66)]).toEqual([...Array.from({ length: 64 }, (_, i) => 2 * i), 0, 0]);
    kernels.copy(0, 4096, 128);
    expect([...floats.subarray(0, 34)]).toEqual([...Array.from({ length: 32 }, (_, i) => i), 64, 66]);
    kernels.triad(0, 4096, 8192, 0, 0.5);
    floats.fill(1, 0, 300);
    kernels.block(0, 3, 0.5);
    expect(new Set(floats.subarray(0, blockBytes / 4))).toEqual(new Set([1]));
    kernels.block(0, 1, 2);
    expect([...floats.subarray(blockBytes / 4 - 1, blockBytes / 4 + 1)]).toEqual([4, 1]);
  });

  it("signed numbers in base 128 as the specification has them", () => {
    expect([0, 63, 64, -1, -64, -65, 624_485, -123_456].map(signedLeb)).toEqual([[0], [63], [0xc0, 0], [0x7f], [0x40], [0xbf, 0x7f], [0xe5, 0x8e, 0x26], [0xc0, 0xbb, 0x78]]);
  });
});

describe("statistics", () => {
  it("medians of rounds, with an interval", () => {
    const rounds = [[1, 1, 9], [2, 2, 2], [3, 3, 3], [4, 4, 4], [5, 5, 5], [6, 6, 6], [7, 7, 7]];
    expect(summarize(rounds)).toMatchObject({ value: 4, low: 1, high: 7, rounds: 7, samples: 21 });
    expect(summarize([[3], [1]])).toMatchObject({ value: 2, low: 1, high: 3 });
  });

  it("rounds with load are left out, where enough are quiet", () => {
    const runs = (...shares: (number | undefined)[]) => shares.map((others) => ({ others }));
    const kept = (...shares: (number | undefined)[]) => quietRuns(runs(...shares)).map(({ others }) => others);
    expect(kept(0.5, 0.01, 0.02, 0.01, 0.03, 0.04)).toEqual([0.01, 0.02, 0.01, 0.03, 0.04]);
    expect(kept(0.5, 0.01, 0.02)).toEqual([0.01, 0.02, 0.5]);
    expect(kept(0.5, 0.4, 0.3, 0.2, 0.1, 0.6, 0.7, 0.8, 0.9, 0.95, 0.96, 0.97)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    expect(kept(undefined, undefined)).toEqual([undefined, undefined]);
  });

  it("the share of others is what is neither one's own nor idle", () => {
    expect(othersShare({ busy: 100, total: 1000 }, { busy: 180, total: 1200 }, 0.25)).toBeCloseTo(0.15, 12);
    expect(othersShare({ busy: 100, total: 1000 }, { busy: 110, total: 1200 }, 0.25)).toBe(0);
    expect(othersShare(undefined, { busy: 1, total: 2 }, 0)).toBeUndefined();
  });

  it("what needs a quiet machine is missing where others kept the cores busy", () => {
    const line = (item: string, others: number) => ({ item, round: 0, others, samples: [1, 2, 3] });
    const { costs, missing } = costsOf(micros, [line("park.oneWay", 0.5), line("switch.oneWay", 0.1), line("switch.oneWay", 0.3), line("atomic.add", 0.9)], { source: "a test" });
    expect([costs["park.oneWay"], missing["park.oneWay"]]).toEqual([undefined, "other programs kept the cores busy"]);
    expect(costs["switch.oneWay"]).toMatchObject({ value: 2, rounds: 1, others: 0.1 });
    expect(costs["atomic"]).toMatchObject({ value: 2, unit: "ns", what: "atomic.add" });
  });

  it("even rounds against odd ones", () => {
    expect(aaSpread([10, 12, 10, 12])).toBeCloseTo(2 / 11, 12);
    expect(aaSpread([5, 5, 5])).toBe(0);
  });

  it("a case without a run has a reason instead of a time", () => {
    const [one] = threadCases(2);
    expect(caseResult(one!, { runs: [], failure: "did not end within 20 s" })).toEqual({ case: one, unit: "acquisitions", runsNs: [], failure: "did not end within 20 s" });
    const run = (round: number, ns: number): JobRun => ({ round, others: 0, makespanNs: [ns], figures: [[{ done: 300 }], [{ done: 700 }]], threadStartNs: [] });
    expect(caseResult(one!, { runs: [run(0, 1e6), run(1, 3e6)] })).toMatchObject({ throughput: 5e5, aa: 1, runsNs: [1000, 3000] });
  });

  it("slices and switches are found between interruptions", () => {
    expect(slicesOf([10, 30], [20, 50])).toEqual([10]);
    expect(switchesOf([1000, 5_000_000], [3000, 5_200_000, 9_000_000])).toEqual([2000]);
  });
});

describe("calibration/profiles/threads-default.json", () => {
  const profile = JSON.parse(readFileSync(join(root, "calibration/profiles/threads-default.json"), "utf8")) as ThreadCosts;

  it("has every item, and the figures that follow", () => {
    checkProfile(profile);
    const items = micros.flatMap((micro) => micro.items.map(({ name }) => name));
    expect(new Set([...Object.keys(profile.costs), ...Object.keys(profile.missing)])).toEqual(new Set([...Object.keys(figuresOf(profile.costs)), ...items]));
    expect(profile.costs).toMatchObject(figuresOf(profile.costs));
    for (const name of ["atomic", "line", "queue", "step"]) expect(profile.costs).toHaveProperty(name);
  });

  it("names no machine but by its processor", () => {
    expect(Object.keys(profile.machine).sort()).toEqual(["cores", "cpu", "node", "os"]);
    expect(profile.source.length).toBeGreaterThan(20);
  });
});

function checkProfile(profile: ThreadCosts): void {
  expect(profile.format).toBe("heddle-thread-costs/1");
  expect(profile.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  const known = new Map(micros.flatMap((micro) => micro.items.map((item) => [item.name, item] as const)));
  for (const [name, cost] of Object.entries(profile.costs)) {
    if (!("low" in cost)) continue;
    const { value, low, high, spread, rounds, samples, unit, what } = cost;
    expect([name, unit, what]).toEqual([name, known.get(name)?.unit, known.get(name)?.what]);
    expect(low).toBeLessThanOrEqual(value);
    expect(high).toBeGreaterThanOrEqual(value);
    expect(value).toBeGreaterThan(0);
    expect(spread).toBeGreaterThanOrEqual(0);
    expect(samples).toBeGreaterThanOrEqual(rounds);
  }
}
