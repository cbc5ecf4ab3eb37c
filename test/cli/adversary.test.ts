import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { heddle, makeFolder, removeFolder } from "./run-cli.ts";

const folder = makeFolder();
afterAll(() => removeFolder(folder));
const few = ["--evaluations", "60"];

describe("heddle adversary", () => {
  it("prints a scenario that shows what its comment says", async () => {
    const { code, out, err } = await heddle("adversary", "mct", "--against", "heft", ...few);
    expect([code, err]).toEqual([0, ""]);
    const [, ratio] = /^# mct takes (\d+\.\d\d) times as long as heft/.exec(out)!;
    const file = join(folder, "worst.yaml");
    writeFileSync(file, out);
    const makespan = async (...more: string[]) => (JSON.parse((await heddle("run", file, ...more, "--format", "json")).out) as { makespanNs: number }).makespanNs;
    expect(((await makespan()) / (await makespan("--scheduler", "heft"))).toFixed(2)).toBe(ratio);
  });

  it("writes a file, says what it shows, and goes on from it", async () => {
    const file = join(folder, "out.yaml");
    const first = await heddle("adversary", "{use: dmda, beta: 0}", "--against", "dmda", ...few, "--out", file, "--format", "json");
    const found = JSON.parse(first.out) as { target: string; against: string; ratio: number; scenario: string; targetNs: number; againstNs: number; written: string[]; description: string[] };
    expect([found.target, found.against, found.written]).toEqual(["dmda beta=0", "dmda beta=1", [file]]);
    expect(readFileSync(file, "utf8")).toBe(found.scenario);
    expect(found.targetNs / found.againstNs).toBe(found.ratio);
    expect(found.scenario).toContain('scheduler: {"use":"dmda","beta":0}\n');
    const on = await heddle("adversary", "{use: dmda, beta: 0}", "-a", "dmda", ...few, "--start", file, "--seed", "1");
    expect(Number(/takes (\d+\.\d\d) times/.exec(on.out)![1])).toBeGreaterThanOrEqual(Number(found.ratio.toFixed(2)));
    const text = await heddle("adversary", "mct", "-a", "heft", "-e", "20", "-o", file);
    expect(text.out).toMatch(/^mct takes .*\n.* on 3 devices.*\nan operator takes .*\nfound by simulated annealing from 1 start .*\n\nwrote .*out\.yaml\n$/);
  });

  it("is the same every time", async () => {
    const run = () => heddle("adversary", "fifo", "--against", "heft", ...few, "--ops", "5", "--devices", "2", "--unrelated", "--seed", "9");
    expect(await run()).toEqual(await run());
  });

  it.each([
    [["heft"], "error[missing-flag]: heddle adversary needs a scheduler to lose to\n  hint: for example heddle adversary heft --against peft\n"],
    [["hefft", "--against", "peft"], 'SCHEDULER: error[unknown-scheduler]: there is no scheduler "hefft"\n  hint: did you mean heft?\n'],
    [["heft", "--against", "pefft"], '--against: error[unknown-scheduler]: there is no scheduler "pefft"\n  hint: did you mean peft?\n'],
    [["heft", "--against", "{use: dmda, bета: 2}"], /^--against:1:13: error\[unknown-key\]: unknown key "bета" in compare\[1\]/],
    [["heft", "--against", "peft", "--start", "x.yaml", "--ops", "3"], "error[conflicting-flags]: --ops has no meaning beside --start, which says how large the instance is\n"],
    [["heft", "--against", "peft", "--start", "none.yaml"], "error[missing-file]: there is no file none.yaml\n"],
    [["heft", "--against", "peft", "--start", "resnet50", "-e", "0"], 'error[bad-flag]: --evaluations needs a whole number from 1 to 100000000, not "0"\n'],
    [["heft", "--against", "peft", "--out", tmpdir()], `error[cannot-write]: cannot write ${tmpdir()}: it is a folder\n  hint: choose another place\n`],
  ] as const)("%j is told plainly", async (args, message) => {
    const { code, out, err } = await heddle("adversary", ...args);
    expect([code, out]).toEqual([2, ""]);
    if (typeof message === "string") expect(err).toBe(message);
    else expect(err).toMatch(message);
  });

});
