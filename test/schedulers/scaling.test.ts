import { describe, expect, it } from "vitest";
import type { PolicyView, Scheduler, SchedulerDefinition } from "../../src/plugin.ts";
import { balance } from "../../src/schedulers/balance.ts";
import { bil } from "../../src/schedulers/bil.ts";
import { bLevel } from "../../src/schedulers/b-level.ts";
import { fifo } from "../../src/schedulers/fifo.ts";
import { heft } from "../../src/schedulers/heft.ts";
import { lookahead } from "../../src/schedulers/lookahead.ts";
import { minMin } from "../../src/schedulers/min-min.ts";
import { workStealing } from "../../src/schedulers/work-stealing.ts";
import { runTasks } from "./run-task-graph.ts";

/** Counts what a scheduler asks of the view, and of the ready list. */
function counted(scheduler: Scheduler, calls: { count: number }): Scheduler {
  const watched = new WeakMap<object, object>();
  const watch = <T extends object>(target: T): T => {
    if (!watched.has(target)) {
      watched.set(target, new Proxy(target, {
        get(object, key) {
          const value: unknown = Reflect.get(object, key, object);
          if (typeof value === "function") return (...args: unknown[]) => (calls.count++, (value as (...a: unknown[]) => unknown).apply(object, args));
          return key === "ready" ? watch(value as object) : value;
        },
      }));
    }
    return watched.get(target) as T;
  };
  return {
    ...(scheduler.queueOrder && { queueOrder: scheduler.queueOrder }),
    prepare: (view, out) => scheduler.prepare?.(watch(view), out),
    ready: (view, op) => scheduler.ready?.(watch<PolicyView>(view), op),
    dispatch: (view, out) => scheduler.dispatch(watch(view), out),
  };
}

/** Questions asked for each op of `n` independent ops, of which P2 can run hardly any. */
function questionsPerOp(definition: SchedulerDefinition, options: unknown, n: number): number {
  const calls = { count: 0 };
  const costs = Array.from({ length: n }, (_, i) => [3 + (i % 5), i % 100 === 99 ? 2 : Infinity, 3 + (i % 7)]);
  runTasks({ costs, edges: [] }, counted(definition.create(options), calls));
  return calls.count / n;
}

describe("work for each op does not grow with the number of ready ops", () => {
  it.each<[SchedulerDefinition, unknown, number]>([
    [fifo, {}, 20], [bLevel, {}, 40], [workStealing, { victim: "random" }, 60], [balance, { window: 0 }, 60], [minMin, {}, 20], [heft, {}, 40],
  ])("$name", (definition, options, limit) => {
    const small = questionsPerOp(definition, options, 500);
    const large = questionsPerOp(definition, options, 5000);
    expect(large).toBeLessThan(limit);
    expect(large).toBeLessThan(1.2 * small);
  });
});

describe("planning does not look at everything in each step", () => {
  /** Questions asked for each op that is ready when the first ends, and that the last one needs. */
  function questionsPerBranch(definition: SchedulerDefinition, branches: number): number {
    const calls = { count: 0 };
    const costs = Array.from({ length: branches + 2 }, (_, i) => [3 + ((i * 7) % 31), 5 + ((i * 11) % 29), 4 + ((i * 13) % 37)]);
    const edges = Array.from({ length: branches }, (_, i) => [[0, i + 1, 1], [i + 1, branches + 1, 1 + (i % 3)]] as [number, number, number][]).flat();
    runTasks({ costs, edges }, counted(definition.create({}), calls));
    return calls.count / branches;
  }

  // To look at all others in each step would be ten times as much.
  it.each([[bil, 4], [lookahead, 1.2]])("$name", (definition, growth) => {
    expect(questionsPerBranch(definition, 3000)).toBeLessThan(growth * questionsPerBranch(definition, 300));
  });
});
