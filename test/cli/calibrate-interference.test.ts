import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { heddle, makeFolder, removeFolder } from "./run-cli.ts";

const folder = makeFolder();
afterAll(() => removeFolder(folder));
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("heddle calibrate --interference", () => {
  const alone = file("alone.csv", "stage,cpu,gpu\ndecode,4,9\ndetect,40,6\n");
  const loaded = file("loaded.csv", "stage,cpu,gpu\ndecode,8,12\ndetect,40,5\n");

  it("prints a scenario that runs, and beside it what was found", async () => {
    const { code, out, err } = await heddle("calibrate", "--interference", `${alone},${loaded}`, "--bandwidth", "40GB/s");
    expect([code, err]).toEqual([0, "stage   with all others busy\ndecode  slowed: cpu 2.00×, gpu 1.33×\ndetect  quicker: gpu 1.20×\n"]);
    const run = await heddle("run", file("fitted.yaml", out), "--format", "json");
    expect(run.code).toBe(0);
    const { scheduler, schedulerReport, jobs } = JSON.parse(run.out) as { scheduler: string; schedulerReport: object; jobs: { periodNs: number } };
    expect([scheduler, schedulerReport]).toMatchObject(["pipeline", { chunks: "cpu decode | gpu detect" }]);
    expect(jobs.periodNs).toBe(5e6);
  });

  it("writes it to a file", async () => {
    const target = join(folder, "to.yaml");
    const { code, out } = await heddle("calibrate", "--interference", `${alone},${loaded}`, "--scenario", target);
    expect([code, out.split("\n").slice(-2, -1), readFileSync(target, "utf8").includes("pipeline:")]).toEqual([0, [`${target}: a pipeline of 2 stages`], true]);
    const json = await heddle("calibrate", "--interference", `${alone},${loaded}`, "--format", "json");
    expect((JSON.parse(json.out) as { stages: { name: string }[] }).stages.map(({ name }) => name)).toEqual(["decode", "detect"]);
  });

  it.each([
    [["--scenario", "x.yaml"], "bad-flag"],
    [["--interference", alone], "bad-flag"],
    [["--interference", `${alone},${loaded}`, "--bandwidth", "0GB/s"], "bad-flag"],
    [["--interference", `${alone},${loaded}`, "--bandwidth", "fast"], "bad-flag"],
    [["--bandwidth", "1GB/s"], "bad-flag"],
    [["--interference", `${alone},${join(folder, "none.csv")}`], "missing-file"],
    [["--interference", `${alone},${file("other.csv", "stage,cpu\ndecode,x\n")}`], "bad-time"],
  ])("says what is wrong with %j", async (args, code) => {
    const outcome = await heddle("calibrate", ...args);
    expect([outcome.code, outcome.out]).toEqual([2, ""]);
    expect(outcome.err).toContain(`error[${code}]`);
  });
});
