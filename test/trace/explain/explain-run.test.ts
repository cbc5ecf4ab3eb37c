import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explainPath } from "../../../src/trace/explain/explain-path.ts";
import { explainRun } from "../../../src/trace/explain/explain-run.ts";
import { idleCauses, type DeviceIdle } from "../../../src/trace/explain/idle-causes.ts";
import { formatRunExplanation } from "../../../src/trace/explain/run-text.ts";
import { nanoseconds } from "../../../src/trace/nanoseconds.ts";
import { anyRun } from "../any-run.ts";
import { makeInstance, makeRun } from "../make-run.ts";

const causesOf = ({ causes }: DeviceIdle): Record<string, number> => Object.fromEntries(causes.map(({ cause, ns }) => [cause, ns]));

/** a on cpu 0–4, its 6 bytes move 4–11, b on gpu 11–14; c on cpu 4–6. */
const small = makeRun(makeInstance({ costs: [[4, 9], [9, 3], [2, Infinity]], edges: [[0, 1, 6]], latency: 1, names: ["a", "b", "c"], devices: ["cpu", "gpu"] }), [
  { op: 0, device: 0 }, { op: 1, device: 1 }, { op: 2, device: 0 },
]);

describe("explainPath", () => {
  it("sums the path by kind and place, and tells it in order", () => {
    const { steps, operators, parts, chapters } = explainPath(small);
    expect(steps).toBe(3);
    expect(operators).toEqual({ count: 2, afterDependency: 0, afterData: 1, afterSlot: 0 });
    expect(parts.map(({ kind, device, from, ns, share, largest }) => [kind, device ?? from, ns, share, largest.name])).toEqual([
      ["transfer", "cpu.memory", 7, 0.5, "a:out"], ["run", "cpu", 4, 0.285714286, "a"], ["run", "gpu", 3, 0.214285714, "b"],
    ]);
    expect(chapters.map(({ kind, startNs, endNs, because, after }) => [kind, startNs, endNs, because, after])).toEqual([
      ["run", 0, 4, "start", undefined], ["transfer", 4, 11, "dependency", "a"], ["run", 11, 14, "data", "a"],
    ]);
  });

  it("joins steps at one place, and what is short between long chapters", () => {
    // A chain that changes devices after every second op: 20 pairs, of which every fifth is long.
    const costs = Array.from({ length: 40 }, (_, op) => (op % 10 === 0 ? [50, 50] : [1, 1]));
    const edges = Array.from({ length: 39 }, (_, op) => [op, op + 1, 0] as const);
    const run = makeRun(makeInstance({ costs, edges }), costs.map((_, op) => ({ op, device: Math.floor(op / 2) % 2 })));
    const { chapters } = explainPath(run, 4);
    expect(chapters.map(({ kind, count }) => [kind, count])).toEqual([["run", 2], ["more", 8], ["run", 2], ["more", 8], ["run", 2], ["more", 8], ["run", 2], ["more", 8]]);
    expect(chapters[1]!.mostly).toEqual({ kind: "run", device: "P2" });
    expect(chapters[0]!.largest).toEqual({ name: "op0", ns: 50 });
  });

  it("covers the makespan without gaps, whatever the run", () => {
    fc.assert(fc.property(anyRun, (trace) => {
      const { parts, chapters } = explainPath(trace, 3);
      if (chapters.length === 0) return;
      expect(parts.reduce((sum, { ns }) => sum + ns, 0)).toBeCloseTo(trace.makespanTicks * trace.instance.tickNs, 6);
      expect([chapters[0]!.startNs, chapters.at(-1)!.endNs]).toEqual([0, nanoseconds(trace.makespanTicks, trace.instance.tickNs)]);
      for (let i = 1; i < chapters.length; i++) expect(chapters[i]!.startNs).toBe(chapters[i - 1]!.endNs);
    }), { numRuns: 200, seed: 4 });
  });
});

describe("idleCauses", () => {
  it("divides a gap by what the next operator in the slot waited for", () => {
    const [cpu, gpu] = idleCauses(small);
    expect([cpu!.busyNs, causesOf(cpu!)]).toEqual([6, { finished: 8 }]);
    expect([gpu!.busyNs, causesOf(gpu!)]).toEqual([3, { data: 7, predecessors: 4 }]);
    expect(gpu!.causes[0]!.reasons).toEqual([{ from: "cpu.memory", to: "gpu.memory", count: 1, ns: 7, largest: { name: "a:out", ns: 7 } }]);
    expect(gpu!.causes[1]!.reasons).toEqual([{ device: "cpu", taskKind: "task", count: 1, ns: 4, largest: { name: "a", ns: 4 } }]);
  });

  it("tells policy, synchronization, setup, queue order, arrivals and unused slots apart", () => {
    const instance = makeInstance({ costs: [[5], [5], [5]], edges: [[0, 1, 0]], slots: [2], setup: 3, jobOf: [0, 0, 1], arrivals: [1, 40] });
    const [device] = idleCauses(makeRun(instance, [{ op: 0, device: 0 }, { op: 1, device: 0, sync: 2, placing: 4, hold: 6, setup: 3 }, { op: 2, device: 0 }]));
    // op0 1–6; op1 is visible at 8, placed at 12, begins at 18, runs 21–26; op2 arrives at 40 and runs to 45.
    expect(causesOf(device!)).toEqual({ unused: 45, arrival: 1 + 14, order: 6, placement: 4, setup: 3, sync: 2 });
    expect(device!.busyNs).toBe(15);
  });

  it("adds up to slots · makespan, whatever the run", () => {
    fc.assert(fc.property(anyRun, (trace) => {
      for (const device of idleCauses(trace)) {
        const sum = device.busyNs + device.causes.reduce((total, { ns }) => total + ns, 0);
        expect(sum).toBeCloseTo(device.slots * trace.makespanTicks * trace.instance.tickNs, 5);
        for (const { ns, reasons } of device.causes) if (reasons.length > 0 && reasons.length < 3) expect(reasons.reduce((total, reason) => total + reason.ns, 0)).toBeCloseTo(ns, 5);
      }
    }), { numRuns: 200, seed: 5 });
  });
});

describe("formatRunExplanation", () => {
  it("says it in words", () => {
    expect(formatRunExplanation(explainRun(small))).toBe(`workload     made, 3 operators
policies     made scheduler, dataflow sync, seed 1
makespan     14 ns

Critical path: 2 operators; 1 waited for a transfer
   share  time  what
  50.0 %  7 ns  transfers cpu → gpu "a:out"
  28.6 %  4 ns  task on cpu "a"
  21.4 %  3 ns  task on gpu "b"

How it went:
     at   for  what
   0 ns  4 ns  "a" ran on cpu
   4 ns  7 ns  "a:out" moved cpu → gpu for "b"
  11 ns  3 ns  "b" ran on gpu

Idle time:
  cpu: busy 42.9 %
    57.1 %  8 ns  nothing more to run here
  gpu: busy 21.4 %
    50.0 %  7 ns  waiting for data cpu → gpu ("a:out")
    28.6 %  4 ns  waiting for task on cpu ("a")
`);
  });

  it("keeps to 100 columns, whatever the run", () => {
    fc.assert(fc.property(anyRun, (trace) => {
      for (const line of formatRunExplanation(explainRun(trace)).split("\n")) expect([...line].length, line).toBeLessThanOrEqual(100);
    }), { numRuns: 100, seed: 6 });
  });
});
