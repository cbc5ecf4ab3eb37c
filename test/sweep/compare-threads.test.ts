import { describe, expect, it } from "vitest";
import { comparisonCsv } from "../../src/sweep/comparison-csv.ts";
import { comparisonData } from "../../src/sweep/comparison-data.ts";
import { formatComparisonOverSeeds } from "../../src/sweep/comparison-over-seeds-text.ts";
import { compareOverSeeds } from "../../src/sweep/compare-over-seeds.ts";
import { measure } from "../../src/sweep/measures.ts";
import { reopenThreads } from "../../src/scenario/resolve-threads.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { openSetting, shareSetting } from "../../src/sweep/worker-setting.ts";
import { CellRunner } from "../../src/sweep/cell-runner.ts";
import { compileScenario } from "../../src/scenario/run-scenario.ts";
import { resolved } from "./resolved.ts";

/** Eight threads on four cores that draw what they do, meet at a lock, and cut a loop. */
const threads = (compare: string): string => `
programs:
  worker:
    - repeat: 20
      do:
        - compute: {exponential: 20us}
        - measure: {name: rest, do: [{lock: m}, {compute: {exponential: 5us}}, {unlock: m}]}
        - mark: done
    - parallel: {loop: rows, iterations: 64, each: 1us}
    - allocate: {from: h, bytes: 1KiB, into: a}
threads: {worker: 8}
locks: {m: futex}
loops: {rows: dynamic}
heaps: {h: 1MiB}
cores: 4
seed: 3
compareThreads: ${compare}
`;

