import { describe, expect, it } from "vitest";
import { simulate } from "../../src/core/simulate.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
import { makeInstance } from "../reference/make-instance.ts";

/** Those that keep ops back until a device has room, and so may have looked at one before a device joins. */
const holding = ["fifo", "eager", "prio", "b-level", "t-level", "critical-path-on-fastest", "sjf", "edf", "balance", "heteroprio", "work-stealing", "ws", "lws", "dask"];

describe("a device that joins", () => {
  it.each(holding)("%s gives it what waited since no other could run it", (name) => {
    // The first op keeps P1 until 100; P2 is free but can run none; P3, which is away until 10, can run the others.
    const instance = makeInstance({
      ops: [{}, {}, {}], devices: [{}, {}, {}], costs: [[100, Infinity, Infinity], [50, Infinity, 5], [50, Infinity, 5]],
      changes: [{ at: 0, device: 2, speed: 0 }, { at: 10, device: 2, speed: 1 }],
    });
    const trace = simulate({ instance, scheduler: createPolicy(schedulers.get(name)) });
    expect(verifyTrace(trace)).toEqual([]);
    // Whichever of them P1 does not begin with.
    const waited = [1, 2].filter((op) => trace.ops.startTicks[op]! > 0);
    expect(waited.map((op) => trace.ops.device[op])).toEqual(waited.map(() => 2));
    expect(waited.map((op) => trace.ops.startTicks[op]!).sort((a, b) => a - b)).toEqual([10, 15].slice(0, waited.length));
  });

  it("takes what has waited longest first, whatever had been set aside", () => {
    const instance = makeInstance({
      ops: Array.from({ length: 5 }, () => ({})), devices: [{}, {}, {}], costs: [[100, Infinity, Infinity], ...[1, 2, 3, 4].map(() => [50, 5, Infinity])],
      changes: [{ at: 0, device: 1, speed: 0 }, { at: 10, device: 1, speed: 1 }],
    });
    const trace = simulate({ instance, scheduler: createPolicy(schedulers.get("fifo")) });
    expect([...trace.ops.startTicks]).toEqual([0, 10, 15, 20, 25]);
  });
});

describe("a device that is lost for good", () => {
  // The second device is six times as fast, so most choose it; it is lost as the fan of ops behind the first has begun.
  const fan = Array.from({ length: 9 }, (_, op) => ({ class: 0, inputs: op > 0 ? [0] : [] }));
  const instance = makeInstance({
    ops: fan, tensors: [{ bytes: 3, producer: 0 }], costs: [[12, 2]], memories: [Infinity, Infinity], devices: [{ memory: 0 }, { memory: 1 }],
    routes: [{ from: 0, to: 1, ticksPerByte: 1 }, { from: 1, to: 0, ticksPerByte: 1 }], changes: [{ at: 5, device: 1, speed: 0 }],
  });
  const withoutOptions = schedulers.all.filter(({ name }) => !["list", "replay"].includes(name));

  it.each(withoutOptions.map(({ name }) => name))("%s sends what waited for it to the other one", (name) => {
    const trace = simulate({ instance, scheduler: createPolicy(schedulers.get(name)) });
    expect(verifyTrace(trace)).toEqual([]);
    trace.ops.endTicks.forEach((end, op) => end > 5 && expect(trace.ops.device[op]).toBe(0));
  });
});
