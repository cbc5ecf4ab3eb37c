import { beforeAll, describe, expect, it } from "vitest";
import type { Trace } from "../../../src/core/trace.ts";
import { machineVariants } from "../../../src/scenario/machine-variants.ts";
import type { ResolvedScenario } from "../../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../../src/scenario/run-scenario.ts";
import { criticalPath } from "../../../src/trace/critical-path.ts";
import { explainRun } from "../../../src/trace/explain/explain-run.ts";
import { formatRunExplanation } from "../../../src/trace/explain/run-text.ts";
import { resolved } from "../../sweep/resolved.ts";

describe("a run whose operators threads run", () => {
  let scenario: ResolvedScenario;
  let trace: Trace;
  beforeAll(async () => {
    // Two threads take three operators of 5 ms each, compute for 1 ms after each, and once more at the end.
    scenario = await resolved(`
workload: {graph: {ops: {a: {time: {cpu0: 5ms}}, b: {time: {cpu0: 5ms}}, c: {time: {cpu0: 5ms}}}}}
machine: {devices: {cpu0: {kind: cpu, units: 2, slots: 2, peak: {f32: 1TFLOP/s}}}}
programs:
  worker:
    - repeat: forever
      do: [{pop: {from: ready, into: op, else: [break]}}, {runOp: {op: $op}}, {complete: $op}, {compute: 1ms}]
    - compute: 1ms
threads: {worker: 2}
queues: {ready: {takes: operators}}
threadCosts: none
`);
    trace = runScenario(scenario);
  });

  it("has a critical path that covers the makespan, to the end of the threads", () => {
    expect(trace.makespanTicks * scenario.tickNs).toBe(13_000_000);
    const path = criticalPath(trace).map(({ kind, startTicks, endTicks }) => [kind, startTicks * scenario.tickNs, endTicks * scenario.tickNs]);
    expect(path).toEqual([["wait-thread", 0, 6_000_000], ["run", 6_000_000, 11_000_000], ["threads", 11_000_000, 13_000_000]]);
  });

  it("is explained without slots, which nothing waits for", () => {
    const explanation = explainRun(trace);
    expect(explanation.devices).toEqual([]);
    expect(explanation.criticalPath.parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
    expect(formatRunExplanation(explanation)).not.toMatch(/Idle time|ever idle|slots/);
    expect(machineVariants(scenario, trace).map(({ change }) => change)).not.toContain("slot");
  });
});
