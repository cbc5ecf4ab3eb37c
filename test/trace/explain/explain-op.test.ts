import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { simulate } from "../../../src/core/simulate.ts";
import { schedulers } from "../../../src/schedulers/index.ts";
import { elsewhere } from "../../../src/trace/explain/elsewhere.ts";
import { explainOp } from "../../../src/trace/explain/explain-op.ts";
import { findOp } from "../../../src/trace/explain/find-op.ts";
import { formatOpExplanation } from "../../../src/trace/explain/op-text.ts";
import { makeInstance, makeRun } from "../make-run.ts";

/** Three tasks of 10 at once, then one that needs the first; the second device is half as fast and 6 bytes · 1 + 2 ticks away. */
const instance = makeInstance({
  costs: [[10, 20], [10, 20], [10, 20], [4, 8]], edges: [[0, 3, 6]], latency: 2, names: ["a", "b", "c", "d"], devices: ["fast", "slow"],
});
const run = simulate({ instance, scheduler: schedulers.get("mct").create({}), schedulerName: "mct", decisions: true });

describe("explainOp", () => {
  it("gives the alternatives that a completion-time policy compares", () => {
    // a: fast 10, slow 20. b: fast 10 + 10, slow 20, so fast (lower id). c: fast 20 + 10, slow 20.
    expect(explainOp(run, 0).devices.map(({ device, predictedEndNs, chosen }) => [device, predictedEndNs, chosen])).toEqual([["fast", 10, true], ["slow", 20, false]]);
    expect(explainOp(run, 1).devices.map(({ device, waitNs, predictedEndNs, chosen }) => [device, waitNs, predictedEndNs, chosen])).toEqual([["fast", 10, 20, true], ["slow", 0, 20, false]]);
    expect(explainOp(run, 2).decision).toEqual({ atNs: 0, planned: false, candidates: 2, predictedEndNs: 20, rank: 1 });
    expect(explainOp(run, 2).device).toBe("slow");
  });

  it("says what was waited for: a predecessor, then those ahead in the queue", () => {
    const d = explainOp(run, 3);
    // d is ready at 10, when b begins on fast (10–20); on slow c runs to 20, and its input would be there at 18.
    expect(d).toMatchObject({ task: "d", device: "fast", readyNs: 10, readyBy: { task: "a", device: "fast", endNs: 10 }, placedNs: 10, dataNs: 10, startNs: 20, endNs: 24, aheadCount: 1, ahead: [{ task: "b", startNs: 10, endNs: 20 }], onCriticalPath: true });
    expect(d.devices.map(({ device, waitNs, dataNs, runNs, predictedEndNs }) => [device, waitNs, dataNs, runNs, predictedEndNs])).toEqual([["fast", 10, 0, 4, 24], ["slow", 10, 8, 8, 28]]);
    expect(formatOpExplanation(d)).toBe(`"d" (task) ran on fast from 20 ns to 24 ns, on the critical path

Why then:
  10 ns  ready: "a" on fast had ended, the last of those it needs
  10 ns  placed by mct as it became ready
  20 ns  began: after 10 ns behind 1 operator on fast: "b"
  24 ns  ended: ran 4 ns, as expected

Why there: 2 devices could run it. Predicted at 10 ns:
  device  free in  inputs in  runs  ends at
  fast      10 ns       0 ns  4 ns    24 ns  chosen
  slow      10 ns       8 ns  8 ns    28 ns
  fast was predicted to end it first.
  It ended when predicted.
`);
  });

  it("says which input came last, and what the link and noise added", () => {
    const far = makeRun(instance, [{ op: 0, device: 0 }, { op: 3, device: 1, stretch: 3, setup: 2 }]);
    expect(explainOp(far, 3)).toMatchObject({ dataNs: 18, inputsMoved: 1, inputs: [{ tensor: "a:out", from: "fast.memory", to: "slow.memory", startNs: 10, endNs: 18 }], setupNs: 2, runNs: 11, expectedNs: 8 });
    const text = formatOpExplanation(explainOp(far, 3));
    expect(text).toContain('18 ns  inputs there: "a:out" moved fast → slow in 8 ns');
    expect(text).toContain("31 ns  ended: loaded its configuration in 2 ns, ran 11 ns, 37.5 % longer than expected (8 ns)");
  });

  it("without a log gives the expected times, and says how to get the rest", () => {
    const bare = simulate({ instance, scheduler: schedulers.get("mct").create({}) });
    const d = explainOp(bare, 3);
    expect(d.decision).toBeUndefined();
    expect(d.devices).toEqual([{ device: "fast", chosen: true, runNs: 4 }, { device: "slow", chosen: false, runNs: 8 }]);
    expect(formatOpExplanation(d)).toContain("heddle run … --decisions --trace FILE");
  });

  it("tells a plan's placements from those of ready operators", () => {
    const planned = simulate({ instance, scheduler: schedulers.get("heft").create({ insertion: true }), decisions: true });
    expect(explainOp(planned, 3).decision).toMatchObject({ atNs: 0, planned: true });
    const text = formatOpExplanation(explainOp(planned, 3));
    expect(text).toContain("before it was ready");
    // In the order of time, what was planned first.
    expect(text.match(/^ +\d+ ns +\w+/gm)!.map((line) => line.trim().split(/ +ns +/)).map(([, what]) => what)).toEqual(["placed", "ready", "began", "ended"]);
  });

  it("predicts for a plan when and where its inputs are planned", () => {
    // a ends at 10 on fast, and what it makes is on slow at 18: b ends at 18 on fast, at 22 on slow.
    const chain = makeInstance({ costs: [[10, Infinity], [8, 4]], edges: [[0, 1, 6]], latency: 2, names: ["a", "b"], devices: ["fast", "slow"] });
    const b = explainOp(simulate({ instance: chain, scheduler: schedulers.get("heft").create({ insertion: true }), schedulerName: "heft", decisions: true }), 1);
    expect(b.devices.map(({ device, dataNs, predictedEndNs }) => [device, dataNs, predictedEndNs])).toEqual([["fast", 10, 18], ["slow", 18, 22]]);
    expect(b.decision).toEqual({ atNs: 0, planned: true, candidates: 2, predictedEndNs: 18, rank: 1 });
    expect(b.endNs).toBe(18);
    expect(formatOpExplanation(b)).toContain("fast was predicted to end it first.");
    expect(formatOpExplanation(b)).not.toContain("decides by something else");
    // Placed before its producer: nobody knew when the input would be there.
    const early = explainOp(simulate({ instance: chain, scheduler: { prepare: (_, out) => [1, 0].forEach((op) => out.place(op, 0)), dispatch: () => undefined }, decisions: true }), 1);
    expect(early.decision).toMatchObject({ planned: true, unplannedInputs: 1, predictedEndNs: 8, rank: 2 });
    expect(formatOpExplanation(early).replace(/\s+/g, " ")).toContain("(but for those of 1 operator, placed later) when and where they were planned");
    expect(formatOpExplanation(early)).not.toContain("decides by something else");
  });

  it("speaks of operators that never ran", () => {
    const stopped = makeRun(instance, [{ op: 0, device: 0 }]);
    expect(formatOpExplanation(explainOp(stopped, 3)).split("\n")[0]).toBe('"d" (task) was never placed');
  });
});

