import { describe, expect, it } from "vitest";
import type { DispatchCost } from "../../src/core/scheduler-host.ts";
import { simulate } from "../../src/core/simulate.ts";
import { Simulation } from "../../src/core/simulation.ts";
import type { Trace } from "../../src/core/trace.ts";
import type { Scheduler } from "../../src/plugin.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { chromeEvents } from "../../src/trace/chrome-trace.ts";
import { computeMetrics } from "../../src/trace/metrics.ts";
import { loadTrace, saveTrace } from "../../src/trace/saved-trace.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
import { makeInstance } from "../reference/make-instance.ts";
import { range } from "../reference/world.ts";

/** Each ready op to device `op mod devices`. */
const spread = (): Scheduler => ({
  dispatch(view, out) {
    for (let op = view.ready.first(), next; op >= 0; op = next) {
      next = view.ready.next(op);
      out.place(op, op % view.deviceCount);
    }
  },
});
/** Three independent ops of 10 ticks on three devices. */
const three = makeInstance({ ops: range(3).map(() => ({ class: 0 })), costs: [[10, 10, 10]], devices: [{}, {}, {}] });
const run = (dispatch: DispatchCost, instance = three, scheduler = spread()): Trace => simulate({ instance, scheduler, dispatch });
const ends = (trace: Trace): number[] => [...trace.ops.endTicks];

