import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "../../src/core/compile.ts";
import type { Instance } from "../../src/core/instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import type { SchedulerDefinition } from "../../src/plugin.ts";
import { bLevel } from "../../src/schedulers/b-level.ts";
import { edf } from "../../src/schedulers/edf.ts";
import { fifo } from "../../src/schedulers/fifo.ts";
import { computeMetrics } from "../../src/trace/metrics.ts";
import { verifyTrace } from "../../src/trace/verify.ts";

interface Task {
  /** By processor. */
  readonly time: number | readonly number[];
  readonly deadline?: number;
  /** When it may begin; kept back by an op of that length on a device of its own. */
  readonly release?: number;
  readonly after?: readonly number[];
}

const never = Infinity;

/** Tasks on `processors` equal processors (or by their own times), with a clock beside them that releases tasks. */
function instanceOf(tasks: readonly Task[], processors = 1): Instance {
  const builder = new GraphBuilder("tasks");
  const costs: number[] = [];
  tasks.forEach(({ time, deadline }, op) => {
    builder.op({ kind: "task" }, `T${op + 1}`);
    costs.push(...(typeof time === "number" ? Array.from({ length: processors }, () => time) : time), never);
    if (deadline !== undefined) builder.deadline(op, deadline);
  });
  tasks.forEach(({ release = 0, after = [] }, op) => {
    for (const before of after) builder.edge(before, op);
    if (release === 0) return;
    builder.edge(builder.op({ kind: "release" }), op);
    costs.push(...Array.from({ length: processors }, () => never), release);
  });
  const names = [...Array.from({ length: processors }, (_, i) => `P${i + 1}`), "clock"];
  const slots = names.map((name) => (name === "clock" ? 1000 : 1));
  return compile({ graph: builder.build(), machine: processorMachine(names, { slots }), costs: { deviceCount: processors + 1, ns: Float64Array.from(costs) } });
}

function run(instance: Instance, definition: SchedulerDefinition, options: unknown = {}): { starts: number[]; misses: number; latest: number } {
  const parsed = definition.options?.["~standard"].validate(options) as { value: unknown } | undefined;
  const trace = simulate({ instance, scheduler: definition.create(parsed?.value ?? options) });
  expect(verifyTrace(trace)).toEqual([]);
  const { tasks } = computeMetrics(trace).deadlines!;
  return { starts: [...trace.ops.startTicks], misses: tasks!.misses, latest: tasks!.tardinessNs.max };
}

describe("on one processor", () => {
  const three: Task[] = [{ time: 4, deadline: 12 }, { time: 2, deadline: 3 }, { time: 3, deadline: 6 }];

  it("runs by deadline, where fifo misses two of three", () => {
    expect(run(instanceOf(three), edf)).toEqual({ starts: [5, 0, 2], misses: 0, latest: 0 });
    expect(run(instanceOf(three), fifo)).toEqual({ starts: [0, 4, 6], misses: 2, latest: 3 });
  });

  it("breaks ties by id, and runs what has no deadline last", () => {
    expect(run(instanceOf([{ time: 1 }, { time: 1, deadline: 5 }, { time: 1, deadline: 5 }, { time: 1 }]), edf).starts).toEqual([2, 0, 1, 3]);
  });

  it("lets an op inherit the deadlines of those that wait for it", () => {
    const tasks: Task[] = [{ time: 5, deadline: 10 }, { time: 1 }, { time: 4, deadline: 5, after: [1] }];
    expect(run(instanceOf(tasks), edf)).toEqual({ starts: [5, 0, 1], misses: 0, latest: 0 });
    expect(run(instanceOf(tasks), edf, { inherit: false })).toEqual({ starts: [0, 5, 6], misses: 1, latest: 5 });
  });

  // Unit tasks need no preemption, so Liu and Layland's theorem holds for them as it is: utilisation 1 is enough.
  const periodic = (periods: readonly number[], horizon: number): Task[] =>
    periods.flatMap((period) => Array.from({ length: horizon / period }, (_, k) => ({ time: 1, release: k * period, deadline: (k + 1) * period })));

  it("never misses with periodic unit tasks of utilisation up to 1", () => {
    const sets = fc.array(fc.constantFrom(2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60), { minLength: 1, maxLength: 8 }).map((periods) => {
      let load = 0;
      return periods.filter((period) => (load + 1 / period <= 1 + 1e-9 ? ((load += 1 / period), true) : false));
    });
    fc.assert(fc.property(sets, (periods) => {
      expect(run(instanceOf(periodic(periods, 60)), edf).misses).toBe(0);
    }), { numRuns: 60, seed: 5 });
  });

  it("meets every deadline at utilisation 1 where fifo does not", () => {
    const instance = instanceOf(periodic([6, 6, 6, 2], 12));
    expect(run(instance, edf).misses).toBe(0);
    expect(run(instance, fifo).misses).toBeGreaterThan(0);
  });

  it("has the smallest largest lateness of all orders, with precedence too", () => {
    const tasks = fc.array(fc.record({ time: fc.integer({ min: 1, max: 9 }), deadline: fc.nat(30), after: fc.array(fc.nat(4), { maxLength: 2 }) }), { minLength: 1, maxLength: 6 })
      .map((list) => list.map((task, op): Task => ({ ...task, after: [...new Set(task.after)].filter((before) => before < op) })));
    fc.assert(fc.property(tasks, (list) => {
      expect(run(instanceOf(list), edf).latest).toBe(Math.max(0, leastLateness(list)));
    }), { numRuns: 100, seed: 6 });
  });
});

