import { describe, expect, it } from "vitest";
import { mostAlternatives } from "../../src/core/decision-log.ts";
import { simulate } from "../../src/core/simulate.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { makeInstance } from "../trace/make-run.ts";

const instance = makeInstance({ costs: [[10, 20], [10, 20], [4, Infinity], [6, 6]], edges: [[0, 3, 5]], latency: 2 });
const run = (name: string, decisions: boolean, on = instance) => simulate({ instance: on, scheduler: schedulers.get(name).create({ insertion: true, alpha: 1, beta: 1 }), decisions });

describe("the decision log", () => {
  it("is absent unless it was asked for, and changes nothing", () => {
    for (const name of ["mct", "heft", "random", "work-stealing"]) {
      const without = run(name, false);
      const withLog = run(name, true);
      expect(without.decisions).toBeUndefined();
      expect(withLog.decisions?.length).toBe(4);
      expect(withLog.digest).toBe(without.digest);
    }
  });

  it("holds what each device would have done at that instant", () => {
    const { decisions } = run("mct", true);
    const { op, atTicks, planned, candidates, first, alternatives } = decisions!;
    // 0, 1 and 2 at tick 0: device 0 is behind 0, then 10, then 20 ticks of work; device 1 stays free. 3 at tick 10.
    expect([...op]).toEqual([0, 1, 2, 3]);
    expect([...atTicks]).toEqual([0, 0, 0, 10]);
    expect([...planned]).toEqual([0, 0, 0, 0]);
    expect([...candidates]).toEqual([2, 2, 1, 2]);
    expect([...first]).toEqual([0, 2, 4, 5, 7]);
    expect([...alternatives.device]).toEqual([0, 1, 0, 1, 0, 0, 1]);
    expect([...alternatives.waitTicks]).toEqual([0, 0, 10, 0, 20, 14, 0]);
    // The output of 0 is 5 bytes at 1 tick each, 2 of latency away.
    expect([...alternatives.dataTicks]).toEqual([0, 0, 0, 0, 0, 0, 7]);
    expect([...alternatives.runTicks]).toEqual([10, 20, 10, 20, 4, 6, 6]);
  });

  it("marks what is placed before it is ready", () => {
    expect([...run("heft", true).decisions!.planned]).toEqual([1, 1, 1, 1]);
  });

  it("expects setups", () => {
    const loaded = { ...makeInstance({ costs: [[10], [10]], setup: 7 }), configuration: Int32Array.of(0, 1) };
    expect([...run("fifo", true, loaded).decisions!.alternatives.runTicks]).toEqual([17, 17]);
  });

  it("keeps the best of many devices, and the one chosen", () => {
    const D = 40;
    const many = makeInstance({ costs: [Array.from({ length: D }, (_, d) => 100 - d)] });
    const { candidates, alternatives } = simulate({ instance: many, scheduler: schedulers.get("replay").create({ placement: [{ op: 0, device: 3 }] }), decisions: true }).decisions!;
    expect([...candidates]).toEqual([D]);
    expect([...alternatives.device]).toEqual([3, ...Array.from({ length: mostAlternatives }, (_, i) => D - mostAlternatives + i)]);
    const equal = makeInstance({ costs: [Array.from({ length: D }, () => 5)] });
    expect([...run("mct", true, equal).decisions!.alternatives.device]).toEqual(Array.from({ length: mostAlternatives }, (_, d) => d));
  });
});
