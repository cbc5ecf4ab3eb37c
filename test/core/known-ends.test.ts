import { describe, expect, it } from "vitest";
import { Simulation } from "../../src/core/simulation.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Scheduler } from "../../src/plugin.ts";
import { makeInstance, type InstanceSpec } from "../reference/make-instance.ts";
import { range } from "../reference/world.ts";

/** Operator 0 on device 0 feeds operator 2 on device 1 through two tensors of 10 and 30 bytes, and operator 1 takes 100 ticks. A byte takes a tick. */
const spec: InstanceSpec = {
  ops: [{ class: 0, inputs: [] }, { class: 1, inputs: [] }, { class: 0, inputs: [0, 1] }],
  tensors: [{ bytes: 10, producer: 0 }, { bytes: 30, producer: 0 }],
  memories: [Infinity, Infinity, Infinity],
  links: [Infinity],
  devices: [{ memory: 0 }, { memory: 1 }, { memory: 2 }],
  routes: range(3).flatMap((from) => range(3).filter((to) => to !== from).map((to) => ({ from, to, ticksPerByte: 1, resources: [{ link: 0 }] }))),
  costs: [[5, 5, 5], [100, 100, 100]],
};
const place = (...devices: number[]): Scheduler => ({ prepare: (_, out) => devices.forEach((device, op) => device >= 0 && out.place(op, device)), dispatch() {} });

describe("transfers whose end is known", () => {
  it("bring the inputs when the last of them arrives, with one event for all", () => {
    const trace = simulate({ instance: makeInstance(spec), scheduler: place(0, 2, 1) });
    expect([...trace.transfers.endTicks]).toEqual([15, 35]);
    expect([trace.ops.readyTicks[2], trace.ops.dataTicks[2], trace.ops.startTicks[2]]).toEqual([5, 35, 35]);
    // An arrival of the job, the inputs of one operator, and the ends of three.
    expect(trace.eventCount).toBe(5);
    expect(trace.rows.length).toBe(3);
  });

  it("have not ended where a run is stopped before, and have where it is stopped after, whatever else happens", () => {
    const link = 6;
    const stopped = (untilTicks: number) => simulate({ instance: makeInstance(spec), scheduler: place(0, 2, 1), untilTicks });
    const ends = range(40).map((tick) => [...stopped(tick).transfers.endTicks]);
    for (const [tick, end] of ends.entries()) expect(end).toEqual(tick < 5 ? [] : [tick < 15 ? NaN : 15, tick < 35 ? NaN : 35]);
    expect([4, 14, 15, 34, 35].map((tick) => stopped(tick).resourceUse[link])).toEqual([0, 0, 10, 10, 40]);
  });

  it("are seen half-way by who steps, and go on", () => {
    const simulation = new Simulation({ instance: makeInstance(spec), scheduler: place(0, 2, 1) });
    while (simulation.nowTicks < 5) simulation.step();
    expect([...simulation.trace().transfers.endTicks]).toEqual([NaN, NaN]);
    expect([...simulation.run().transfers.endTicks]).toEqual([15, 35]);
  });

  it("end before a run is found stuck", () => {
    // Operator 2 waits for operator 1 as well, which is never placed.
    const instance = makeInstance({ ...spec, ops: [spec.ops[0]!, spec.ops[1]!, { class: 0, inputs: [0, 2] }], tensors: [...spec.tensors!.slice(0, 1), spec.tensors![1]!, { bytes: 0, producer: 1 }] });
    expect(() => simulate({ instance, scheduler: place(0, -1, 1) })).toThrow(/stuck at 15 ns/);
    expect(simulate({ instance, scheduler: place(0, -1, 1), untilTicks: 10 }).complete).toBe(false);
  });

  it("are estimated alike for all devices and for one", () => {
    const seen: number[][] = [];
    const asking: Scheduler = {
      dispatch(view, out) {
        for (let op = view.ready.first(), next; op >= 0; op = next) {
          next = view.ready.next(op);
          if (op === 2) seen.push(range(3).map((device) => view.dataTicks(op, device)), range(3).map((device) => range(2).reduce((sum, edge) => sum + view.transferTicks(edge, 0, device), 0)));
          out.place(op, op === 2 ? 1 : op * 2);
        }
      },
    };
    simulate({ instance: makeInstance(spec), scheduler: asking });
    expect(seen).toEqual([[0, 40, 40], [0, 40, 40]]);
  });
});
