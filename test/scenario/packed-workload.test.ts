import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { workloadSourceOf } from "../../src/scenario/default-scenario.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { parseOverride } from "../../src/scenario/overrides.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { unpack } from "../../src/scenario/unpack.ts";
import { sharedData } from "../shared-data.ts";
import { heddle } from "../cli/run-cli.ts";
import { memoryFiles, messageOf } from "./memory-files.ts";

const tasks = (...seconds: number[]) => JSON.stringify(seconds.map((d) => ({ d, cpus: 1, outputs: [{ s: 1 }], inputs: [] })));
const dataSet = JSON.stringify({ graph_name: { 0: "small", 1: "wide" }, graph: { 0: tasks(1, 2), 1: tasks(1, 1, 1) } });
const stg = "1\n0 0 0\n1 3 1 0\n2 0 1 1\n";
const files = { "set.json": dataSet, "set.json.gz": gzipSync(dataSet), "cut.json.gz": gzipSync(dataSet).subarray(0, 60), "g.stg.gz": gzipSync(stg), "two.yaml": "{workload: {estee: set.json, graph: small}, machine: {processors: 2}}" };
const resolve = async (text: string, ...sets: string[]) => {
  const readFile = memoryFiles({ ...files, "a.yaml": text });
  return resolveScenario(await loadScenario("a.yaml", { readFile, overrides: sets.map(parseOverride) }), { readFile });
};
const opCount = async (text: string, ...sets: string[]) => (await resolve(text, ...sets)).graph.opCount;

describe("estee", () => {
  it("loads from scenarios, packed or not, by name or key", async () => {
    expect(await opCount("{workload: {estee: set.json, graph: small}, machine: {processors: 2}}")).toBe(2);
    expect(await opCount("{workload: {estee: set.json.gz, graph: 1}, machine: {processors: 2}}")).toBe(3);
  });

  it("keeps its data set where another of its graphs is named, and not where a graph is written", async () => {
    expect(await opCount("{include: two.yaml, workload: {graph: wide}}")).toBe(3);
    expect(await opCount("include: two.yaml", "workload.graph=wide")).toBe(3);
    expect(await opCount("{workload: {estee: set.json}, machine: {processors: 2}}", "workload.graph=wide")).toBe(3);
    expect(await opCount("include: two.yaml", "workload.graph={ops: {a: 1ms}}", "machine=workstation")).toBe(1);
    expect(await opCount("include: two.yaml", "workload.model=resnet18", "machine=workstation")).toBeGreaterThan(3);
  });

  it.each([
    ["{workload: {estee: set.json}, machine: {processors: 2}}", "set.json: error[no-graph]: the file holds 2 graphs\n  hint: write graph: NAME beside it, or --set workload.graph=NAME; choose one: 0 (small), 1 (wide)"],
    ["workload: {estee: set.json, graph: small}", "a.yaml:1:19: error[missing-processors]: an estee file does not say how many processors there are\n  hint: write machine: {processors: 4}, or --processors 4"],
    ["{workload: {estee: set.json, graph: small}, machine: mixed}", "a.yaml:1:54: error[missing-processors]: an estee file does not say how many processors there are\n  hint: write machine: {processors: 4}, or --processors 4"],
    ["{workload: {estee: cut.json.gz, graph: small}, machine: {processors: 2}}", "cut.json.gz: error[bad-gzip]: the file is packed with gzip, and damaged\n  hint: is it truncated?"],
  ])("%s is told plainly", async (text, message) => expect(await messageOf(() => resolve(text))).toBe(message));

  it("is known by its content", async () => {
    expect(await workloadSourceOf("set.json.gz", memoryFiles(files))).toBe("estee");
    expect(await workloadSourceOf("g.stg.gz", memoryFiles(files))).toBe("stg");
  });

  it("imports and runs the published data sets", async ({ skip }) => {
    const path = sharedData("taskgraphs/estee/elementary.json.gz");
    if (path === undefined) return skip("no shared data");
    const summary = await heddle("import", path, "--set", "workload.graph=triplets", "--format", "json");
    expect(JSON.parse(summary.out)).toMatchObject({ kinds: { task: 330 } });
    const run = await heddle("run", path, "--set", "workload.graph=triplets", "-p", "4", "-s", "heft");
    expect([run.code, run.out.split("\n")[0]]).toEqual([0, "workload     elementary.json.gz, 330 operators"]);
  });
});

describe("unpack", () => {
  it("reads other formats packed too", async () => expect(await opCount("{workload: {stg: g.stg.gz}, machine: {processors: 2}}")).toBe(3));

  it("stops a file that would fill the memory before it does", async () => {
    const bomb = gzipSync(new Uint8Array(1 << 22));
    expect(bomb.length).toBeLessThan(1 << 13);
    expect(await messageOf(() => unpack(bomb, "bomb.json.gz", 1 << 20))).toBe("bomb.json.gz: error[file-too-large]: unpacked, the file has more than 1048576 bytes");
    expect((await unpack(bomb, "bomb.json.gz", 1 << 22)).length).toBe(1 << 22);
  });
});
