import { describe, expect, it } from "vitest";
import type { Instance } from "../../src/core/instance.ts";
import { defineScheduler, type SchedulerView } from "../../src/plugin.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { checkScheduler, schedulerChecks } from "../../src/testing.ts";

/** Options of the policies that cannot do without, as they name every operator of the instance, and small budgets for searches. */
const optionsFor: Readonly<Record<string, ((instance: Instance) => unknown) | undefined>> = {
  annealing: () => ({ evaluations: 40 }),
  exact: () => ({ nodes: 500 }),
  genetic: () => ({ evaluations: 40, population: 8 }),
  list: ({ opCount }) => ({ order: Array.from({ length: opCount }, (_, i) => opCount - 1 - i) }),
  replay: (instance) => ({
    placement: Array.from(instance.topo, (op, i) => {
      const capable = Array.from({ length: instance.deviceCount }, (_, d) => d).filter((d) => instance.costTicks[instance.classOf[op]! * instance.deviceCount + d]! < Infinity);
      return { op, device: capable[i % capable.length]! };
    }),
  }),
};

describe.each(schedulers.all.map((definition) => [definition.name, definition] as const))("%s", (name, definition) => {
  const options = optionsFor[name];
  for (const check of schedulerChecks(definition, options ? { options } : {})) it(check.name, check.run);
});

describe("the checks themselves", () => {
  const broken = (dispatch: (view: SchedulerView, out: { place(op: number, device: number): void }) => void) =>
    defineScheduler({ name: "broken", summary: "wrong on purpose", create: () => ({ dispatch }) });

  it("find a scheduler that places nothing", () => {
    expect(() => checkScheduler(broken(() => {}))).toThrow(/runs single: single on one-processor with dataflow/);
  });

  it("find a scheduler that ignores what devices can run", () => {
    expect(() => checkScheduler(broken(({ ready }, out) => {
      for (let op = ready.first(), next; op >= 0; op = next) {
        next = ready.next(op);
        out.place(op, 0);
      }
    }))).toThrow(/fails 2 of 24 checks\nruns one-place-only: .*\nruns split-abilities/s);
  });

  it("find a scheduler whose ties depend on names", () => {
    const byName = broken((view, out) => {
      for (let op = view.ready.first(), next; op >= 0; op = next) {
        next = view.ready.next(op);
        const wanted = view.opName(op).length % view.deviceCount;
        const device = view.estimateTicks(op, wanted) < Infinity ? wanted : [...view.slots.keys()].find((d) => view.estimateTicks(op, d) < Infinity)!;
        out.place(op, device);
      }
    });
    expect(() => checkScheduler(byName)).toThrow(/fails 1 of 24 checks\ndoes not depend on names/);
  });

  it("find state that outlives a run", () => {
    let turn = 0;
    const stateful = broken((view, out) => {
      for (let op = view.ready.first(), next; op >= 0; op = next) {
        next = view.ready.next(op);
        do turn++;
        while (view.estimateTicks(op, turn % view.deviceCount) === Infinity);
        out.place(op, turn % view.deviceCount);
      }
    });
    expect(() => checkScheduler(stateful)).toThrow(/gives the same schedule for the same seed/);
  });

  it("say which options are missing", () => {
    expect(() => checkScheduler(schedulers.get("replay"))).toThrow(/does not accept the options \{\}.*Pass \{ options/);
  });
});
