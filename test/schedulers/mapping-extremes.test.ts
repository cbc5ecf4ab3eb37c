import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { criticalPathOnFastest } from "../../src/schedulers/critical-path-on-fastest.ts";
import { duplex } from "../../src/schedulers/duplex.ts";
import { maxMin } from "../../src/schedulers/max-min.ts";
import { minMin } from "../../src/schedulers/min-min.ts";
import { olb } from "../../src/schedulers/olb.ts";
import { tLevel } from "../../src/schedulers/t-level.ts";
import type { SchedulerDefinition } from "../../src/plugin.ts";
import { runTasks } from "./run-task-graph.ts";
import type { TaskGraph } from "./static-view.ts";

const run = (definition: SchedulerDefinition, graph: TaskGraph) => runTasks(graph, createPolicy(definition));
const makespan = (definition: SchedulerDefinition, graph: TaskGraph): number => run(definition, graph).makespanTicks;

describe("duplex", () => {
  it("takes max-min's mapping where one long op would come last", () => {
    const graph: TaskGraph = { costs: [[2, 2], [2, 2], [8, 8]], edges: [] };
    expect([minMin, maxMin, duplex].map((definition) => makespan(definition, graph))).toEqual([10, 8, 8]);
  });

  it("is as good as the better of both wherever all ops are ready at once", () => {
    const independent = fc.integer({ min: 1, max: 4 }).chain((devices) => fc.record({
      costs: fc.array(fc.array(fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 30 }) }, { weight: 1, arbitrary: fc.constant(Infinity) }), { minLength: devices, maxLength: devices })
        .map((row) => (row.some(Number.isFinite) ? row : row.map(() => 5))), { minLength: 1, maxLength: 25 }),
      edges: fc.constant([]),
    }));
    let differ = 0;
    fc.assert(fc.property(independent, (graph) => {
      const [short, long] = [makespan(minMin, graph), makespan(maxMin, graph)];
      if (short !== long) differ++;
      expect(makespan(duplex, graph)).toBe(Math.min(short, long));
    }), { numRuns: 200, seed: 31 });
    expect(differ).toBeGreaterThan(50);
  });
});

describe("olb", () => {
  it("keeps devices busy, however slow they are", () => {
    const { ops, makespanTicks } = run(olb, { costs: [[1, 50], [1, 50], [1, 50]], edges: [] });
    expect([...ops.device]).toEqual([0, 1, 0]);
    expect(makespanTicks).toBe(50);
  });

  it("passes over devices that cannot run an op", () => {
    expect([...run(olb, { costs: [[5, Infinity], [5, Infinity]], edges: [] }).ops.device]).toEqual([0, 0]);
  });
});

describe("t-level", () => {
  it("runs what would start first on unlimited devices", () => {
    // T4 could start at 1, T5 at 3; when T3 ends at 6 both are ready, and the longer way is behind T5.
    const { ops } = run(tLevel, { costs: [[1], [3], [2], [1], [9]], edges: [[0, 3, 0], [1, 4, 0]] });
    expect([...ops.startTicks]).toEqual([0, 1, 4, 6, 7]);
  });
});

describe("critical-path-on-fastest", () => {
  it("lets the critical path wait for its device, and other ops use the rest", () => {
    // T1 → T2 → T3 is critical, and P2 runs it fastest; T4 and T5 find P1 free.
    const graph: TaskGraph = { costs: [[9, 4], [9, 4], [9, 4], [5, 5], [5, 5]], edges: [[0, 1, 0], [1, 2, 0]] };
    const { ops, makespanTicks } = run(criticalPathOnFastest, graph);
    expect([...ops.device]).toEqual([1, 1, 1, 0, 0]);
    expect(makespanTicks).toBe(12);
  });

  it("goes elsewhere with what the device cannot run", () => {
    expect([...run(criticalPathOnFastest, { costs: [[9, 4], [3, Infinity], [9, 4]], edges: [[0, 1, 0], [1, 2, 0]] }).ops.device]).toEqual([0, 0, 0]);
    expect([...run(criticalPathOnFastest, { costs: [[Infinity, 4], [3, Infinity], [Infinity, 4]], edges: [[0, 1, 0], [1, 2, 0]] }).ops.device]).toEqual([1, 0, 1]);
  });
});
