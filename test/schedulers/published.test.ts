import { describe, expect, it } from "vitest";
import type { PolicyView } from "../../src/plugin.ts";
import { cpop, planCpop } from "../../src/schedulers/cpop.ts";
import { heft, planHeft } from "../../src/schedulers/heft.ts";
import { peft, planPeft } from "../../src/schedulers/peft.ts";
import type { Plan } from "../../src/schedulers/planning/plan.ts";
import { downwardRanks, optimisticCosts, optimisticRanks, upwardRanks } from "../../src/schedulers/planning/ranks.ts";
import { arabnejad, topcuoglu } from "./published-graphs.ts";
import { runTasks } from "./run-task-graph.ts";
import { staticView } from "./static-view.ts";

const rounded = (values: Float64Array): string[] => [...values].map((value) => value.toFixed(3));
/** [processor, start, end] of each task, processors counted from 1. */
const rows = (plan: Plan): number[][] => [...plan.device].map((device, op) => [device + 1, plan.startTicks[op]!, plan.endTicks[op]!]);

describe("Topcuoglu, Hariri, Wu 2002, the example of figure 3", () => {
  const view = staticView(topcuoglu);

  it("has the upward ranks of table 2", () => {
    expect(rounded(upwardRanks(view))).toEqual(["108.000", "77.000", "80.000", "80.000", "69.000", "63.333", "42.667", "35.667", "44.333", "14.667"]);
  });

  it("has the downward ranks of table 2", () => {
    expect(rounded(downwardRanks(view))).toEqual(["0.000", "31.000", "25.000", "22.000", "24.000", "27.000", "62.333", "66.667", "63.667", "93.333"]);
  });

  const heftSchedule = [[3, 0, 9], [1, 27, 40], [3, 9, 28], [2, 18, 26], [3, 28, 38], [2, 26, 42], [3, 38, 49], [1, 57, 62], [2, 56, 68], [2, 73, 80]];

  it("HEFT plans the schedule of figure 6a: 80", () => {
    const plan = planHeft(view);
    expect(plan.makespanTicks).toBe(80);
    expect(rows(plan)).toEqual(heftSchedule);
  });

  it("CPOP plans a makespan of 86 with the critical path on P2", () => {
    const plan = planCpop(view);
    expect(plan.makespanTicks).toBe(86);
    expect([1, 2, 9, 10].map((task) => plan.device[task - 1]! + 1)).toEqual([2, 2, 2, 2]);
  });

  it("the engine replays HEFT's schedule to the tick", () => {
    const { ops, makespanTicks } = runTasks(topcuoglu, heft.create({}));
    expect(makespanTicks).toBe(80);
    expect([...ops.device].map((device, op) => [device + 1, ops.startTicks[op], ops.endTicks[op]])).toEqual(heftSchedule);
  });

  it("the engine replays CPOP's plan to the tick", () => expectReplayed(runTasks(topcuoglu, cpop.create({})), planCpop(view), 86));
});

describe("Arabnejad, Barbosa 2014, the example of figure 1", () => {
  const view = staticView(arabnejad);

  it("has the optimistic cost table of table 2", () => {
    const table = optimisticCosts(view);
    expect(Array.from({ length: 10 }, (_, op) => [...table.subarray(3 * op, 3 * op + 3)])).toEqual([
      [64, 68, 86], [42, 39, 42], [27, 41, 43], [42, 39, 50], [28, 37, 28], [42, 39, 44], [13, 16, 22], [13, 16, 33], [13, 16, 20], [0, 0, 0],
    ]);
    expect(rounded(optimisticRanks(view, table))).toEqual(["72.667", "41.000", "37.000", "43.667", "31.000", "41.667", "17.000", "20.667", "16.333", "0.000"]);
  });

  it("HEFT orders by upward ranks 169 to 20.667", () => {
    expect(rounded(upwardRanks(view))).toEqual(["169.000", "114.333", "102.667", "110.000", "129.667", "119.333", "52.667", "92.000", "42.333", "20.667"]);
  });

  it("PEFT plans 122, HEFT 133", () => {
    expect(planPeft(view).makespanTicks).toBe(122);
    expect(planHeft(view).makespanTicks).toBe(133);
  });

  it("the engine replays both to the tick", () => {
    expectReplayed(runTasks(arabnejad, peft.create({})), planPeft(view), 122);
    expectReplayed(runTasks(arabnejad, heft.create({})), planHeft(view), 133);
  });
});

describe("plans on what papers leave out", () => {
  const planners: [string, (view: PolicyView) => Plan][] = [["heft", planHeft], ["cpop", planCpop], ["peft", planPeft]];

  it.each(planners)("%s keeps ops off devices that cannot run them", (_, plan) => {
    const costs = topcuoglu.costs.map((row, op) => row.map((cost, d) => (op % 3 === d ? Infinity : cost)));
    const { device } = plan(staticView({ ...topcuoglu, costs }));
    [...device].forEach((d, op) => expect(costs[op]![d]).toBeLessThan(Infinity));
  });

  it.each(planners)("%s fills all slots of a device", (_, plan) => {
    const { makespanTicks, slot } = plan(staticView({ costs: Array.from({ length: 6 }, () => [4]), edges: [], slots: [3] }));
    expect(makespanTicks).toBe(8);
    expect([...slot].sort()).toEqual([0, 0, 1, 1, 2, 2]);
  });

  // To cpop every op is critical here, and goes to the same device.
  it.each(planners.filter(([name]) => name !== "cpop"))("%s keeps every device busy with jobs in flight", (_, plan) => {
    // Eight jobs of one op each, two at a time on two equal devices: four after each other on either.
    const { device, makespanTicks } = plan(staticView({ costs: Array.from({ length: 8 }, () => [10, 10]), edges: [], jobs: [0, 1, 2, 3, 4, 5, 6, 7], arrivals: [0, 0, ...Array.from({ length: 6 }, () => Infinity)] }));
    expect(makespanTicks).toBe(40);
    expect(device.filter((d) => d === 0).length).toBe(4);
  });

  it.each(planners)("%s starts a job when it arrives, or when an earlier one ends", (_, plan) => {
    const jobs = [0, 0, 1, 1, 2, 2];
    const { startTicks } = plan(staticView({ costs: jobs.map(() => [10]), edges: [[0, 1, 0], [2, 3, 0], [4, 5, 0]], jobs, arrivals: [0, 50, Infinity] }));
    expect([...startTicks]).toEqual([0, 10, 50, 60, 20, 30]);
  });

  it.each(planners)("%s says which op cannot be reached by its inputs", (_, plan) => {
    const view = { ...staticView({ costs: [[1, Infinity], [Infinity, 1]], edges: [[0, 1, 5]] }), transferTicks: (_edge: number, from: number, to: number) => (from === to ? 0 : Infinity) };
    expect(() => plan(view)).toThrow(/error\[unreachable-op\]: no device can run "T[12]"/);
  });
});

function expectReplayed({ ops, makespanTicks }: ReturnType<typeof runTasks>, plan: Plan, expected: number): void {
  expect(makespanTicks).toBe(expected);
  expect([...ops.device]).toEqual([...plan.device]);
  expect([...ops.startTicks]).toEqual([...plan.startTicks]);
  expect([...ops.endTicks]).toEqual([...plan.endTicks]);
}