describe("decisions that take time", () => {
  it("take effect one after the other", () => {
    const trace = run({ perOpTicks: 2, perCallTicks: 5 });
    expect([...trace.ops.placedTicks]).toEqual([7, 9, 11]);
    expect(ends(trace)).toEqual([17, 19, 21]);
    expect(verifyTrace(trace)).toEqual([]);
    expect(trace.host).toMatchObject({ length: 2, placed: Uint32Array.of(3, 0) });
    // The second call, for the slot freed at 17, is seen out; what is decided after the end counts for nothing.
    expect([...trace.host!.startTicks]).toEqual([0, 17]);
    expect([...trace.host!.endTicks]).toEqual([11, 21]);
    expect(computeMetrics(trace).host).toEqual({ busyNs: 15, utilization: 0.714285714286, placed: 3, calls: 2 });
  });

  it("keep their rank where the device is lost before they take effect", () => {
    // The second goes to the device of the first and the third instead, and waits there ahead of the third, which reads it.
    const all: Scheduler = {
      queueOrder: "in-order",
      dispatch(view, out) {
        if (view.placement(0) < 0) [1, 0, 1].forEach((device, op) => out.place(op, device));
      },
    };
    const instance = makeInstance({
      ops: [{}, {}, { inputs: [0] }], tensors: [{ bytes: 0, producer: 1 }], costs: [[10, 10], [10, 10], [10, 10]], devices: [{}, {}], changes: [{ at: 1, device: 0, speed: 0 }],
    });
    const trace = run({ perOpTicks: 2 }, instance, all);
    expect([...trace.ops.device]).toEqual([1, 1, 1]);
    expect(ends(trace)).toEqual([12, 22, 32]);
  });

  it("may be worth less than a tick each, and are summed before they are rounded", () => {
    expect([...run({ perOpTicks: 0.4 }).ops.placedTicks]).toEqual([1, 1, 2]);
  });

  it("cost a plan made before the run nothing", () => {
    const planned: Scheduler = { prepare: (view, out) => range(3).forEach((op) => out.place(op, op % view.deviceCount)), dispatch() {} };
    expect(ends(run({ perOpTicks: 50 }, three, planned))).toEqual([10, 10, 10]);
  });

  it("let inputs move only when they take effect", () => {
    // op 1 reads 8 bytes of op 0; it is placed, on the other memory, when op 0 ends at 13.
    const chain = makeInstance({
      ops: [{}, { inputs: [0] }], tensors: [{ bytes: 8, producer: 0 }], costs: [[10, 10], [10, 10]], devices: [{ memory: 0 }, { memory: 1 }],
      memories: [Infinity, Infinity], routes: [{ from: 0, to: 1, ticksPerByte: 1 }],
    });
    const trace = run({ perOpTicks: 3 }, chain);
    expect([trace.ops.endTicks[0], trace.ops.placedTicks[1], trace.transfers.startTicks[0], trace.ops.startTicks[1]]).toEqual([13, 16, 16, 24]);
  });

  it("are shown to the scheduler at once, while it decides", () => {
    const seen: number[][] = [];
    run({ perOpTicks: 4 }, three, {
      dispatch(view, out) {
        for (let op = view.ready.first(), next; op >= 0; op = next) {
          next = view.ready.next(op);
          out.place(op, 0);
          seen.push([view.placement(op), view.queued(0), view.backlogTicks(0), view.ready.length]);
        }
      },
    });
    expect(seen).toEqual([[0, 1, 10, 2], [0, 2, 20, 1], [0, 3, 30, 0]]);
  });

  it("start an op ahead of the queue when they take effect", () => {
    // Ops 1 and 2 go to device 0 too; op 2 would be last in its queue.
    const order: Scheduler = {
      dispatch(view, out) {
        for (const op of [0, 1, 2]) if (view.placement(op) < 0) out.place(op, 0, -op);
        if (view.nowTicks === 0) out.start(2);
      },
    };
    // Op 0 takes effect first and starts; op 2 finds the slot taken at its turn, and waits in the queue.
    expect(ends(run({ perOpTicks: 1 }, three, order))).toEqual([11, 21, 31]);
    expect(ends(run({ perOpTicks: 0.1 }, three, order))).toEqual([21, 31, 11]);
  });

  it("cannot be made twice while they wait", () => {
    const twice: Scheduler = { dispatch: (_, out) => { out.place(0, 0); out.place(0, 1); } };
    expect(() => run({ perOpTicks: 1 }, three, twice)).toThrow(/placed operator "op0" twice/);
  });

  it("are not yet made in a run that is stopped before", () => {
    const simulation = new Simulation({ instance: three, scheduler: spread(), dispatch: { perOpTicks: 6 } });
    simulation.step();
    expect([...simulation.trace().ops.device]).toEqual([-1, -1, -1]);
    simulation.step();
    expect([...simulation.trace().ops.device]).toEqual([0, -1, -1]);
  });

  it("are no livelock, however many there are", () => {
    const many = 150_000;
    const instance = makeInstance({ ops: range(2).map(() => ({ class: 0 })), costs: [[10]], devices: [{}] });
    let asked = 0;
    const waits: Scheduler = { dispatch: (view, out) => { asked++; if (asked < 1000) out.wakeAt(view.nowTicks); else if (view.placement(0) < 0) [0, 1].forEach((op) => out.place(op, 0)); } };
    expect(run({ perCallTicks: 3 }, instance, waits).makespanTicks).toBe(999 * 3 + 3 + 20);
    expect(() => run({ perCallTicks: 1 }, instance, { dispatch: (view, out) => { if (asked++ < many) out.wakeAt(view.nowTicks); } })).toThrow(/without any operator starting/);
  });
});

