import { describe, expect, it } from "vitest";
import { SimulationError } from "../../src/base/errors.ts";
import { lowerBound } from "../../src/bounds/lower-bound.ts";
import type { NameList } from "../../src/core/instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Trace } from "../../src/core/trace.ts";
import { defaultScenario } from "../../src/scenario/default-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { criticalPath } from "../../src/trace/critical-path.ts";
import { diffTraces } from "../../src/trace/diff.ts";
import { computeMetrics } from "../../src/trace/metrics.ts";
import { loadTrace, saveTrace } from "../../src/trace/saved-trace.ts";
import { randomCase } from "../reference/random-case.ts";

/** Where memories are not connected a random placement may leave an op without its data: such cases have no run. */
const runs = Array.from({ length: 400 }, (_, seed) => seed).flatMap((seed): Trace[] => {
  const { instance, scheduler, sync } = randomCase(seed, 20);
  const run = (untilTicks?: number): Trace => simulate({ instance, scheduler: scheduler.make(), sync: sync.make(), ...(untilTicks !== undefined && { untilTicks }) });
  try {
    const whole = run();
    return [seed % 10 === 0 ? run(Math.floor(whole.makespanTicks / 2)) : whole];
  } catch (error) {
    if (error instanceof SimulationError) return [];
    throw error;
  }
});

const namesOf = (list: NameList): string[] => Array.from({ length: list.length }, (_, id) => list.at(id));
/** With names as arrays, which compare by value, and without what only a file has. */
const plain = ({ record: _record, ...trace }: Trace): object => ({ ...trace, instance: { ...trace.instance, opNames: namesOf(trace.instance.opNames), tensorNames: namesOf(trace.instance.tensorNames) } });

describe("runs of the engine", () => {
  it("have a critical path that covers the makespan and leaves nothing unexplained", () => {
    expect(runs.length).toBeGreaterThan(350);
    const kinds = new Map<string, number>();
    for (const [seed, trace] of runs.entries()) {
      let now = 0;
      for (const { kind, startTicks, endTicks } of criticalPath(trace)) {
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (startTicks !== now || endTicks < startTicks) expect.fail(`run ${seed} has a gap at ${now}`);
        now = endTicks;
      }
      expect(now).toBe(trace.makespanTicks);
    }
    for (const kind of ["run", "transfer", "setup", "absent", "wait-placement", "wait-sync", "arrival"]) expect(kinds.get(kind), kind).toBeGreaterThan(0);
    expect(kinds.get("wait-data") ?? 0).toBe(0);
  });

  it("follow jobs back to back, from the input of one to the end of the one before", async () => {
    const scenario = await resolveScenario(await defaultScenario("resnet18", { machine: "workstation", scheduler: "heft", overrides: [{ path: "workload.instances", value: 3 }] }));
    const path = criticalPath(runScenario(scenario));
    expect(new Set(path.map(({ kind }) => kind))).toEqual(new Set(["transfer", "run"]));
    expect(path.flatMap(({ kind, because }) => (kind === "transfer" ? [because] : []))).toEqual(["start", "arrival", "arrival"]);
  });

  it("are the same after saving and loading", () => {
    for (const trace of runs.slice(0, 100)) expect(plain(loadTrace([...saveTrace(trace)].join("")))).toEqual(plain(trace));
  });

  it("have slot-time that adds up, shares in [0, 1], and figures that JSON can hold", () => {
    for (const trace of runs) {
      const metrics = computeMetrics(trace, { lowerBound: lowerBound(trace.instance) });
      expect(JSON.stringify(metrics)).not.toContain("null");
      for (const { busyNs, setupNs, waitingForDataNs, idleNs, abortedNs = 0, absentNs = 0, slots, utilization } of metrics.devices) {
        expect(busyNs + setupNs + waitingForDataNs + idleNs + abortedNs + absentNs).toBeCloseTo(slots * metrics.makespanNs, 6);
        expect(utilization).toBeLessThanOrEqual(1);
      }
      for (const link of metrics.links) expect(link.utilization ?? 0).toBeLessThanOrEqual(1.000001);
      if (trace.complete) expect(metrics.gap ?? 0).toBeGreaterThanOrEqual(0);
    }
  });

  it("can be compared", () => {
    for (let seed = 0; seed < 50; seed++) {
      const diff = diffTraces(runs[seed]!, runs[seed]!);
      expect(diff.moved).toBe(0);
      expect(diff.makespanChangeNs).toBe(runs[seed]!.complete ? 0 : undefined);
    }
  });
});
