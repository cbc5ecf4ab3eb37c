import { describe, expect, it } from "vitest";
import { explainRun } from "../../../src/trace/explain/explain-run.ts";
import { formatRunExplanation } from "../../../src/trace/explain/run-text.ts";
import { threadStory } from "../../../src/trace/explain/thread-story.ts";
import { threadWhatIf } from "../../../src/trace/explain/thread-what-if.ts";
import { runScenario } from "../../../src/scenario/run-scenario.ts";
import { threadVariants } from "../../../src/scenario/thread-variants.ts";
import { resolved } from "../../sweep/resolved.ts";
import { busyThreads, philosophers, twoOnALock } from "../threads/runs.ts";

describe("threadStory", () => {
  it("divides the lives of threads, and says what they stood in line for", () => {
    // 15 µs and 20 µs of life; the second spins for 5 µs on its core.
    const story = threadStory(twoOnALock().threads!, 1);
    expect(story).toMatchObject({ lifeNs: 35_000, onCores: 1, withoutCore: 0, asleep: 0 });
    expect(story.inLine).toBeCloseTo(5 / 35, 9);
    expect(story.waits).toHaveLength(1);
    expect(story.waits[0]).toMatchObject({ name: "m", kind: "mutex", design: "ticket", ns: 5000, count: 1, longestNs: 5000, heldShare: 0.5 });
    expect(story.waits[0]!.sections![0]).toEqual({ thread: "worker[0]", startNs: 10_000, ns: 5000 });
  });

  it("adds up in a run with everything", () => {
    const { threads } = busyThreads();
    const { onCores, withoutCore, asleep, waits } = threadStory(threads!, 1);
    expect(onCores + withoutCore + asleep).toBeCloseTo(1, 6);
    expect(waits.map(({ ns }) => ns)).toEqual(waits.map(({ ns }) => ns).sort((a, b) => b - a));
    for (const { sections = [] } of waits) expect(sections.map(({ ns }) => ns)).toEqual(sections.map(({ ns }) => ns).sort((a, b) => b - a));
  });

  it("counts waits that never end", () => {
    const { waits } = threadStory(philosophers().threads!, 1);
    expect(waits).toEqual([]); // The last philosopher closes the circle at once: nobody has waited for any time yet.
    expect(formatRunExplanation(explainRun(philosophers()))).toMatch(/deadlock since/);
  });

  it("reads as sentences", () => {
    const text = formatRunExplanation(explainRun(twoOnALock()));
    expect(text).toContain("Threads lived 35.0 µs together: 100.0 % on cores. For 14.3 % of it they stood in line:");
    expect(text).toContain("14.3 % for m (ticket): 5.00 µs in 1 wait, the longest 5.00 µs. It is held 50.0 % of the time;");
    for (const line of text.split("\n")) expect([...line].length).toBeLessThanOrEqual(110);
  });
});

describe("what-ifs of threads", () => {
  const contended = "{programs: {w: [{repeat: 50, do: [{compute: 2us}, {lock: m}, {compute: 10us}, {unlock: m}]}]}, threads: {w: 4}, cores: 4, locks: {m: ticket}, threadCosts: none}";

  it("halves the critical sections of the lock that decides", async () => {
    const scenario = await resolved(contended);
    const trace = runScenario(scenario);
    expect(trace.makespanTicks).toBe(2000 + 4 * 50 * 10_000);
    const tried = threadWhatIf(trace, threadVariants(scenario.threads!, trace.threads!), 100, (spec) => runScenario({ ...scenario, threads: { ...scenario.threads!, spec } }));
    expect(tried.tried).toBe(tried.candidates);
    expect(tried.results[0]).toEqual({ label: "critical sections of m half as long", afterNs: 2000 + 4 * 50 * 5000, gain: expect.closeTo(0.4995, 3) as number });
    // With four threads for one lock, more cores gain nothing.
    expect(tried.results.find(({ label }) => label === "one more core")).toMatchObject({ gain: 0 });
    expect(tried.results.map(({ label }) => label)).toContain("m as mcs");
  });

  it("finds that cores are short where they are", async () => {
    const scenario = await resolved("{programs: {w: [{compute: 10ms}]}, threads: {w: 3}, cores: 2, threadCosts: none, threadPolicy: fifo}");
    const trace = runScenario(scenario);
    const tried = threadWhatIf(trace, threadVariants(scenario.threads!, trace.threads!), 100, (spec) => runScenario({ ...scenario, threads: { ...scenario.threads!, spec } }));
    expect(tried.results.find(({ label }) => label === "one more core")).toMatchObject({ afterNs: 10e6, gain: 0.5 });
  });

  it("gives each thread a lock of its own in a heap", async () => {
    const scenario = await resolved("{programs: {w: [{repeat: 50, do: [{allocate: {from: h, bytes: 64B, into: a}}, {free: {address: $a, to: h}}]}]}, threads: {w: 4}, cores: 4, heaps: {h: {allocator: {use: first-fit, fast: 100ns, slow: 100ns}}}, threadCosts: none}");
    const trace = runScenario(scenario);
    const variant = threadVariants(scenario.threads!, trace.threads!).find(({ label }) => label.includes("arenas"))!;
    expect(runScenario({ ...scenario, threads: { ...scenario.threads!, spec: variant.spec } }).makespanTicks).toBe(50 * 200);
    expect(trace.makespanTicks).toBe(4 * 50 * 200);
  });

  it("tells a change with which the run fails", async () => {
    const scenario = await resolved(contended);
    const trace = runScenario(scenario);
    const stuck = await resolved("{programs: {a: [{lock: m}, {compute: 2us}, {lock: n}, {unlock: n}, {unlock: m}], b: [{lock: n}, {compute: 2us}, {lock: m}, {unlock: m}, {unlock: n}]}, threads: {a: 1, b: 1}, cores: 2, locks: [m, n]}");
    const { results } = threadWhatIf(trace, [{ label: "stuck", spec: stuck.threads!.spec }], 5, (spec) => runScenario({ ...stuck, threads: { ...stuck.threads!, spec } }));
    expect(results[0]).toMatchObject({ label: "stuck", failure: expect.stringContaining("waits for") as string });
  });
});
