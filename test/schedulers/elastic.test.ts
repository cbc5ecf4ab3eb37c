import { describe, expect, it } from "vitest";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { runTasks } from "./run-task-graph.ts";
import type { TaskGraph } from "./static-view.ts";

const elastic = (options: object = {}) => createPolicy(schedulers.get("elastic"), options);

/** A root, then `width` ops of 10 ticks that are ready together, on four equal processors. */
const burst = (width: number, transfer = 0): TaskGraph => ({
  costs: Array.from({ length: width + 1 }, () => [10, 10, 10, 10]),
  edges: Array.from({ length: width }, (_, i) => [0, i + 1, transfer] as const),
});

describe("elastic", () => {
  it("shares a burst with the devices that it switches on afterwards", () => {
    const scheduler = elastic();
    const { ops, makespanTicks } = runTasks(burst(200), scheduler);
    expect(new Set(ops.device)).toEqual(new Set([0, 1, 2, 3]));
    expect(scheduler.report!()).toMatchObject({ switchedOn: 3, switchedOff: 0 });
    // 2010 on one device, 510 on four from the beginning; each starts up for 10 mean times, one after the other.
    expect(makespanTicks).toBeLessThan(750);
  });

  it("holds back what a device that is starting will have done sooner, and nothing else", () => {
    const placed = (options: object): number[] => [...runTasks(burst(40), elastic(options)).ops.placedTicks].slice(1).sort((a, b) => a - b);
    // As three ops wait for 30 ticks, another device is switched on; it is there at 60 and will have done one at 70, when
    // the first has done six. At 50 the wait is down to 20 ticks, and one more may go there.
    expect(placed({ up: 2, startUp: 5 }).slice(0, 8)).toEqual([10, 10, 10, 10, 10, 10, 50, 60]);
    expect(new Set(placed({ up: 2, startUp: 1000 }))).toEqual(new Set([10]));
  });

  it("uses a slower device too once the queue of the faster one is longer", () => {
    // Without a wait every op would rather be on P1.
    const { ops, makespanTicks } = runTasks({ costs: Array.from({ length: 60 }, () => [10, 25]), edges: [] }, elastic());
    expect(new Set(ops.device)).toEqual(new Set([0, 1]));
    expect(makespanTicks).toBeLessThan(550);
  });

  it("leaves ops where their inputs are unless another device pays for the move", () => {
    const chains: TaskGraph = { costs: Array.from({ length: 20 }, () => [10, 10]), edges: Array.from({ length: 18 }, (_, i) => [i, i + 2, 100] as const) };
    const { ops } = runTasks(chains, elastic({ least: 2 }));
    for (let op = 2; op < 20; op++) expect(ops.device[op]).toBe(ops.device[op - 2]);
  });

  it("never waits for ever, however little it may give ahead", () => {
    expect(runTasks(burst(30), elastic({ up: 0.5 })).makespanTicks).toBeLessThanOrEqual(310);
  });
});
