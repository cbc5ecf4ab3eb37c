import { describe, expect, it } from "vitest";
import { analyzeRun } from "../../src/scenario/analyze-run.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { readOrdinaryFile } from "../../src/scenario/read-file.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { phaseLines } from "../../src/trace/load-phases.ts";
import type { Metrics } from "../../src/trace/metrics.ts";

async function metricsOf(yaml: string): Promise<Metrics> {
  const readFile = async (file: string) => (file === "a.yaml" ? new TextEncoder().encode(yaml) : readOrdinaryFile(file));
  const scenario = await resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile });
  return analyzeRun(scenario, runScenario(scenario));
}

const ms = 1e6;
/** Jobs of 1 ms on one slot: 5 that meet nobody, 20 in 10 ms, and 10 that meet what those have left. */
const rush = `
workload:
  graph: {ops: {a: 1ms}}
  phases: [{for: 10ms, every: 2ms}, {for: 10ms, every: 500us}, {for: 40ms, every: 4ms}]
machine: {processors: 1}
scheduler: fifo
`;

describe("the phases of a load", () => {
  it("each have their jobs, and the time that latency took to come back or to settle", async () => {
    const { phases } = await metricsOf(rush);
    expect(phases).toMatchObject([
      { atNs: 0, jobs: 5, completed: 5, latencyNs: { mean: ms, p50: ms, max: ms } },
      // The k-th ends at 11 + k, and so takes 1 + k/2: 1 to 5.5 ms until the phase ends, the later half of those 3.5 to 5.5.
      { atNs: 10 * ms, jobs: 20, completed: 20, latencyNs: { p50: 5.5 * ms, max: 10.5 * ms }, recovery: { latencyBeforeNs: ms, latencyAfterNs: 4.5 * ms, recovered: false, settledAfterNs: 6 * ms, jobsBefore: 5, jobsAfter: 10 } },
      // Of 11, 8, 5, 2, 1 … ms, after the rush's last 10: five of them have a median below 1.1 · 3.25 from the one on that ends at 32 ms.
      { atNs: 20 * ms, jobs: 10, completed: 10, latencyNs: { p50: ms, max: 11 * ms }, recovery: { latencyBeforeNs: 3.25 * ms, latencyAfterNs: ms, recovered: true, recoveredAfterNs: 12 * ms, jobsBefore: 10, jobsAfter: 20 } },
    ]);
    expect(phases![0]).not.toHaveProperty("recovery");
    expect(phaseLines(phases!)).toEqual([
      "from 0 ns: 5 jobs, latency p50 1.00 ms, p99 1.00 ms",
      "from 10.0 ms: 20 jobs, latency p50 5.50 ms, p99 10.5 ms; latency 1.00 ms → 4.50 ms, not back, steady after 6.00 ms",
      "from 20.0 ms: 10 jobs, latency p50 1.00 ms, p99 11.0 ms; latency 3.25 ms → 1.00 ms, back after 12.0 ms",
    ]);
  });

  it("end what is looked at of an event, and begin anew with one", async () => {
    const { phases, events } = await metricsOf(`${rush}events: [{at: 5ms, device: P1, speed: 50%}]\n`);
    // Three jobs ended by 5 ms, after 1 ms each; at half the speed those of 6 and 8 ms end at 8 and 10.
    expect(events).toMatchObject([{ atNs: 5 * ms, recovery: { latencyBeforeNs: ms, latencyAfterNs: 2 * ms, jobsBefore: 3, jobsAfter: 2 } }]);
    expect(phases![1]).toMatchObject({ recovery: { latencyBeforeNs: 2 * ms, jobsBefore: 2 } });
  });

  it("are not there where a load has none", async () => {
    expect(await metricsOf("workload: {graph: {ops: {a: 1ms}}, instances: 3}\nmachine: {processors: 1}\n")).not.toHaveProperty("phases");
  });
});
