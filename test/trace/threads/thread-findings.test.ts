import { describe, expect, it } from "vitest";
import { ProgramBuilder } from "../../../src/programs/index.ts";
import { findingIssues, findingMetrics, threadFailure } from "../../../src/trace/threads/thread-findings.ts";
import { philosophers, tracedThreads, twoOnALock } from "./runs.ts";

const racing = (races?: "error" | "warning") => tracedThreads({
  programs: [new ProgramBuilder("worker").compute("1us").write("sum")], threads: { worker: 2 }, data: { sum: "8B" }, cores: 2, ...(races && { watch: { races } }),
}).threads!;

/** The owner of a lock is kept from its core by a thread of middling priority. */
const inverted = (inversions?: "error" | "warning") => tracedThreads({
  programs: [
    new ProgramBuilder("low").lock("m").compute("10us").unlock("m"), new ProgramBuilder("middle").compute("50us"), new ProgramBuilder("high").lock("m").compute("1us").unlock("m"),
  ],
  threads: { low: { priority: 1 }, middle: { priority: 2, start: "3us" }, high: { priority: 3, start: "2us" } }, locks: { m: "futex" }, cores: 1, ...(inversions && { watch: { inversions } }),
}, "priority").threads!;

const stuckAt = (wait: (p: ProgramBuilder) => ProgramBuilder, watch: object = {}, more: object = {}) => tracedThreads({ programs: [wait(new ProgramBuilder("worker"))], threads: { worker: 2 }, locks: ["m"], conditions: ["c"], cores: 2, watch, ...more }).threads!;

describe("findings of threads", () => {
  it("a deadlock fails the run, and names the circle", () => {
    const threads = philosophers().threads!;
    expect(threads.outcome).toBe(threads.findings[0]);
    const [finding] = findingMetrics(threads);
    expect(finding).toMatchObject({ kind: "deadlock", severity: "error", atNs: 11_000 });
    // Each waits for what the next one holds, and the last for what the first one does.
    const parts = finding!.parts;
    expect(parts).toHaveLength(5);
    parts.forEach(({ heldBy }, i) => expect(heldBy).toBe(parts[(i + 1) % 5]!.thread));
    expect(new Set(parts.map(({ object }) => object)).size).toBe(5);
    expect(findingIssues(threads, true)).toMatchObject([{ code: "deadlock", message: expect.stringMatching(/^deadlock since 11\.0 µs:\n/) as string }]);
    expect(threadFailure(threads)).toMatchObject({ name: "SimulationError", exitCode: 1 });
  });

  it("a lock whose holder has ended needs another advice", () => {
    const threads = stuckAt((p) => p.lock("m").compute("1us"));
    expect(findingMetrics(threads)).toMatchObject([{ kind: "deadlock", parts: [{ thread: "worker[1]", object: "m", heldBy: "worker[0]", holderEnded: true }] }]);
    expect(findingIssues(threads, true)).toMatchObject([{ message: expect.stringContaining("worker[1] waits for m since 0 ns, which worker[0] held when it ended") as string, hint: "unlock it on every way to the end of the program" }]);
    expect(findingMetrics(philosophers().threads!)[0]!.parts[0]).not.toHaveProperty("holderEnded");
  });

  it("who waits for the end of a thread says of which", () => {
    const threads = tracedThreads({ programs: [new ProgramBuilder("boss").spawn("child", 0, "t").join("$t"), new ProgramBuilder("child").acquire("s")], threads: { boss: 1, child: 0 }, semaphores: { s: 0 }, cores: 2 }).threads!;
    expect(findingMetrics(threads)[0]!.parts.map(({ thread, object }) => [thread, object])).toEqual([["boss", "the end of child[1]"], ["child[1]", "s"]]);
    expect(threads.findings[0]!.message).toContain("\n  boss waits for the end of child[1]\n");
  });

  it("a lost wake-up is told apart from a deadlock", () => {
    const threads = stuckAt((p) => p.if("$i == 0", (q) => q.signal("c"), (q) => q.compute("5us").lock("m").wait("c", "m").unlock("m")));
    expect(findingMetrics(threads)).toMatchObject([{ kind: "lost-wakeup", severity: "error", parts: [{ thread: "worker[0]", object: "c" }, { thread: "worker[1]", object: "c" }] }]);
    expect(findingIssues(threads, true)[0]!.message).toMatch(/^worker\[0\] signalled c at 0 ns, when nobody waited/);
  });

  it("starvation names the longest waiter", () => {
    const threads = stuckAt((p) => p.compute({ uniform: ["1us", "2us"] }).lock("m").compute("500us").unlock("m"), { starvation: "100us" });
    expect(findingMetrics(threads)).toMatchObject([{ kind: "starvation", severity: "error", parts: [{ object: "m" }] }]);
  });

  it("a livelock is found where threads run and nothing comes of it", () => {
    const threads = stuckAt((p) => p.forever((q) => q.compute("1us").yield()), { livelock: "50us" });
    expect(findingMetrics(threads)).toMatchObject([{ kind: "livelock", severity: "error" }]);
    expect(threads.endTicks).toBeGreaterThanOrEqual(50_000);
  });

  it("races are warnings, or errors where the scenario says so", () => {
    expect(findingMetrics(racing())).toMatchObject([{ kind: "data-race", severity: "warning", parts: [{ object: "sum" }, { object: "sum" }] }]);
    expect(threadFailure(racing("warning"))).toBeUndefined();
    expect(findingIssues(racing(), false)).toMatchObject([{ code: "data-race", message: expect.stringMatching(/^data race on sum: /) as string }]);
    expect(findingMetrics(racing("error"))).toMatchObject([{ severity: "error" }]);
    expect(threadFailure(racing("error"))).toMatchObject({ issues: [{ code: "data-race" }] });
  });

  it("so are priority inversions", () => {
    expect(findingMetrics(inverted())).toMatchObject([{ kind: "priority-inversion", severity: "warning", parts: [{ thread: "high" }, { thread: "low" }, { thread: "middle" }] }]);
    expect(threadFailure(inverted())).toBeUndefined();
    expect(threadFailure(inverted("error"))).toMatchObject({ issues: [{ code: "priority-inversion" }] });
  });

  it("a run without any has none", () => {
    const threads = twoOnALock().threads!;
    expect([findingMetrics(threads), findingIssues(threads, true), threadFailure(threads), threadFailure(undefined)]).toEqual([[], [], undefined, undefined]);
  });
});
