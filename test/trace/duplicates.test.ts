import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { duplicateOps } from "../../src/core/duplicate-ops.ts";
import type { Instance } from "../../src/core/instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { repeatSaved } from "../../src/scenario/repeat-run.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { computeMetrics } from "../../src/trace/metrics.ts";
import { loadTrace, saveTrace } from "../../src/trace/saved-trace.ts";
import { formatResult } from "../../src/trace/text.ts";
import { misfitDuplicate } from "../../src/trace/verify-duplicates.ts";
import { verifyDigests } from "../../src/trace/verify-digests.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
import { taskInstance } from "../schedulers/run-task-graph.ts";

/** One op that two others read, each on a processor of its own. */
const fork = taskInstance({ costs: [[10, 10], [10, 10], [10, 10]], edges: [[0, 1, 100], [0, 2, 100]] });
const trace = simulate({ instance: fork, scheduler: schedulers.get("hld").create({ depth: 1, fallback: true }), schedulerName: "hld" });

describe("a run with duplicates", () => {
  it("says in its result what is one, and takes T₁ of the workload alone", () => {
    const metrics = computeMetrics(trace);
    expect(metrics).toMatchObject({ makespanNs: 20, speedup: 1.5, counts: { tasks: 4, duplicates: 1 } });
    expect([...metrics.tasks].map(({ name, duplicateOf }) => [name, duplicateOf])).toEqual([["T1", undefined], ["T2", undefined], ["T3", undefined], ["T1*1", "T1"]]);
    expect(formatResult(metrics)).toMatch(/tasks, 3 operators, and 1 duplicate\n/);
    expect(computeMetrics(simulate({ instance: fork, scheduler: schedulers.get("fifo").create({}) })).counts.duplicates).toBeUndefined();
  });

  it("is saved and read", () => {
    const text = [...saveTrace(trace)].join("");
    const read = loadTrace(text);
    expect(read.instance.duplicateOf).toEqual(trace.instance.duplicateOf);
    expect(verifyTrace(read)).toEqual([]);
    expect(verifyDigests(read)).toEqual([]);
    expect(read.instance.tensorNames.at(3)).toBe(trace.instance.tensorNames.at(3));
    const spoilt = JSON.parse(text) as { heddle: { columns: Record<string, string> } };
    spoilt.heddle.columns["instance.duplicateOf"] = Buffer.from(Int32Array.of(-1, -1, -1, 1).buffer).toString("base64");
    expect(() => loadTrace(JSON.stringify(spoilt))).toThrow(InputError);
    expect(() => loadTrace(JSON.stringify(spoilt))).toThrow(/"T1\*1"/);
  });
});

describe("a saved run with duplicates", () => {
  const saved = loadTrace([...saveTrace(trace, { scheduler: { use: "hld" }, sync: { use: "dataflow" } })].join(""));

  it("is repeated, by its own scheduler and as placed", async () => {
    const { again, asPlaced } = await repeatSaved(saved);
    expect(again(saved.instance).digest).toBe(trace.digest);
    expect(asPlaced(saved.instance).digest).toBe(trace.digest);
    expect([...asPlaced(saved.instance, { op: 3, device: 0 }).ops.device]).toEqual([0, 0, 1, 0]);
  });

  it("is no placement for replay, which runs each operator once", async () => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-"));
    writeFileSync(join(folder, "old.json"), [...saveTrace(trace)].join(""));
    writeFileSync(join(folder, "again.yaml"), "workload: {model: mlp}\nscheduler: {use: replay, trace: old.json}\n");
    await expect(loadScenario(join(folder, "again.yaml")).then(resolveScenario)).rejects.toThrow(/again\.yaml:2:\d+: error\[duplicates\]: .*\n {2}hint: repeat it with its own scheduler, hld/);
    rmSync(folder, { recursive: true });
  });
});

describe("misfitDuplicate", () => {
  const good = duplicateOps(fork, [{ op: 0, readers: [2] }]);
  it.each<[string, Partial<Instance>, RegExp | undefined]>([
    ["nothing", {}, undefined],
    ["another class", { classOf: Uint32Array.of(0, 1, 2, 1) }, /another class or job/],
    ["an op behind the duplicates", { opCount: 5, duplicateOf: Int32Array.of(-1, -1, -1, 0, -1) }, /operator 4 comes after duplicates/],
    ["an op that makes something else", { duplicateOf: Int32Array.of(-1, -1, -1, 1), classOf: Uint32Array.of(0, 1, 2, 1) }, /"T1\*1" makes other tensors/],
    ["another size", { tensorBytes: Float64Array.of(100, 100, 100, 7) }, /makes other tensors/],
    ["other inputs", { inputs: { start: Uint32Array.of(0, 0, 1, 2, 3), item: Uint32Array.of(0, 3, 0) } }, /reads other tensors/],
  ])("finds %s", (_, change, message) => {
    const found = misfitDuplicate({ ...good, ...change });
    if (message === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(message);
  });

  it("is a rule of the validator", () => {
    const bad = { ...trace, instance: { ...trace.instance, classOf: trace.instance.classOf.map((c, op) => (op === 3 ? 1 : c)) } };
    expect(verifyTrace(bad).map(({ code }) => code)).toContain("duplicate");
  });
});
