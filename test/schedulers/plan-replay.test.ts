import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PolicyView, SchedulerDefinition } from "../../src/plugin.ts";
import { cpop, planCpop } from "../../src/schedulers/cpop.ts";
import { bil, planBil } from "../../src/schedulers/bil.ts";
import { dls, planDls } from "../../src/schedulers/dls.ts";
import { dsc, planDsc } from "../../src/schedulers/dsc.ts";
import { etf, planEtf } from "../../src/schedulers/etf.ts";
import { hcpt, planHcpt } from "../../src/schedulers/hcpt.ts";
import { hlfet, planHlfet } from "../../src/schedulers/hlfet.ts";
import { lookahead, planLookahead } from "../../src/schedulers/lookahead.ts";
import { mcp, planMcp } from "../../src/schedulers/mcp.ts";
import { mh, planMh } from "../../src/schedulers/mh.ts";
import { heft, planHeft } from "../../src/schedulers/heft.ts";
import { peft, planPeft } from "../../src/schedulers/peft.ts";
import type { Plan } from "../../src/schedulers/planning/plan.ts";
import { runTasks } from "./run-task-graph.ts";
import { staticView, type TaskGraph } from "./static-view.ts";

/** Random graphs with zero costs, impossible devices and several slots. */
const taskGraph: fc.Arbitrary<TaskGraph> = fc.record({ devices: fc.integer({ min: 1, max: 4 }), tasks: fc.integer({ min: 2, max: 30 }) }).chain(({ devices, tasks }) => fc.record({
  costs: fc.array(fc.array(fc.oneof({ weight: 5, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.constant(Infinity) }), { minLength: devices, maxLength: devices })
    .map((row) => (row.some(Number.isFinite) ? row : row.map(() => 3))), { minLength: tasks, maxLength: tasks }),
  edges: fc.uniqueArray(fc.tuple(fc.nat(tasks - 1), fc.nat(tasks - 1), fc.nat(15)).filter(([from, to]) => from < to), { maxLength: 2 * tasks, selector: ([from, to]) => from * tasks + to })
    .map((edges) => edges.sort(([, a], [, b]) => a - b) as TaskGraph["edges"]),
  slots: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: devices, maxLength: devices }),
}));

describe("what is planned can be carried out", () => {
  it.each<[SchedulerDefinition, (view: PolicyView) => Plan]>([[heft, planHeft], [cpop, planCpop], [peft, planPeft], [bil, planBil], [dls, planDls], [dsc, planDsc], [etf, planEtf], [hcpt, planHcpt], [hlfet, planHlfet], [lookahead, planLookahead], [mcp, planMcp], [mh, planMh]])("$name: no op ends later than planned", (definition, planOf) => {
    fc.assert(fc.property(taskGraph, (graph) => {
      const plan = planOf(staticView(graph));
      const { ops } = runTasks(graph, definition.create({}));
      expect([...ops.device]).toEqual([...plan.device]);
      ops.endTicks.forEach((end, op) => expect(end).toBeLessThanOrEqual(plan.endTicks[op]!));
    }), { numRuns: 100, seed: 4 });
  });
});
