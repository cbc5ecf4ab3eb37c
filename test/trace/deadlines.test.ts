import { describe, expect, it } from "vitest";
import { compile } from "../../src/core/compile.ts";
import type { Instance } from "../../src/core/instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Trace } from "../../src/core/trace.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import { fifo } from "../../src/schedulers/fifo.ts";
import { computeMetrics } from "../../src/trace/metrics.ts";
import { loadTrace, saveTrace } from "../../src/trace/saved-trace.ts";
import { formatResult } from "../../src/trace/text.ts";
import { verifyTrace } from "../../src/trace/verify.ts";

/** A chain a → b of 2 and 3 ns on one processor. */
function chain(options: { a?: number; b?: number; job?: number; arrivalsNs?: number[]; tickNs?: number }): Instance {
  const builder = new GraphBuilder("chain");
  builder.edge(builder.op({ kind: "task" }, "a"), builder.op({ kind: "task" }, "b"));
  if (options.a !== undefined) builder.deadline(0, options.a);
  if (options.b !== undefined) builder.deadline(1, options.b);
  return compile({
    graph: builder.build(), machine: processorMachine(["P1"]), costs: { deviceCount: 1, ns: Float64Array.of(2, 3) },
    ...(options.arrivalsNs && { arrivalsNs: options.arrivalsNs }), ...(options.job !== undefined && { deadlineNs: options.job }), ...(options.tickNs !== undefined && { tickNs: options.tickNs }),
  });
}
const run = (instance: Instance, untilTicks?: number): Trace => simulate({ instance, scheduler: fifo.create({}), ...(untilTicks !== undefined && { untilTicks }) });

describe("deadlines in the result", () => {
  it("are absent where nothing has one, and then cost nothing", () => {
    const instance = chain({});
    expect("jobDeadlineTicks" in instance || "opDeadlineTicks" in instance).toBe(false);
    expect(computeMetrics(run(instance)).deadlines).toBeUndefined();
  });

  it("count misses and tardiness of jobs", () => {
    // Back to back: 5 each from their own arrival. By a timetable: they end at 5, 10 and 15.
    expect(computeMetrics(run(chain({ job: 5, arrivalsNs: [0, Infinity, Infinity] }))).deadlines).toEqual({ jobs: { count: 3, misses: 0, missRatio: 0, tardinessNs: { total: 0, mean: 0, max: 0 }, late: [] } });
    const { deadlines, warnings } = computeMetrics(run(chain({ job: 6, arrivalsNs: [0, 2, 4] })));
    // a0 and b0 run until 5, before what arrived meanwhile; then a1, a2, b1 until 12 and b2 until 15.
    expect(deadlines).toEqual({
      jobs: {
        count: 3, misses: 2, missRatio: 0.666666666667, tardinessNs: { total: 9, mean: 3, max: 5 },
        late: [{ name: "2", deadlineNs: 10, endNs: 15, tardinessNs: 5 }, { name: "1", deadlineNs: 8, endNs: 12, tardinessNs: 4 }],
      },
    });
    expect(warnings).toEqual([{ code: "deadline-missed", message: "2 of 3 jobs with a deadline ended after it, by up to 5 ns (job 2)" }]);
  });

  it("count those of operators apart, and name them with their tasks", () => {
    const metrics = computeMetrics(run(chain({ a: 2, b: 4, job: 100 })));
    expect(metrics.deadlines!.tasks).toEqual({ count: 2, misses: 1, missRatio: 0.5, tardinessNs: { total: 1, mean: 0.5, max: 1 }, late: [{ name: "b", deadlineNs: 4, endNs: 5, tardinessNs: 1 }] });
    expect(metrics.deadlines!.jobs!.misses).toBe(0);
    expect([...metrics.tasks].map((task) => task.deadlineNs)).toEqual([2, 4]);
    expect([...computeMetrics(run(chain({ b: 4 }))).tasks].map((task) => task.deadlineNs)).toEqual([undefined, 4]);
    expect(formatResult(metrics)).toContain("deadlines    1 job in time\n             1 of 2 operators missed (50.0 %), late by 1 ns at most, 500 ps on average over all\n");
    expect(formatResult(metrics)).toContain("warning[deadline-missed]: operator \"b\" ended 1 ns after its deadline\n");
  });

  it("count what has ended, in a run that was stopped", () => {
    expect(computeMetrics(run(chain({ a: 1, b: 1, job: 1 }), 3)).deadlines).toMatchObject({ jobs: { count: 0, misses: 0, missRatio: 0 }, tasks: { count: 1, misses: 1 } });
  });

  it("are late in ticks exactly when they are in time", () => {
    // Ends at 5 with ticks of 1, deadline 4.7: late. With ticks of 0.1, deadlines are kept as written.
    expect(computeMetrics(run(chain({ b: 4.7 }))).deadlines!.tasks!.misses).toBe(1);
    expect(computeMetrics(run(chain({ b: 5.9 }))).deadlines!.tasks!.misses).toBe(0);
    expect(computeMetrics(run(chain({ b: 4.7, tickNs: 0.1 }))).deadlines!.tasks!.late).toEqual([{ name: "b", deadlineNs: 4.7, endNs: 5, tardinessNs: 0.3 }]);
  });

  it("are kept in trace files", () => {
    for (const options of [{}, { b: 4 }, { job: 4 }, { a: 1, job: 9, arrivalsNs: [0, Infinity] }]) {
      const trace = run(chain(options));
      const text = [...saveTrace(trace)].join("");
      expect(text.includes("DeadlineTicks")).toBe(Object.keys(options).length > 0);
      const loaded = loadTrace(text);
      expect(verifyTrace(loaded)).toEqual([]);
      expect(computeMetrics(loaded).deadlines).toEqual(computeMetrics(trace).deadlines);
    }
  });

  it("are part of the instance's digest", () => {
    expect(new Set([chain({}), chain({ a: 1 }), chain({ a: 2 }), chain({ job: 2 })].map(({ digest }) => digest)).size).toBe(4);
  });
});
