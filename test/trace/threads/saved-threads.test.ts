import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import type { Trace } from "../../../src/core/trace.ts";
import { loadScenario } from "../../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../../src/scenario/run-scenario.ts";
import { loadTrace, saveTrace } from "../../../src/trace/saved-trace.ts";
import { threadsJson } from "../../../src/trace/threads/saved-threads.ts";
import { verifyDigests } from "../../../src/trace/verify-digests.ts";
import { verifyTrace } from "../../../src/trace/verify.ts";
import { memoryFiles } from "../../scenario/memory-files.ts";
import { busyThreads, philosophers, twoOnALock } from "./runs.ts";

const saved = (trace: Trace): string => [...saveTrace(trace)].join("");
/** Two threads race, each with its program in a file of its own. */
async function racingInFiles(): Promise<Trace> {
  const readFile = memoryFiles({ "a.yaml": "include: b.yaml\nprograms: {a: [write: sum]}\nthreads: {a: 1, b: 1}\ndata: {sum: 8B}\n", "b.yaml": "programs: {b: [write: sum]}\n" });
  return runScenario(await resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile }));
}

interface Loose {
  version: number;
  threads: { head: Record<string, unknown>; columns: Record<string, string> };
}

/** The message for a file made from a small run by a change. */
function messageAfter(change: (heddle: Loose) => void): string {
  const file = JSON.parse(saved(twoOnALock())) as { heddle: Loose };
  change(file.heddle);
  try {
    loadTrace(JSON.stringify(file));
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "fine";
}

describe("saved threads", () => {
  it.each([["a run", () => busyThreads()], ["a deadlock", philosophers], ["a small one", () => twoOnALock()]])("%s comes back equal, and obeys the rules", (_, make) => {
    const trace = make();
    const again = loadTrace(saved(trace));
    expect(again.threads).toEqual(trace.threads);
    expect([again.digest, again.makespanTicks, again.complete]).toEqual([trace.digest, trace.makespanTicks, trace.complete]);
    expect(verifyDigests(again)).toEqual([]);
    expect(verifyTrace(again)).toEqual([]);
    expect(saved(again)).toBe(saved(trace));
  });

  it("are plain data, which another thread may be given", () => {
    const { threads } = philosophers();
    expect(structuredClone(threads)).toEqual(threads);
  });

  it("have a version that older readers refuse", () => {
    expect((JSON.parse(saved(twoOnALock())) as { heddle: Loose }).heddle.version).toBe(3);
    expect(messageAfter((heddle) => { heddle.version = 4; })).toMatch(/version 4, and this Heddle reads versions 1, 2, 3/);
  });

  it("of version 2 had one file for all positions, and a hash of what they were then", async () => {
    const trace = await racingInFiles();
    const { heddle } = JSON.parse(saved(trace)) as { heddle: Loose };
    const head = heddle.threads.head as { findings: { parts: { at: object; holderEnded?: unknown }[] }[] };
    for (const part of head.findings.flatMap(({ parts }) => parts)) [part.at, part.holderEnded] = [{ line: 3, column: 4 }, undefined];
    const former = loadTrace(JSON.stringify({ heddle: { ...heddle, version: 2, threads: { ...heddle.threads, head: { ...head, file: "old.yaml" } } } }));
    expect(former.threads!.findings[0]!.parts.map(({ at, holderEnded }) => [at, holderEnded])).toEqual([[{ file: "old.yaml", line: 3, column: 4 }, false], [{ file: "old.yaml", line: 3, column: 4 }, false]]);
    expect(verifyDigests(former)).toEqual([]);
    expect(loadTrace(saved(trace)).threads!.findings[0]!.parts.map(({ at }) => at.file)).toEqual(["a.yaml", "b.yaml"]);
  });

  it("count in the digest", () => {
    const digests = [busyThreads(20), busyThreads(21), twoOnALock("ticket"), twoOnALock("futex"), philosophers()].map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(5);
    expect(busyThreads(20).digest).toBe(digests[0]);
    const edited = loadTrace(saved(twoOnALock()));
    edited.threads!.rows.end[0]! -= 1;
    expect(verifyDigests(edited)).toMatchObject([{ code: "digest" }]);
  });

  it.each<[string, (heddle: Loose) => void, RegExp]>([
    ["a missing column", ({ threads }) => { delete threads.columns["rows.core"]; }, /threads\.columns\.rows\.core is missing/],
    ["no base64", ({ threads }) => { threads.columns["rows.start"] = "?"; }, /rows\.start is not base64/],
    ["a short column", ({ threads }) => { threads.columns["rows.end"] = ""; }, /rows\.end has 0 entries where \d+ belong/],
    ["a thread that is not there", ({ threads }) => { threads.columns["holds.thread"] = threads.columns["holds.thread"]!.replace("A", "/"); }, /holds\.thread holds \d+ at entry \d, which is out of range/],
    ["no head", ({ threads }) => { threads.head = undefined as never; }, /threads\.head is missing/],
    ["an unknown finding", ({ threads }) => { threads.head["findings"] = [{ kind: "mood", fails: true, message: "", atNs: 0, parts: [] }]; }, /a finding of the kind "mood"/],
    ["a stop without a reason", ({ threads }) => { threads.head["isStopped"] = true; }, /findings is empty/],
    ["a time below 0", ({ threads }) => { threads.head["endTicks"] = -1; }, /threads\.head\.endTicks is not a number from 0/],
    ["groups that are no list", ({ threads }) => { threads.head["groups"] = {}; }, /threads\.head\.groups is not a list of objects/],
  ])("with %s are refused", (_, change, message) => expect(messageAfter(change)).toMatch(message));

  it("are JSON by themselves", () => expect(Object.keys(JSON.parse([...threadsJson(busyThreads().threads!)].join("")) as object)).toEqual(["head", "columns"]));
});