/** Of all orders that respect the dependencies. */
function leastLateness(tasks: readonly Task[], done: readonly number[] = [], now = 0): number {
  let best = done.length === tasks.length ? -Infinity : Infinity;
  tasks.forEach(({ time, deadline, after }, op) => {
    if (done.includes(op) || !after!.every((before) => done.includes(before))) return;
    const end = now + (time as number);
    best = Math.min(best, Math.max(end - deadline!, leastLateness(tasks, [...done, op], end)));
  });
  return best;
}

describe("on several processors", () => {
  it.each([2, 3, 4, 8])("shows Dhall's effect on %i: one long task misses at a load near 1, however many processors there are", (m) => {
    // m light tasks are more urgent and hold every processor for 2; the heavy one has only 1 to spare.
    const tasks: Task[] = [...Array.from({ length: m }, () => ({ time: 2, deadline: 100 })), { time: 100, deadline: 101 }];
    expect(run(instanceOf(tasks, m), edf)).toMatchObject({ misses: 1, latest: 1 });
    expect(run(instanceOf(tasks, m), bLevel).misses).toBe(0);
  });

  it("takes the free device where the op ends soonest, or with a queue a device waits for the fast one", () => {
    const tasks: Task[] = [{ time: [2, 20], deadline: 3 }, { time: [2, 20], deadline: 5 }];
    expect(run(instanceOf(tasks, 2), edf)).toEqual({ starts: [0, 0], misses: 1, latest: 15 });
    expect(run(instanceOf(tasks, 2), edf, { queue: "device" })).toEqual({ starts: [0, 2], misses: 0, latest: 0 });
  });

  it("keeps each device's queue by deadline", () => {
    const tasks: Task[] = [{ time: 4, deadline: 4 }, { time: 1, deadline: 30 }, { time: 1, release: 1, deadline: 20 }];
    expect(run(instanceOf(tasks), edf, { queue: "device" }).starts.slice(0, 3)).toEqual([0, 5, 4]);
  });
});

describe("jobs", () => {
  const graph = (): GraphBuilder => {
    const builder = new GraphBuilder("two");
    builder.edge(builder.op({ kind: "task" }, "a"), builder.op({ kind: "task" }, "b"));
    return builder;
  };
  const compiled = (builder: GraphBuilder, arrivalsNs: number[], deadlineNs?: number): Instance =>
    compile({ graph: builder.build(), machine: processorMachine(["P1"]), costs: { deviceCount: 1, ns: Float64Array.of(2, 3) }, arrivalsNs, ...(deadlineNs !== undefined && { deadlineNs }) });

  it("have deadlines that count from their arrival, and ops the earlier of theirs and their job's", () => {
    const builder = graph();
    builder.deadline(0, 4);
    builder.deadline(1, 99);
    const seen: number[][] = [];
    const scheduler = fifo.create({});
    const spy = { ...scheduler, ready: (view: Parameters<NonNullable<typeof scheduler.ready>>[0], op: number) => (seen.push([0, 1, 2, 3].map((id) => view.deadlineTicks(id))), scheduler.ready!(view, op)) };
    simulate({ instance: compiled(builder, [0, Infinity], 20), scheduler: spy });
    // The second job arrives when the first ends, at 5; its deadlines are not known before.
    expect(seen[0]).toEqual([4, 20, Infinity, Infinity]);
    expect(seen.at(-1)).toEqual([4, 20, 9, 25]);
    simulate({ instance: compiled(graph(), [0, 7], 20), scheduler: { ...spy, prepare: (view, out) => (expect([0, 1, 2, 3].map((id) => view.deadlineTicks(id))).toEqual([20, 20, 27, 27]), scheduler.prepare!(view, out)) } });
  });

  it("that are more urgent overtake", () => {
    // When the first op ends at 2, the second job's first op must have ended by 9 − 3, the first job's last op by 8.
    const trace = simulate({ instance: compiled(graph(), [0, 1], 8), scheduler: edf.create({ queue: "global", inherit: true }) });
    expect([...trace.ops.endTicks]).toEqual([2, 7, 4, 10]);
    expect(computeMetrics(trace).deadlines).toEqual({
      jobs: { count: 2, misses: 1, missRatio: 0.5, tardinessNs: { total: 1, mean: 0.5, max: 1 }, late: [{ name: "1", deadlineNs: 9, endNs: 10, tardinessNs: 1 }] },
    });
  });
});