describe("comparing thread policies", () => {
  it("runs each with the same seeds, and ranks them", async () => {
    const scenario = await resolved(threads("[fair, fifo, {use: round-robin, quantum: 50us}, {use: round-robin, quantum: 1ms}]"));
    const comparison = await compareOverSeeds(scenario, { seeds: 5, workers: 0 });
    expect(comparison).toMatchObject({ compares: "thread policies", by: "makespan", random: true, baseline: "fair", failures: [] });
    expect(comparison.schedulers.map(({ name }) => name).sort()).toEqual(["fair", "fifo", "round-robin quantum=1000000", "round-robin quantum=50000"]);
    const [fair] = comparison.schedulers.filter(({ name }) => name === "fair");
    expect([...fair!.makespansNs]).toEqual([3, 4, 5, 6, 7].map((seed) => runScenario(scenario, { seed }).makespanTicks));
    expect(fair!.utilization).toBeCloseTo(measure(runScenario(scenario)).utilization, 1);
    expect(comparison.lowerBoundNs).toBeUndefined();
    expect(formatComparisonOverSeeds(comparison)).toContain("with each, all thread policies meet the same luck");
    expect(comparisonData(comparison)).toMatchObject({ compares: "thread policies" });
  });

  it("ranks by what programs measure", async () => {
    const scenario = await resolved(threads("[fair, fifo]"));
    const trace = runScenario(scenario);
    const { spans, counters, endTicks } = trace.threads!;
    const values = { "span:rest": spans.durations.sum[0]! / spans.durations.count[0]!, "span:rest:p99": spans.durations.p99[0]!, "span:rest:max": spans.durations.largest[0]!, "counter:done": endTicks / counters.marks[0]! };
    for (const [by, value] of Object.entries(values)) {
      const comparison = await compareOverSeeds(scenario, { by: by as "span:rest", workers: 0 });
      expect([by, comparison.schedulers.find(({ name }) => name === "fair")!.mean.value]).toEqual([by, value]);
    }
    const one = await compareOverSeeds(scenario, { by: "span:rest:p99", workers: 0 });
    expect(formatComparisonOverSeeds(one)).toContain("rest p99");
    expect(comparisonCsv(await compareOverSeeds(scenario, { by: "counter:done", seeds: 2, workers: 0 }))).toContain("counter:done");
    const periodic = await resolved("{programs: {control: [{repeat: 5, do: [{compute: 2ms}, nextPeriod]}]}, threads: {control: {period: 10ms}}, compareThreads: all}");
    const responses = await compareOverSeeds(periodic, { by: "response:control:max", workers: 0 });
    expect(responses.schedulers[0]!.mean.value).toBeGreaterThanOrEqual(2e6);
    expect(responses.schedulers.map(({ name }) => name)).toContain("rate-monotonic");
  });

  it("says what it cannot rank by", async () => {
    const scenario = await resolved(threads("[fair]"));
    await expect(compareOverSeeds(scenario, { by: "span:rst" })).rejects.toMatchObject({ issues: [{ code: "unknown-span", hint: expect.stringContaining("rest") as string }] });
    await expect(compareOverSeeds(scenario, { by: "span:rest:p42" })).rejects.toMatchObject({ issues: [{ code: "unknown-objective" }] });
    await expect(compareOverSeeds(scenario, { by: "response:worker" })).rejects.toMatchObject({ issues: [{ code: "unknown-response" }] });
    await expect(compareOverSeeds(scenario, { sensitivity: true, workers: 0 })).rejects.toMatchObject({ issues: [{ code: "no-sensitivity" }] });
    const graph = await resolved("{workload: {model: mlp}, compare: [heft]}");
    await expect(compareOverSeeds(graph, { by: "span:rest" })).rejects.toMatchObject({ issues: [{ code: "no-threads" }] });
    await expect(compareOverSeeds(scenario, { schedulers: graph.compare })).rejects.toMatchObject({ issues: [{ code: "no-scheduler-decides", message: expect.stringContaining("threads are all that runs") as string }] });
    await expect(resolved("{workload: {model: mlp}, compareThreads: [fair]}")).rejects.toMatchObject({ issues: [{ code: "no-threads", line: 1 }] });
    await expect(resolved(threads("[fai]"))).rejects.toMatchObject({ issues: [{ code: "unknown-thread-policy", hint: expect.stringContaining("fair") as string }] });
  });

  it("lists a run that gets stuck as failed, and compares the others", async () => {
    const text = "{programs: {a: [{lock: m}, {compute: 2ms}, {lock: n}, {unlock: n}, {unlock: m}], b: [{lock: n}, {compute: 2ms}, {lock: m}, {unlock: m}, {unlock: n}]}, threads: {a: 1, b: 1}, cores: 1, locks: [m, n], compareThreads: [fifo, {use: round-robin, quantum: 1ms}]}";
    const comparison = await compareOverSeeds(await resolved(text), { workers: 0 });
    expect(comparison.failures).toMatchObject([{ name: "round-robin", code: "deadlock" }]);
    expect(comparison.schedulers.map(({ name }) => name)).toEqual(["fifo"]);
  });

  it("compiles threads again for a worker, with the same result", async () => {
    const scenario = await resolved(threads("[fair, eevdf]"));
    const setting = { instance: compileScenario(scenario), variations: [undefined], schedulers: scenario.compareThreads, scheduler: scenario.scheduler, threads: scenario.threads!, by: "span:rest:p90" as const, sync: scenario.sync, firstSeed: scenario.seed };
    const posted = structuredClone(shareSetting(setting)!);
    const there = new CellRunner(await openSetting(posted, new Int32Array(new SharedArrayBuffer(16))));
    const here = new CellRunner(setting);
    for (const policy of [0, 1]) for (const seed of [0, 4]) expect(there.run(0, policy, seed)).toEqual(here.run(0, policy, seed));
  });

  it("takes the cores and the memory of a machine along", async () => {
    const scenario = await resolved("{machine: workstation, cores: {of: machine}, programs: {w: [{repeat: 5, do: [{compute: {work: 10us, bytes: 1MiB, pattern: random}}]}]}, threads: {w: 3}, compareThreads: [fair]}");
    const again = await reopenThreads(structuredClone(shareSetting({ instance: compileScenario(scenario), variations: [undefined], schedulers: scenario.compareThreads, scheduler: scenario.scheduler, threads: scenario.threads!, sync: scenario.sync, firstSeed: 0 })!).threads!);
    expect(again.memory).toEqual(scenario.threads!.memory);
    expect(again.memory).toBeDefined();
    expect(runScenario({ ...scenario, threads: again }).digest).toBe(runScenario(scenario).digest);
  });

  it("runs schedulers with threads beside the graph", async () => {
    const scenario = await resolved("{workload: {generate: {family: layered, ops: 20}}, machine: {processors: 2}, programs: {w: [{compute: 1ms}, {mark: done}]}, threads: {w: 2}, compare: [heft, fifo]}");
    const comparison = await compareOverSeeds(scenario, { workers: 0 });
    expect(comparison).toMatchObject({ compares: "schedulers", failures: [] });
    expect(comparison.schedulers[0]!.makespansNs[0]).toBeGreaterThanOrEqual(1e6);
    const policies = await compareOverSeeds(scenario, { workers: 0, threadPolicies: (await resolved(threads("[fair, fifo]"))).compareThreads });
    expect(policies.compares).toBe("thread policies");
  });
});