describe("the scheduler", () => {
  it("is not asked again until the host is free, and is told then what happened", () => {
    const calls: string[] = [];
    const pair = makeInstance({ ops: [{}, {}, { inputs: [0] }], tensors: [{ bytes: 0, producer: 0 }], costs: [[4, 4], [4, 4], [4, 4]], devices: [{}, {}] });
    const inner = spread();
    const trace = run({ perOpTicks: 3 }, pair, {
      completed: (view, op) => void calls.push(`${view.nowTicks} completed ${op}`),
      ready: (view, op) => void calls.push(`${view.nowTicks} ready ${op}`),
      dispatch: (view, out) => { calls.push(`${view.nowTicks} dispatch`); inner.dispatch(view, out); },
    });
    // Placed at 3 and 6; op 0 ends at 7, when the host is free; op 1 at 10, when op 2 has just been placed.
    expect(calls).toEqual(["0 ready 0", "0 ready 1", "0 dispatch", "7 completed 0", "7 ready 2", "7 dispatch", "10 completed 1", "10 dispatch", "14 completed 2", "14 dispatch"]);
    expect(ends(trace)).toEqual([7, 10, 14]);
    const slow: string[] = [];
    const again = spread();
    run({ perOpTicks: 9 }, pair, { completed: (view, op) => void slow.push(`${view.nowTicks} completed ${op}`), dispatch: (view, out) => { slow.push(`${view.nowTicks} dispatch`); again.dispatch(view, out); } });
    // Op 0 is placed at 9 and ends at 13, while the host places op 1 until 18.
    expect(slow).toEqual(["0 dispatch", "18 completed 0", "18 dispatch", "27 completed 1", "27 dispatch", "31 completed 2", "31 dispatch"]);
  });

  it("is asked at most once an interval; what becomes ready meanwhile waits", () => {
    // Jobs arrive at 0, 1, 8 and 30; each is one op of 2 ticks.
    const jobs = makeInstance({ ops: range(4).map((job) => ({ class: 0, job })), jobs: [0, 1, 8, 30], costs: [[2]], devices: [{}] });
    const asked: number[] = [];
    const inner = spread();
    const trace = run({ minIntervalTicks: 10 }, jobs, { dispatch: (view, out) => { asked.push(view.nowTicks); inner.dispatch(view, out); } });
    expect(asked).toEqual([0, 10, 20, 30, 40].slice(0, asked.length));
    expect([...trace.ops.placedTicks]).toEqual([0, 10, 10, 30]);
    expect(computeMetrics(trace).host).toEqual({ busyNs: 0, utilization: 0, placed: 4, calls: asked.length });
  });

  it("is asked as ever where deciding takes no time", () => {
    for (const name of ["mct", "lws", "hybrid", "heft"]) {
      const make = (dispatch?: DispatchCost): Trace => simulate({ instance: three, scheduler: createPolicy(schedulers.get(name)), ...(dispatch && { dispatch }) });
      expect(make({ perOpTicks: 0, minIntervalTicks: 0 }).digest).toBe(make().digest);
      expect("host" in make({})).toBe(false);
    }
  });

  it("cannot take a time that is none", () => {
    for (const ticks of [-1, NaN, Infinity]) expect(() => run({ perOpTicks: ticks })).toThrow(/perOpTicks/);
  });
});

describe("every scheduler", () => {
  it("ends under slow decisions and wrong estimates, with a valid schedule", () => {
    const diamond = makeInstance({
      ops: [{}, { inputs: [0] }, { inputs: [0] }, { inputs: [1, 2] }, {}, { inputs: [3] }], tensors: [{ bytes: 4, producer: 0 }, { bytes: 2, producer: 1 }, { bytes: 2, producer: 2 }, { bytes: 8, producer: 4 }],
      costs: range(6).map((op) => [10 + op, 20 - op]), devices: [{ memory: 0 }, { memory: 1 }], memories: [Infinity, Infinity],
      routes: [{ from: 0, to: 1, ticksPerByte: 1 }, { from: 1, to: 0, ticksPerByte: 1 }],
    });
    for (const { name } of schedulers.all) {
      // These two have an option without default.
      if (name === "replay" || name === "list") continue;
      const trace = simulate({ instance: diamond, scheduler: createPolicy(schedulers.get(name)), schedulerName: name, dispatch: { perOpTicks: 1.5, perCallTicks: 0.5, minIntervalTicks: 7 }, information: { mode: "none" } });
      expect([name, trace.complete, verifyTrace(trace)]).toEqual([name, true, []]);
    }
  });
});

describe("a saved run", () => {
  it("keeps what the host did and what the scheduler was told", () => {
    const trace = simulate({ instance: three, scheduler: spread(), dispatch: { perOpTicks: 2.5 }, information: { factor: { [three.deviceNames[1]!]: 3 } } });
    const again = loadTrace([...saveTrace(trace)].join(""));
    expect(again.host).toEqual(trace.host);
    expect(again.instance.estimateTicks).toEqual(Float64Array.of(10, 30, 10));
    expect(again.digest).toBe(trace.digest);
    expect([...chromeEvents(trace)].filter(({ pid, ph }) => pid === 0 && ph === "X").map(({ ts, dur, args }) => [ts, dur, args])).toEqual([[0, 0.008, { placed: 3 }]]);
  });
});
