import { describe, expect, it } from "vitest";
import { lowerBound } from "../../src/bounds/lower-bound.ts";
import { simulate } from "../../src/core/simulate.ts";
import { RowKind, type Trace } from "../../src/core/trace.ts";
import type { Scheduler } from "../../src/plugin.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
import { makeInstance, type InstanceSpec } from "../reference/make-instance.ts";
import { randomCase } from "../reference/random-case.ts";

/** Everything on the first device that can run it now. */
const first = (): Scheduler => ({
  dispatch(view, out) {
    for (let op = view.ready.first(), next; op >= 0; op = next) {
      next = view.ready.next(op);
      let device = 0;
      while (view.estimateTicks(op, device) === Infinity) device++;
      out.place(op, device);
    }
  },
});

function run(spec: InstanceSpec, scheduler: Scheduler = first()): Trace {
  const trace = simulate({ instance: makeInstance(spec), scheduler });
  expect(verifyTrace(trace)).toEqual([]);
  return trace;
}
const one = { ops: [{}], devices: [{}], costs: [[10]] };

describe("a device that is slowed", () => {
  it("takes longer for what is left", () => {
    expect(run({ ...one, changes: [{ at: 4, device: 0, speed: 0.5 }] }).makespanTicks).toBe(16);
    expect(run({ ...one, changes: [{ at: 4, device: 0, speed: 0.5 }, { at: 8, device: 0, speed: 4 }] }).makespanTicks).toBe(9);
    expect(run({ ...one, changes: [{ at: 0, device: 0, speed: 2 }] }).makespanTicks).toBe(5);
    expect(run({ ...one, changes: [{ at: 10, device: 0, speed: 0.5 }] }).makespanTicks).toBe(10);
  });

  it("takes as long as ever for its setup", () => {
    const spec = { ops: [{}], devices: [{ setup: 6 }], costs: [[{ ticks: 10, configuration: 1 }]] };
    expect(run({ ...spec, changes: [{ at: 3, device: 0, speed: 0.5 }] }).makespanTicks).toBe(26);
  });

  it("draws less of a memory that it shares", () => {
    // Two ops of demand 4 share 4 bytes a tick: each at half speed. Slowed to a half, they demand 2 each and no longer hinder each other.
    const spec = { ops: [{ class: 0 }, { class: 0 }], memories: [4], devices: [{ slots: 2 }], costs: [[{ ticks: 10, memoryDemand: 4 }]] };
    expect(run(spec).makespanTicks).toBe(20);
    expect(run({ ...spec, changes: [{ at: 0, device: 0, speed: 0.5 }] }).makespanTicks).toBe(20);
    expect(run({ ...spec, changes: [{ at: 10, device: 0, speed: 0.25 }] }).makespanTicks).toBe(30);
  });
});

