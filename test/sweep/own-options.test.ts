import { describe, expect, it } from "vitest";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { compareOverSeeds } from "../../src/sweep/compare-over-seeds.ts";
import { resolved } from "./resolved.ts";

/** What each policy of a comparison takes, by its name there. */
async function compared(text: string): Promise<Record<string, number>> {
  const { schedulers } = await compareOverSeeds(await resolved(text), { workers: 0 });
  return Object.fromEntries(schedulers.map(({ name, mean }) => [name, mean.value]));
}

const graph = (rest: string): string => `{workload: {model: mlp, instances: 3}, machine: workstation, ${rest}}`;
const threads = (rest: string): string => `{programs: {w: [compute: 20ms]}, threads: {w: 3}, cores: 2, threadCosts: {switch: 100us}, ${rest}}`;

describe("the scenario's own policy in a comparison", () => {
  it.each(["[heft, dmda]", "all"])("is the scheduler with its own options: compare: %s", async (list) => {
    const own = "scheduler: {use: dmda, beta: 40}";
    const { makespanTicks } = runScenario(await resolved(graph(own)));
    expect((await compared(graph(`${own}, compare: ${list}`)))["dmda"]).toBe(makespanTicks);
    expect((await compared(graph(`compare: ${list}`)))["dmda"]).not.toBe(makespanTicks);
  });

  it.each(["[fair, round-robin]", "all"])("is the thread policy with its own options: compareThreads: %s", async (list) => {
    const own = "threadPolicy: {use: round-robin, quantum: 500us}";
    const { makespanTicks } = runScenario(await resolved(threads(own)));
    expect((await compared(threads(`${own}, compareThreads: ${list}`)))["round-robin"]).toBe(makespanTicks);
    expect((await compared(threads(`compareThreads: ${list}`)))["round-robin"]).not.toBe(makespanTicks);
  });

  it("stands beside others of its name, each with the options written there", async () => {
    const rows = await compared(graph("scheduler: {use: dmda, beta: 40}, compare: [dmda, {use: dmda, beta: 1}]"));
    expect(Object.keys(rows).sort()).toEqual(["dmda beta=1", "dmda beta=40"]);
  });
});
