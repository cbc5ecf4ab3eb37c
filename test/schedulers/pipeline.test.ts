import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "../../src/core/compile.ts";
import type { Instance } from "../../src/core/instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import { buildPipeline, type Pipeline } from "../../src/pipeline/pipeline.ts";
import { fifo } from "../../src/schedulers/fifo.ts";
import { pipeline } from "../../src/schedulers/pipeline.ts";
import { chunkingsWithin, shortestPeriod, type ChunkProblem } from "../../src/schedulers/planning/chunkings.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { jobPeriodNs } from "../../src/trace/job-period.ts";

/** Every assignment of steps to devices that is contiguous, the naive way. */
function slowestByTrying({ steps, ticks, slots }: ChunkProblem): number {
  const devices = slots.length;
  let best = Infinity;
  for (let code = 0; code < devices ** steps; code++) {
    const of = Array.from({ length: steps }, (_, step) => Math.floor(code / devices ** step) % devices);
    const starts = of.filter((device, step) => device !== of[step - 1]);
    if (new Set(starts).size < starts.length) continue;
    best = Math.min(best, Math.max(...[...new Set(of)].map((device) => of.reduce((sum, other, step) => (other === device ? sum + ticks[step * devices + device]! : sum), 0) / slots[device]!)));
  }
  return best;
}

const problems = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 })).chain(([steps, devices]) => fc.record({
  steps: fc.constant(steps),
  ticks: fc.array(fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 30 }) }, { weight: 1, arbitrary: fc.constant(Infinity) }), { minLength: steps * devices, maxLength: steps * devices }).map((all) => Float64Array.from(all)),
  slots: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: devices, maxLength: devices }),
}));

describe("chunkings", () => {
  it("have the shortest period there is", () => {
    fc.assert(fc.property(problems, (problem) => {
      const shortest = shortestPeriod(problem);
      expect(shortest).toBe(slowestByTrying(problem));
      const all = chunkingsWithin(problem, 1e9);
      expect(all[0]?.periodTicks ?? Infinity).toBe(shortest);
      expect(all.map(({ periodTicks }) => periodTicks)).toEqual(all.map(({ periodTicks }) => periodTicks).sort((a, b) => a - b));
      for (const { chunks } of all) expect(chunks.flatMap(({ first, end }) => Array.from({ length: end - first }, (_, i) => first + i))).toEqual(Array.from({ length: problem.steps }, (_, i) => i));
      expect(chunkingsWithin(problem, shortest).length).toBe(all.filter(({ periodTicks }) => periodTicks === shortest && periodTicks < Infinity).length);
    }), { numRuns: 300, seed: 1 });
  });

  it("are as many as there are ways", () => {
    // Nine steps on four devices: Σ over k chunks of C(8, k − 1) · 4!/(4 − k)!.
    expect(chunkingsWithin({ steps: 9, ticks: new Float64Array(36).fill(1), slots: [1, 1, 1, 1] }, 9).length).toBe(4 + 8 * 12 + 28 * 24 + 56 * 24);
  });
});

function instanceOf(spec: Pipeline, items = 60): Instance {
  const { graph, machine, costs } = buildPipeline("test", spec);
  return compile({ graph, machine, costs, arrivalsNs: Array.from({ length: items }, (_, item) => (item < 16 ? 0 : Infinity)) });
}
function run(instance: Instance, rehearsals: number) {
  const scheduler = pipeline.create({ rehearsals });
  return { trace: simulate({ instance, scheduler }), report: scheduler.report!() };
}

const everywhere = (name: string, x: number, y: number, demand?: number) => ({ name, aloneNs: { x, y }, ...(demand !== undefined && { demand: { x: demand, y: demand } }) });

describe("the scheduler pipeline", () => {
  it("streams through the chunks with the shortest period, and says which", () => {
    const instance = instanceOf({ stages: [everywhere("a", 4000, 9000), everywhere("b", 4000, 9000), everywhere("c", 9000, 3000), everywhere("d", 9000, 5000)] });
    const { trace, report } = run(instance, 50);
    expect(report).toEqual({ chunks: "x a … b | y c … d", slowestChunkNs: 8000, rehearsed: 1 });
    expect(jobPeriodNs(trace)).toBe(8000);
    expect(trace.makespanTicks).toBeLessThan(simulate({ instance, scheduler: createPolicy(fifo) }).makespanTicks);
  });

  it("keeps chunks apart that would slow each other", () => {
    // Alone two chunks of 6000 and 7000 are best; but each asks for all of the memory, so they take 13 000 together, and one device can do it in 12 000.
    const instance = instanceOf({ bytesPerNs: 10, stages: [everywhere("a", 6000, 7000, 10), everywhere("b", 6000, 7000, 10)] }, 2000);
    const hasty = run(instance, 0);
    const careful = run(instance, 50);
    expect(hasty.report).toMatchObject({ chunks: "x a | y b", slowestChunkNs: 7000 });
    expect(careful.report).toMatchObject({ chunks: "x a … b", slowestChunkNs: 12_000 });
    expect([jobPeriodNs(hasty.trace), jobPeriodNs(careful.trace)]).toEqual([expect.closeTo(13_000, -3), 12_000]);
  });

  it("puts what no chunk can hold where it is fastest", () => {
    // x, y, x: no cut into one chunk each.
    const instance = instanceOf({ stages: [{ name: "a", aloneNs: { x: 5 } }, { name: "b", aloneNs: { y: 5 } }, { name: "c", aloneNs: { x: 5 } }] });
    const { trace, report } = run(instance, 50);
    expect(report).toEqual({});
    expect([...trace.ops.device.slice(0, 3)]).toEqual([0, 1, 0]);
    expect(jobPeriodNs(trace)).toBe(10);
  });

  it("cuts long graphs into parts first", () => {
    const graph = new GraphBuilder("long");
    for (let op = 0; op < 1000; op++) {
      graph.op({ kind: "task" });
      if (op > 0) graph.edge(op - 1, op);
    }
    const instance = compile({ graph: graph.build(), machine: processorMachine(["p", "q"]), costs: { deviceCount: 2, ns: new Float64Array(2000).fill(10) }, arrivalsNs: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] });
    const { trace, report } = run(instance, 3);
    // Halves, to within a sixty-fourth.
    expect(report["slowestChunkNs"]).toBeLessThanOrEqual(5160);
    expect(new Set(trace.ops.device)).toEqual(new Set([0, 1]));
  });
});