describe("findOp", () => {
  it("finds by name and by position, and counts namesakes", () => {
    expect(findOp(instance, "c")).toEqual({ op: 2, namesakes: 1 });
    expect(findOp(instance, "#3")).toEqual({ op: 3, namesakes: 1 });
    expect(findOp(makeInstance({ costs: [[1], [1]], names: ["x", "x"] }), "x")).toEqual({ op: 0, namesakes: 2 });
  });

  it("suggests names", () => {
    const named = makeInstance({ costs: [[1], [1]], names: ["layer1.conv", "layer2.relu"] });
    const hint = (name: string): string => {
      try {
        findOp(named, name);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        return (error as InputError).issues[0]!.hint!;
      }
      return "";
    };
    expect(hint("conv")).toBe('did you mean "layer1.conv"?');
    expect(hint("layr2.relu")).toBe('did you mean "layer2.relu"?');
    expect(hint("zzzzzzzzzz")).toContain("--op '#0'");
    expect(() => findOp(named, "#2")).toThrow("the last one is #1");
  });
});

describe("elsewhere", () => {
  it("repeats the run with the operator on the other devices", () => {
    const calls: unknown[] = [];
    const found = elsewhere(run, explainOp(run, 3), { asPlaced: (_, moved) => { calls.push(moved); return { ...run, makespanTicks: moved === undefined ? 24 : 30 }; } });
    expect(calls).toEqual([undefined, { op: 3, device: 1 }]);
    expect(found).toEqual({ makespanNs: 24, devices: [{ device: "slow", makespanNs: 30, gain: -0.25 }] });
  });
});
