import { describe, expect, it } from "vitest";
import { diffTraces } from "../../src/trace/diff.ts";
import { formatDiff } from "../../src/trace/diff-text.ts";
import { makeInstance, makeRun } from "./make-run.ts";

const instance = makeInstance({ costs: [[400, 900], [900, 300], [200, 500]], edges: [[0, 1, 600]], names: ["load", "matmul", "log"], devices: ["cpu", "gpu"] });
const before = makeRun(instance, [{ op: 0, device: 0 }, { op: 1, device: 0 }, { op: 2, device: 1 }], "fifo");
const after = makeRun(instance, [{ op: 0, device: 0 }, { op: 1, device: 1 }, { op: 2, device: 0, stretch: 50 }], "heft");

describe("diffTraces", () => {
  it("says what moved, what became slower or faster, and which part of its way weighs most", () => {
    const diff = diffTraces(before, after);
    expect(diff).toMatchObject({ makespanChangeNs: 0, makespanRatio: 1, matched: 3, onlyBefore: 0, onlyAfter: 0, moved: 2 });
    expect(diff.moves).toEqual([{ from: "cpu", to: "gpu", count: 1 }, { from: "gpu", to: "cpu", count: 1 }]);
    expect(diff.slower.map(({ name, changeNs, parts, cause }) => ({ name, changeNs, parts, cause }))).toEqual([
      { name: "log", changeNs: 150, parts: { device: -250, stretch: 0, placement: 0, data: 0, slot: 400 }, cause: "slot" },
    ]);
    expect(diff.faster).toEqual([]);
    expect(diff.path).toEqual([{ kind: "run", beforeNs: 1300, afterNs: 700 }, { kind: "transfer", beforeNs: 0, afterNs: 600 }]);
    expect(diff.path.reduce((sum, part) => sum + part.afterNs, 0)).toBe(diff.after.makespanNs);
  });

  it("compares a run with itself as the same", () => {
    expect(diffTraces(before, before)).toMatchObject({ makespanChangeNs: 0, moved: 0, slower: [], faster: [], totals: { device: 0, stretch: 0, placement: 0, data: 0, slot: 0 } });
  });

  it("compares no makespans where a run was stopped before its end", () => {
    const stopped = { ...after, complete: false };
    const diff = diffTraces(before, stopped);
    expect([diff.before.stopped, diff.after.stopped]).toEqual([undefined, "1.30 µs (stopped before the end)"]);
    expect([diff.makespanChangeNs, diff.makespanRatio]).toEqual([undefined, undefined]);
    expect(formatDiff(diff)).toMatch(/^makespan {2}1\.30 µs \(fifo\) → 1\.30 µs \(stopped before the end\) \(heft\)\n/);
  });

  it("lists the most changed first, and no more than asked for", () => {
    const costs = Array.from({ length: 30 }, () => [10]);
    const wide = makeInstance({ costs, slots: [30] });
    const run = (stretch: (op: number) => number) => makeRun(wide, costs.map((_, op) => ({ op, device: 0, slot: op, stretch: stretch(op) })));
    const diff = diffTraces(run(() => 0), run((op) => (op * 7) % 30), 3);
    expect(diff.slower.map((op) => op.changeNs)).toEqual([29, 28, 27]);
    expect(diff.slower[0]!.cause).toBe("stretch");
  });

  it("refuses runs of different workloads", () => {
    const other = makeRun(makeInstance({ costs: [[1]], names: ["other"] }), [{ op: 0, device: 0 }]);
    expect(() => diffTraces(before, other)).toThrow(/no operator name in common/);
  });
});

describe("formatDiff", () => {
  it("reads well", () => {
    expect(formatDiff(diffTraces(before, after))).toBe(`\
makespan  1.30 µs (fifo) → 1.30 µs (heft), the same
matched   3 operators
moved     2: 1 cpu → gpu, 1 gpu → cpu

on the critical path   before   after   change
run                   1.30 µs  700 ns  −600 ns
transfer                 0 ns  600 ns  +600 ns

slower  ready to end  device     mostly because of
log          +150 ns  gpu → cpu  its turn on the device +400 ns
`);
  });
});
