import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { heddle, heddleBin, makeFolder, removeFolder, spawnHeddle } from "./run-cli.ts";

const folder = makeFolder();
afterAll(() => removeFolder(folder));
const policies = fileURLToPath(new URL("./policies", import.meta.url));
const noisy = join(folder, "noisy.yaml");
writeFileSync(noisy, "workload: {generate: {family: layered, ops: 60}}\nmachine: {processors: 4}\nnoise: 15%\ncompare: [heft, dmda, random, fifo]\n");

describe("heddle compare --seeds", () => {
  it("gives the same bytes with any number of workers, and here", async () => {
    const one = await spawnHeddle(["compare", noisy, "--seeds", "13", "--workers", "1", "--sensitivity", "--format", "json"]);
    expect([one.code, one.err]).toEqual([0, ""]);
    for (const workers of ["2", "3"]) expect(await spawnHeddle(["compare", noisy, "--seeds", "13", "--workers", workers, "--sensitivity", "--format", "json"])).toEqual(one);
    expect(await heddle("compare", noisy, "--seeds", "13", "--sensitivity", "--format", "json")).toEqual(one);
  }, 60_000);

  it("runs policies of one's own in workers too", async () => {
    const args = ["compare", noisy, "--seeds", "5", "--schedulers", `heft,${join(policies, "good.mjs")}`, "--format", "json"];
    const [one, two] = await Promise.all([spawnHeddle([...args, "--workers", "1"]), spawnHeddle([...args, "--workers", "2"])]);
    expect(two).toEqual(one);
    expect((JSON.parse(one.out) as { schedulers: { name: string; makespansNs: number[] }[] }).schedulers.find(({ name }) => name === "good")!.makespansNs.length).toBe(5);
  });

  it("prints tables with what the figures mean", async () => {
    const { code, out, err } = await heddle("compare", noisy, "--seeds", "20", "--baseline", "fifo");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^rank {2}scheduler {2}mean, [mµ]s {2}95 % CI +vs best {2}faster than fifo {2}95 % CI +regret +worst {2}gap to bound {2}utilisation\n +1 {2}heft/);
    expect(out).toMatch(/\nscheduler {2}p50, .*95 % CI .*p90, .*95 % CI .*p99, .*95 % CI .*min +max\n/);
    expect(out).toMatch(/\n +\d {2}fifo .* baseline /);
    expect(out).toContain("20 seeds (0 to 19)");
    expect(out).toContain("Holm");
    for (const line of out.split("\n")) expect(line.length).toBeLessThan(160);
  });

  it("warns of one seed of a noisy scenario, and of nothing else", async () => {
    expect((await heddle("compare", noisy)).out).toContain("One seed: small differences may be luck. --seeds 30");
    expect((await heddle("compare", noisy, "--set", "noise=0", "--schedulers", "heft,fifo", "--seeds", "30")).out).toContain("Nothing in this scenario is random");
  });

  it("writes CSV, and all three files to a folder", async () => {
    const csv = (await heddle("compare", noisy, "--seeds", "6", "--format", "csv")).out;
    const lines = csv.trimEnd().split("\r\n");
    expect(lines[0]).toMatch(/^rank,scheduler,seeds,mean_ns,mean_low_ns,mean_high_ns,/);
    expect(lines.length).toBe(5);
    for (const line of lines) expect(line.split(",").length).toBe(27);
    const { out } = await heddle("compare", noisy, "--seeds", "6", "--out", join(folder, "out"));
    expect(out).toContain(`wrote ${join(folder, "out/comparison.svg")}, ${join(folder, "out/comparison.json")}, ${join(folder, "out/comparison.csv")}`);
    expect(readFileSync(join(folder, "out/comparison.csv"), "utf8")).toBe(csv);
    expect(readFileSync(join(folder, "out/comparison.svg"), "utf8")).toMatch(/^<svg xmlns/);
    expect(existsSync(join(folder, "out/comparison.json"))).toBe(true);
  });

  it("says which assumptions were varied, and who wins then", async () => {
    const { out } = await heddle("compare", noisy, "--seeds", "4", "--sensitivity");
    expect(out).toMatch(/\nif … is off by +− 20 % {2}winner +\+ 20 % {2}winner\noperator times /);
    expect(out).toMatch(/\nlink bandwidth /);
    expect(out).toMatch(/(stays the winner throughout\.|The winner changes:\n .* wins by )/);
  });

  it.each([
    [["--seeds", "0"], "error[bad-flag]: --seeds needs a whole number from 1 to 1000000"],
    [["--workers", "none"], "error[bad-flag]: --workers needs a whole number"],
    [["--baseline", "hefft"], 'error[unknown-baseline]: the baseline "hefft" is not among the schedulers compared\n  hint: did you mean heft?'],
    [["--by", "latency"], 'error[bad-flag]: --by takes one of: makespan, latency-mean, latency-p50, latency-p99, energy; not "latency"'],
    [["--by", "energy"], "error[no-energy]"],
    [["--format", "xml"], "error[bad-flag]: --format is text, json or csv"],
    [["--plot", "/proc/x/y.svg"], "error[cannot-write]"],
    [["--plot", noisy], "error[conflicting-outputs]"],
  ])("refuses %s", async (args, message) => {
    const { code, out, err } = await heddle("compare", noisy, ...args);
    expect(err).toContain(message);
    expect([code, out]).toEqual([2, ""]);
  });

  it("ends at once when interrupted, workers and all", async () => {
    const child = spawn(process.execPath, [heddleBin, "compare", noisy, "--seeds", "100000", "--workers", "2"], { stdio: "ignore" });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(child.exitCode).toBeNull();
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    child.kill("SIGINT");
    expect(await ended).toBe("SIGINT");
  });
});
