import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Trace } from "../../src/core/trace.ts";
import type { ThreadTrace } from "../../src/core/threads/thread-trace.ts";
import { ProgramBuilder } from "../../src/programs/index.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { shippedRuntimes } from "../../src/scenario/runtime-file.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { SimulationError } from "../../src/base/errors.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
import { traceOf } from "../runtimes/run-runtime.ts";
import { busyThreads, philosophers, tracedThreads, twoOnALock } from "./threads/runs.ts";

/** The codes of what is wrong, each once. */
function codesOf(trace: Trace): string[] {
  return [...new Set(verifyTrace(trace).map(({ code }) => code))];
}

/** The run with columns of its threads changed: by paths such as `rows.start`, each by a function. */
function changed(trace: Trace, path: string, change: (column: Float64Array) => void): Trace {
  const copy = structuredClone(trace.threads!) as unknown as Record<string, Record<string, Float64Array>>;
  const [table, column] = path.split(".") as [string, string];
  change(copy[table]![column]!);
  return { ...trace, threads: copy as unknown as ThreadTrace };
}

describe("verifyThreads", () => {
  it("finds nothing wrong with runs of all sorts", () => {
    const readers = new ProgramBuilder("reader").repeat(20, (p) => p.compute({ exponential: "5us" }).lock("rw", "shared").compute("3us").unlock("rw"));
    const writers = new ProgramBuilder("writer").repeat(20, (p) => p.compute({ exponential: "9us" }).lock("rw").compute("2us").unlock("rw"));
    const shared = tracedThreads({ programs: [readers, writers], threads: { reader: 4, writer: 2 }, locks: { rw: "reader-writer" }, cores: [{ count: 2, smt: 2 }], threadCosts: {} });
    for (const trace of [twoOnALock(), twoOnALock("futex"), busyThreads(), philosophers(), shared]) expect(verifyTrace(trace)).toEqual([]);
  });

  it("finds nothing wrong with the programs that come with Heddle", async () => {
    const folder = join(import.meta.dirname, "../../scenarios/programs");
    let checked = 0;
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
      let trace: Trace;
      try {
        trace = runScenario(await resolveScenario(await loadScenario(join(folder, file))));
      } catch (error) {
        if (error instanceof SimulationError) throw error;
        continue; // A runtime's file is no scenario.
      }
      expect([file, verifyTrace(trace)]).toEqual([file, []]);
      checked++;
    }
    expect(checked).toBeGreaterThanOrEqual(3);
  });

  it.each(shippedRuntimes)("finds nothing wrong with a model under %s, whose threads may share operators", async (use) => {
    const bringsWork = ["numexpr", "pyro", "mpi"].includes(use);
    for (const cores of [undefined, [{ count: 2 }, { count: 2, speed: 0.5 }]]) {
      const trace = await traceOf({ ...(!bringsWork && { workload: { model: "mlp", instances: 3 } }), machine: "workstation", runtime: use, ...(cores && { cores }) });
      expect(verifyTrace(trace)).toEqual([]);
    }
  });

  it("sees operators that took less than all cores together need", async () => {
    const trace = await traceOf({ workload: { model: "mlp", batch: 64 }, machine: "workstation", runtime: "openmp" });
    expect(codesOf({ ...trace, threads: { ...trace.threads!, cores: { ...trace.threads!.cores, speed: 2 } } })).toEqual(["run-too-short"]);
  });

  it("sees two threads on a core, and one thread on two", () => {
    const trace = busyThreads(3);
    const { rows } = trace.threads!;
    const other = rows.thread.findIndex((thread, row) => rows.core[row] === rows.core[0] && thread !== rows.thread[0]);
    expect(codesOf(changed(trace, "rows.start", (start) => (start[other] = rows.start[0]!)))).toContain("thread-overlap");
    const second = rows.core.findIndex((core, row) => core !== rows.core[0] && rows.start[row]! < rows.end[0]!);
    expect(verifyTrace(changed(trace, "rows.thread", (thread) => (thread[second] = rows.thread[0]!))).map(({ message }) => message).join("\n")).toMatch(/is on core\d and on core\d at/);
  });

  it("sees critical sections that overlap", () => {
    const trace = twoOnALock();
    const { holds } = trace.threads!;
    const problems = verifyTrace(changed(trace, "holds.start", (start) => (start[1] = holds.start[0]! + 1)));
    expect(problems.map(({ code }) => code)).toContain("critical-section");
    expect(problems.find(({ code }) => code === "critical-section")!.message).toMatch(/two threads are in m at 10001: worker\[0\] holds it from 10000 to 15000, worker\[1\]/);
    // What is shared may.
    expect(codesOf(changed(changed(trace, "holds.start", (start) => (start[1] = holds.start[0]! + 1)), "holds.kind", (kind) => kind.fill(1)))).not.toContain("critical-section");
  });

  it("sees a thread that runs before its beginning or after its end", () => {
    const trace = twoOnALock();
    expect(codesOf(changed(trace, "table.endTicks", (end) => (end[0] = 9000)))).toContain("thread-life");
    expect(codesOf(changed(trace, "table.bornTicks", (born) => (born[1] = 5000)))).toContain("thread-life");
    expect(codesOf(changed(trace, "table.endTicks", (end) => (end[0] = 90_000)))).toContain("thread-life");
  });

  it("sees times that do not add up", () => {
    const trace = busyThreads(3);
    for (const path of ["cores.useTicks", "table.ranTicks", "cores.stalledTicks"]) expect([path, codesOf(changed(trace, path, (column) => (column[0]! += 1e6)))]).toEqual([path, ["busy-time"]]);
    const { sum } = trace.threads!.objects.holds;
    const wrong = structuredClone(trace.threads!);
    wrong.objects.holds.sum[sum.findIndex((ticks) => ticks > 0)]! += 5;
    expect(codesOf({ ...trace, threads: wrong })).toEqual(["busy-time"]);
  });

  it("sees rows and waits beyond the end of the run", () => {
    const trace = twoOnALock();
    const { rows, waits } = trace.threads!;
    expect(codesOf(changed(trace, "rows.end", (end) => (end[rows.length - 1] = 1e9)))).toContain("bad-times");
    expect(codesOf(changed(trace, "waits.end", (end) => (end[waits.length - 1] = 1e9)))).toContain("bad-times");
  });
});
