import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Trace } from "../../src/core/trace.ts";
import { criticalPath } from "../../src/trace/critical-path.ts";
import { anyRun } from "./any-run.ts";
import { makeInstance, makeRun, type Decision } from "./make-run.ts";

/** "kind op [start,end) because" of each step. */
const steps = (trace: Trace): string[] => criticalPath(trace).map((s) => `${s.kind} ${s.op} ${s.startTicks}-${s.endTicks} ${s.because}`);

describe("criticalPath", () => {
  it("follows data, dependencies and slots", () => {
    const instance = makeInstance({ costs: [[4, 9], [9, 3], [2, 2], [5, 5]], edges: [[0, 1, 6], [1, 2, 0]], latency: 1 });
    const trace = makeRun(instance, [{ op: 0, device: 0 }, { op: 1, device: 1 }, { op: 3, device: 1 }, { op: 2, device: 1 }]);
    expect(steps(trace)).toEqual(["run 0 0-4 start", "transfer 1 4-11 dependency", "run 1 11-14 data", "run 3 14-19 slot", "run 2 19-21 slot"]);
    expect(criticalPath(trace)[1]!.transfer).toBe(0);
  });

  it("says what else may hold an op: arrival, late placement, sync, the queue, setup, contention", () => {
    const run = (decision: Partial<Decision>, arrival = 0): string[] =>
      steps(makeRun(makeInstance({ costs: [[2], [3]], edges: [[0, 1, 0]], arrivals: [arrival] }), [{ op: 0, device: 0 }, { op: 1, device: 0, ...decision }]));
    expect(run({}, 7)).toEqual(["arrival 0 0-7 start", "run 0 7-9 arrival", "run 1 9-12 dependency"]);
    expect(run({ placing: 4 })).toEqual(["run 0 0-2 start", "wait-placement 1 2-6 dependency", "run 1 6-9 placement"]);
    expect(run({ sync: 4 })).toEqual(["run 0 0-2 start", "wait-sync 1 2-6 dependency", "run 1 6-9 sync"]);
    expect(run({ hold: 4 })).toEqual(["run 0 0-2 start", "wait-slot 1 2-6 dependency", "run 1 6-9 slot"]);
    expect(run({ setup: 4 })).toEqual(["run 0 0-2 start", "setup 1 2-6 dependency", "run 1 6-9 setup"]);
    expect(criticalPath(makeRun(makeInstance({ costs: [[2]] }), [{ op: 0, device: 0, stretch: 5 }]))).toEqual([{ kind: "run", op: 0, startTicks: 0, endTicks: 7, because: "start", stretchTicks: 5 }]);
  });

  it("shows a pause as a gap between two runs", () => {
    const trace = makeRun(makeInstance({ costs: [[6]] }), [{ op: 0, device: 0 }]);
    const rows = { length: 2, track: new Uint32Array(2), subjectKind: new Uint8Array(2), subject: new Uint32Array(2), kind: new Uint8Array(2), start: Float64Array.of(0, 5), end: Float64Array.of(2, 9) };
    const paused = { ...trace, rows, makespanTicks: 9, ops: { ...trace.ops, endTicks: Float64Array.of(9) } };
    expect(steps(paused)).toEqual(["run 0 0-2 start", "paused 0 2-5 pause", "run 0 5-9 pause"]);
  });

  it("is empty when nothing ran", () => {
    expect(criticalPath(makeRun(makeInstance({ costs: [[1]] }), []))).toEqual([]);
  });

  it("covers [0, makespan] without gaps or overlaps, whatever delayed the run", () => {
    fc.assert(
      fc.property(anyRun, (trace) => {
        const path = criticalPath(trace);
        let now = 0;
        for (const { startTicks, endTicks, stretchTicks } of path) {
          if (startTicks !== now || !(endTicks >= startTicks) || !(stretchTicks >= 0)) expect.fail(JSON.stringify(path));
          now = endTicks;
        }
        expect(now).toBe(trace.makespanTicks);
        const wrong = path.filter(({ kind, op, endTicks }) => kind === "wait-data" || (kind === "run" && endTicks !== trace.ops.endTicks[op]));
        expect(wrong).toEqual([]);
      }),
      { numRuns: 1000, seed: 3 },
    );
  });
});
