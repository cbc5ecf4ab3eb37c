import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PolicyView, SchedulerDefinition } from "../../../src/plugin.ts";
import { createPolicy } from "../../../src/scenario/create-policy.ts";
import { dls, planDls } from "../../../src/schedulers/dls.ts";
import { dsc } from "../../../src/schedulers/dsc.ts";
import { EarliestFinish } from "../../../src/schedulers/planning/earliest-finish.ts";
import { etf, planEtf } from "../../../src/schedulers/etf.ts";
import { hcpt } from "../../../src/schedulers/hcpt.ts";
import { hlfet } from "../../../src/schedulers/hlfet.ts";
import { KeyedHeap } from "../../../src/schedulers/planning/keyed-heap.ts";
import { medianCosts, staticLevels } from "../../../src/schedulers/planning/levels.ts";
import { lookahead } from "../../../src/schedulers/lookahead.ts";
import { mcp } from "../../../src/schedulers/mcp.ts";
import { mh } from "../../../src/schedulers/mh.ts";
import type { Plan } from "../../../src/schedulers/planning/plan.ts";
import { notAtAll } from "../../../src/schedulers/planning/setup-shares.ts";
import { runTasks } from "../run-task-graph.ts";
import { staticView, type TaskGraph } from "../static-view.ts";

/** The textbook's loop: looks at every ready op on every device in each step, and takes the smallest `cost`, then ties. */
function planByLooking(view: PolicyView, cost: (op: number, device: number, start: number) => readonly number[]): Plan {
  const eft = new EarliestFinish(view, undefined, notAtAll, false);
  for (let left = view.opCount; left > 0; left--) {
    let best: readonly number[] | undefined;
    for (let op = 0; op < view.opCount; op++) {
      if (eft.deviceOf(op) >= 0 || view.pred.node.subarray(view.pred.start[op]!, view.pred.start[op + 1]!).some((from) => eft.deviceOf(from) < 0)) continue;
      for (let d = 0; d < view.deviceCount; d++) {
        const start = eft.startOn(op, d);
        if (start === Infinity) continue;
        const candidate = [...cost(op, d, start), op, view.estimateTicks(op, d), d];
        if (best === undefined || isBefore(candidate, best)) best = candidate;
      }
    }
    eft.insertOn(best!.at(-3)!, best!.at(-1)!);
  }
  return eft.plan();
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && a[at]! < b[at]!;
}

/** Costs are multiples of 12, so that means and medians are whole and equal values are equal. */
const graphs: fc.Arbitrary<TaskGraph> = fc.record({ devices: fc.integer({ min: 1, max: 4 }), tasks: fc.integer({ min: 2, max: 20 }) }).chain(({ devices, tasks }) => fc.record({
  costs: fc.array(fc.array(fc.oneof({ weight: 5, arbitrary: fc.nat(5).map((n) => 12 * n) }, { weight: 1, arbitrary: fc.constant(Infinity) }), { minLength: devices, maxLength: devices })
    .map((row) => (row.some(Number.isFinite) ? row : row.map(() => 12))), { minLength: tasks, maxLength: tasks }),
  edges: fc.uniqueArray(fc.tuple(fc.nat(tasks - 1), fc.nat(tasks - 1), fc.nat(40)).filter(([from, to]) => from < to), { maxLength: 2 * tasks, selector: ([from, to]) => from * tasks + to })
    .map((edges) => edges.sort(([, a], [, b]) => a - b) as TaskGraph["edges"]),
  slots: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: devices, maxLength: devices }),
}));

describe("all pairs are compared without looking at them", () => {
  const expectSame = (plan: Plan, reference: Plan): void => {
    expect([...plan.device]).toEqual([...reference.device]);
    expect([...plan.startTicks]).toEqual([...reference.startTicks]);
  };

  it("dls plans what the textbook's loop plans", () => {
    fc.assert(fc.property(graphs, (graph) => {
      const view = staticView(graph);
      const median = medianCosts(view);
      const level = staticLevels(view, median);
      expectSame(planDls(view), planByLooking(view, (op, d, start) => [start - (level[op]! + median[op]! - view.estimateTicks(op, d))]));
    }), { numRuns: 200, seed: 21 });
  });

  it("etf plans what the textbook's loop plans", () => {
    fc.assert(fc.property(graphs, (graph) => {
      const view = staticView(graph);
      const level = staticLevels(view);
      expectSame(planEtf(view), planByLooking(view, (op, _d, start) => [start, -level[op]!]));
    }), { numRuns: 200, seed: 22 });
  });
});

describe("KeyedHeap", () => {
  it("gives ops by key, tie and id", () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(2)), { maxLength: 60 }), (entries) => {
      const heap = new KeyedHeap(Float64Array.from(entries, ([, tie]) => tie));
      entries.forEach(([key], op) => heap.push(op, key));
      const expected = entries.map(([key, tie], op) => ({ key, tie, op })).sort((a, b) => a.key - b.key || a.tie - b.tie || a.op - b.op);
      for (const { key, op } of expected) {
        expect([heap.key, heap.op]).toEqual([key, op]);
        heap.pop();
      }
      expect([heap.key, heap.op]).toEqual([Infinity, -1]);
    }), { seed: 23 });
  });
});

describe("work for each op does not grow with the number of ready ops", () => {
  /** Questions asked of the view for each op of `n` independent ops. */
  function questionsPerOp(definition: SchedulerDefinition, n: number): number {
    let count = 0;
    const scheduler = createPolicy(definition);
    const costs = Array.from({ length: n }, (_, i) => [3 + (i % 5), i % 100 === 99 ? 2 : Infinity, 3 + (i % 7)]);
    runTasks({ costs, edges: [] }, {
      ...scheduler,
      prepare: (view, out) => scheduler.prepare!(new Proxy(view, { get: (object, key) => (count++, bound(object, key)) }), out),
    });
    return count / n;
  }

  const bound = (object: object, key: string | symbol): unknown => {
    const value: unknown = Reflect.get(object, key, object);
    return typeof value === "function" ? value.bind(object) : value;
  };

  it.each([dls, etf, hcpt, hlfet, lookahead, mcp, mh, dsc].map((definition) => [definition.name, definition] as const))("%s", (_, definition) => {
    const small = questionsPerOp(definition, 300);
    const large = questionsPerOp(definition, 3000);
    expect(large).toBeLessThan(120);
    expect(large).toBeLessThan(1.2 * small);
  });
});
