import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulate } from "../../src/core/simulate.ts";
import type { Trace } from "../../src/core/trace.ts";
import type { Instance } from "../../src/core/instance.ts";
import type { Scheduler, SchedulerDefinition } from "../../src/plugin.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
import { taskInstance } from "./run-task-graph.ts";
import type { TaskGraph } from "./static-view.ts";

/** Small graphs: some schedulers search for long. */
const taskGraph: fc.Arbitrary<TaskGraph> = fc.record({ devices: fc.integer({ min: 1, max: 3 }), tasks: fc.integer({ min: 2, max: 9 }) }).chain(({ devices, tasks }) => fc.record({
  costs: fc.array(fc.array(fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 12 }) }, { weight: 1, arbitrary: fc.constant(Infinity) }), { minLength: devices, maxLength: devices })
    .map((row) => (row.some(Number.isFinite) ? row : row.map(() => 3))), { minLength: tasks, maxLength: tasks }),
  edges: fc.uniqueArray(fc.tuple(fc.nat(tasks - 1), fc.nat(tasks - 1), fc.nat(15)).filter(([from, to]) => from < to), { maxLength: 2 * tasks, selector: ([from, to]) => from * tasks + to })
    .map((edges) => edges.sort(([, a], [, b]) => a - b) as TaskGraph["edges"]),
  slots: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: devices, maxLength: devices }),
}));

function create(definition: SchedulerDefinition): Scheduler | undefined {
  const result = definition.options?.["~standard"].validate({});
  if (result instanceof Promise || result?.issues) return undefined;
  return definition.create(result?.value ?? {});
}

function run(instance: Instance, definition: SchedulerDefinition): Trace {
  const trace = simulate({ instance, scheduler: create(definition)!, schedulerName: definition.name, seed: 3 });
  expect(verifyTrace(trace)).toEqual([]);
  return trace;
}

/** The same with a device that can run nothing, at the end, so that all ids stay. */
const withIdleDevice = ({ costs, slots, ...rest }: TaskGraph): TaskGraph => ({ ...rest, costs: costs.map((row) => [...row, Infinity]), slots: [...slots!, 1] });

/** All times, of ops and of transfers, times `factor`; a power of two, so that averages scale without rounding. */
const scaled = ({ costs, edges, ...rest }: TaskGraph, factor: number): TaskGraph => ({
  ...rest, costs: costs.map((row) => row.map((ticks) => ticks * factor)), edges: edges.map(([from, to, ticks]) => [from, to, ticks * factor] as const),
});

// What needs options that name operators carries out what it is told; what searches simulates hundreds of times for each run.
const searching = ["genetic", "annealing", "portfolio", "exact"];
const all = schedulers.all.filter((definition) => !searching.includes(definition.name) && create(definition) !== undefined);
const runs = { numRuns: 12, seed: 11 };

it("covers the schedulers", () => expect(all.length).toBeGreaterThan(40));

describe.each(all.map((definition) => [definition.name, definition] as const))("%s", (name, definition) => {
  it("gives the same schedule whatever ops and devices are called", () => {
    fc.assert(fc.property(taskGraph, (graph) => {
      const instance = taskInstance(graph);
      const { opCount, deviceCount } = instance;
      const renamed = {
        ...instance, opNames: { length: opCount, at: (op: number) => `x${(op * 7) % 10} ${op}` }, deviceNames: Array.from({ length: deviceCount }, (_, d) => `device ${deviceCount - d}`),
      };
      expect(run(renamed, definition).digest).toBe(run(instance, definition).digest);
    }), runs);
  });

  it("is not broken by a device that can run nothing", () => {
    fc.assert(fc.property(taskGraph, (graph) => {
      expect(run(taskInstance(withIdleDevice(graph)), definition).complete).toBe(true);
    }), runs);
  });

  // Its threshold between cheap and costly ops is a time.
  it.skipIf(name === "tf-inter-op")("takes four times as long when everything does", () => {
    fc.assert(fc.property(taskGraph, (graph) => {
      expect(run(taskInstance(scaled(graph, 4)), definition).makespanTicks).toBe(4 * run(taskInstance(graph), definition).makespanTicks);
    }), runs);
  });
});