describe("a device that is lost", () => {
  it("for good is named where nothing else can run what is left", () => {
    const only = { ...one, costs: [[10]] };
    expect(() => run({ ...only, changes: [{ at: 4, device: 0, speed: 0 }] })).toThrow(/no device that is left can run 1 ready operator;[^]*which was lost at 4 ns and does not come back/);
    expect(() => run({ ...only, changes: [{ at: 0, device: 0, speed: 0 }] })).toThrow(/which is not there and does not come/);
    expect(() => run({ ...only, changes: [{ at: 0, device: 0, speed: 0 }] }, { dispatch: () => {} })).toThrow(/no device that is left can run 1 ready operator;[^]*"op0" is ready, and can run on no device that is there/);
  });

  const two = { ops: [{}, {}], devices: [{}, {}], costs: [[10, 20], [10, 20]] };

  it("loses what runs there, and its queue", () => {
    const trace = run({ ...two, changes: [{ at: 4, device: 0, speed: 0 }] });
    expect([...trace.ops.device]).toEqual([1, 1]);
    expect(trace.makespanTicks).toBe(44);
    expect([...trace.rows.kind]).toEqual([RowKind.aborted, RowKind.run, RowKind.run]);
    expect([trace.rows.start[0], trace.rows.end[0]]).toEqual([0, 4]);
  });

  it("has ended what ends at that tick", () => {
    expect(run({ ...one, changes: [{ at: 10, device: 0, speed: 0 }] }).makespanTicks).toBe(10);
  });

  it("is waited for where nothing else can run the op", () => {
    expect(run({ ...one, changes: [{ at: 4, device: 0, speed: 0 }, { at: 50, device: 0, speed: 1 }] }).makespanTicks).toBe(60);
    expect(() => run({ ...one, changes: [{ at: 4, device: 0, speed: 0 }] })).toThrow(/op0/);
  });

  it("is not waited for where another that can run the op comes back, and sooner", () => {
    const changes = [{ at: 2, device: 0, speed: 0 }, { at: 4, device: 1, speed: 0 }, { at: 50, device: 1, speed: 1 }];
    const ops = { ops: [{}], devices: [{}, {}], costs: [[10, 10]] };
    // Lost with the first at 2, and with the second at 4, when none is there.
    expect(run({ ...ops, changes }).makespanTicks).toBe(60);
    const planned = (device: number): Scheduler => ({ prepare: (_, out) => out.place(0, device), dispatch: () => {} });
    expect(run({ ...ops, changes }, planned(0)).makespanTicks).toBe(60);
    const both = run({ ...ops, changes: [...changes, { at: 30, device: 0, speed: 1 }] }, planned(1));
    expect([both.makespanTicks, both.ops.device[0]]).toEqual([40, 0]);
    // Neither is there at first, and the first never comes.
    const late = run({ ...ops, changes: [{ at: 0, device: 0, speed: 0 }, { at: 0, device: 1, speed: 0 }, { at: 7, device: 1, speed: 1 }] }, planned(0));
    expect([late.makespanTicks, late.ops.device[0]]).toEqual([17, 1]);
  });

  it("leaves what a static plan had there to the engine, ahead of those that wait for it", () => {
    const plan: Scheduler = { queueOrder: "in-order", prepare: (_, out) => [0, 1, 2].forEach((op) => out.place(op, op === 2 ? 1 : 0)), dispatch: () => {} };
    const trace = run({
      ops: [{}, { inputs: [0] }, { inputs: [1] }], tensors: [{ bytes: 0, producer: 0 }, { bytes: 0, producer: 1 }], devices: [{}, {}], costs: [[5, 5], [5, 5], [5, 5]],
      changes: [{ at: 7, device: 0, speed: 0 }],
    }, plan);
    expect([...trace.ops.device]).toEqual([0, 1, 1]);
    expect(trace.redirectedCount).toBe(1);
    expect(trace.makespanTicks).toBe(17);
  });

  it("is not there until it joins, and plans before the run know", () => {
    const seen: boolean[] = [];
    const trace = run({ ...two, changes: [{ at: 0, device: 0, speed: 0 }, { at: 5, device: 0, speed: 1 }] }, { ...first(), prepare: (view) => void seen.push(view.isPresent(0), view.estimateTicks(0, 0) < Infinity, view.freeSlots(0) > 0) });
    expect(seen).toEqual([false, false, false]);
    expect(trace.ops.startTicks[0]).toBe(0);
  });
});

describe("bounds", () => {
  it("hold whatever happens to devices", () => {
    for (let seed = 0; seed < 600; seed++) {
      const { instance, scheduler, sync } = randomCase(seed, 12);
      if (instance.changeTicks === undefined) continue;
      expect(simulate({ instance, scheduler: scheduler.make(), sync: sync.make() }).makespanTicks, `case ${seed}`).toBeGreaterThanOrEqual(lowerBound({ ...instance, estimateTicks: undefined } as never).ticks);
    }
  });
});
