import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Scheduler } from "../../src/plugin.ts";
import { maxMin } from "../../src/schedulers/max-min.ts";
import { mct } from "../../src/schedulers/mct.ts";
import { met } from "../../src/schedulers/met.ts";
import { minMin } from "../../src/schedulers/min-min.ts";
import { sufferage } from "../../src/schedulers/sufferage.ts";
import { runTasks } from "./run-task-graph.ts";
import type { TaskGraph } from "./static-view.ts";

/** Expected completion of `task` on each machine, given when the machines are available. */
type Completions = (task: number) => number[];
/** The heuristics as the paper writes them down: picks one pair of those left, or several that do not compete. */
type Heuristic = (left: readonly number[], completions: Completions) => { task: number; machine: number }[];

const best = (row: readonly number[]): number => row.indexOf(Math.min(...row));

const naive: Record<string, Heuristic> = {
  "min-min": (left, completions) => [pick(left, (task) => -Math.min(...completions(task)), completions)],
  "max-min": (left, completions) => [pick(left, (task) => Math.min(...completions(task)), completions)],
  sufferage(left, completions) {
    const holder = new Map<number, { task: number; loss: number }>();
    for (const task of left) {
      const row = completions(task);
      const machine = best(row);
      const loss = Math.min(...row.filter((_, m) => m !== machine)) - row[machine]!;
      const rival = holder.get(machine);
      if (!rival || rival.loss < loss) holder.set(machine, { task, loss });
    }
    return [...holder].map(([machine, { task }]) => ({ task, machine }));
  },
};

function pick(left: readonly number[], merit: (task: number) => number, completions: Completions): { task: number; machine: number } {
  const task = left.reduce((a, b) => (merit(b) > merit(a) ? b : a));
  return { task, machine: best(completions(task)) };
}

function mapNaively(heuristic: Heuristic, { costs, reload, kinds }: TaskGraph): number[] {
  const available = costs[0]!.map(() => 0);
  const loaded = available.map(() => -1);
  const setup = (task: number, m: number): number => (reload && kinds![task]! !== loaded[m] ? reload[m]! : 0);
  const placement = costs.map(() => -1);
  for (let left = costs.map((_, task) => task); left.length > 0; left = left.filter((task) => placement[task]! < 0)) {
    const chosen = heuristic(left, (task) => costs[task]!.map((cost, m) => available[m]! + setup(task, m) + cost));
    for (const { task, machine } of chosen) {
      placement[task] = machine;
      available[machine]! += setup(task, machine) + costs[task]![machine]!;
      loaded[machine] = kinds?.[task] ?? -1;
    }
  }
  return placement;
}

const placementOf = (scheduler: Scheduler, costs: readonly (readonly number[])[]): number[] => [...runTasks({ costs, edges: [] }, scheduler).ops.device];

/** Costs with many ties, and devices that cannot run everything. */
const costMatrix = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 2, max: 60 })).chain(([machines, tasks, range]) =>
  fc.array(fc.array(fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: range }) }, { weight: 1, arbitrary: fc.constant(Infinity) }), { minLength: machines, maxLength: machines })
    .map((row) => (row.some(Number.isFinite) ? row : row.map((_, m) => (m === 0 ? range : Infinity)))), { minLength: tasks, maxLength: tasks }));

describe("batch heuristics map as their definitions do", () => {
  it.each([minMin, maxMin, sufferage])("$name", (definition) => {
    fc.assert(fc.property(costMatrix, (costs) => {
      expect(placementOf(definition.create({}), costs)).toEqual(mapNaively(naive[definition.name]!, { costs, edges: [] }));
    }), { numRuns: 100, seed: 3 });
  });

  const withSetups: fc.Arbitrary<TaskGraph> = costMatrix.chain((costs) => fc.record({
    costs: fc.constant(costs), edges: fc.constant([]),
    reload: fc.array(fc.constantFrom(0, 5, 40), { minLength: costs[0]!.length, maxLength: costs[0]!.length }),
    kinds: fc.array(fc.nat(2), { minLength: costs.length, maxLength: costs.length }),
  }));

  it.each([minMin, maxMin, sufferage])("$name, with a setup wherever the kind of task changes", (definition) => {
    fc.assert(fc.property(withSetups, (graph) => {
      expect([...runTasks(graph, definition.create({})).ops.device]).toEqual(mapNaively(naive[definition.name]!, graph));
    }), { numRuns: 100, seed: 3 });
  });
});

describe("Maheswaran et al. 1999", () => {
  // Sufferage gives each machine to the task that needs it, where min-min follows the smallest times.
  const costs = [[40, 48], [20, 100], [60, 62], [25, 90]];

  it("sufferage lets those go first that would suffer most", () => {
    expect(runTasks({ costs, edges: [] }, sufferage.create({})).makespanTicks).toBeLessThan(runTasks({ costs, edges: [] }, minMin.create({})).makespanTicks);
  });

  it("met ignores queues, mct does not", () => {
    const same = [[3, 4], [3, 4], [3, 4]];
    expect(placementOf(met.create({}), same)).toEqual([0, 0, 0]);
    expect(placementOf(mct.create({}), same)).toEqual([0, 1, 0]);
  });
});
