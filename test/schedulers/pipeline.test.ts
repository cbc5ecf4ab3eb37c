import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomSource } from "../../src/base/random.ts";
import { compile } from "../../src/core/compile.ts";
import type { Instance } from "../../src/core/instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import { buildPipeline, type Pipeline } from "../../src/pipeline/pipeline.ts";
import { fifo } from "../../src/schedulers/fifo.ts";
import { pipeline } from "../../src/schedulers/pipeline.ts";
import { chunkingsWithin, shortestPeriod, type ChunkProblem } from "../../src/schedulers/planning/chunkings.ts";
import { recurringChunkings } from "../../src/schedulers/planning/recurring-chunkings.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { jobPeriodNs } from "../../src/trace/job-period.ts";
import { makeInstance } from "../trace/make-run.ts";

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

  it("of long graphs on many devices are found all the same, the shortest period among them", () => {
    const random = randomSource(5, "chunkings");
    const slots = [4, 1, 1, 1, 1, 1];
    const ticks = Float64Array.from({ length: 52 * slots.length }, () => 1 + Math.floor(random() * 1000));
    const problem = { steps: 52, ticks, slots };
    const shortest = shortestPeriod(problem);
    const closest = chunkingsWithin(problem, shortest);
    expect(closest.map(({ periodTicks }) => periodTicks)).toEqual(closest.map(() => shortest));
    expect(closest.length).toBeGreaterThan(0);
    // More than can be looked at: what is left out is further from the shortest.
    const more = chunkingsWithin(problem, 10 * shortest);
    expect(more.length).toBeGreaterThan(closest.length);
    expect(more[0]).toEqual(closest[0]);
    const end = more.at(-1)!.periodTicks;
    expect(chunkingsWithin(problem, end).length).toBe(more.length);
  });
});

/** Least work of the busiest device with any assignment of steps to devices. */
function leastByTrying({ steps, ticks, slots }: ChunkProblem, load = Array.from(slots, () => 0), step = 0): number {
  if (step === steps) return Math.max(...load.map((own, device) => own / slots[device]!));
  return Math.min(...load.map((own, device) => leastByTrying({ steps, ticks, slots }, load.with(device, own + ticks[step * load.length + device]!), step + 1)));
}

describe("recurring chunkings", () => {
  it("come to the shortest period of any assignment", () => {
    fc.assert(fc.property(problems, (problem) => {
      const all = recurringChunkings(problem, Infinity);
      expect(Math.min(shortestPeriod(problem), ...all.map(({ periodTicks }) => periodTicks))).toBe(leastByTrying(problem));
      for (const { chunks, periodTicks } of all) {
        expect(chunks.flatMap(({ first, end }) => Array.from({ length: end - first }, (_, i) => first + i))).toEqual(Array.from({ length: problem.steps }, (_, i) => i));
        expect(chunks.some(({ device }, i) => device === chunks[i + 1]?.device)).toBe(false);
        expect(new Set(chunks.map(({ device }) => device)).size).toBeLessThan(chunks.length);
        const load = Array.from(problem.slots, (slots, device) => chunks.reduce((sum, { device: own, first, end }) => (own === device ? sum + Array.from({ length: end - first }, (_, i) => problem.ticks[(first + i) * problem.slots.length + device]!).reduce((a, b) => a + b, 0) : sum), 0) / slots);
        expect(periodTicks).toBe(Math.max(...load));
      }
    }), { numRuns: 300, seed: 1 });
  });

  it("first show what more chunks are worth", () => {
    // x, y, either, y, x: what either can do takes four on y with three chunks, or five on x with five.
    const problem = { steps: 5, ticks: Float64Array.from([5, Infinity, Infinity, 9, 5, 4, Infinity, 9, 5, Infinity]), slots: [1, 1] };
    expect(recurringChunkings(problem, Infinity).map(({ chunks, periodTicks }) => [chunks.length, periodTicks])).toEqual([[3, 22], [5, 18]]);
    expect(recurringChunkings(problem, 18).map(({ chunks }) => chunks.length)).toEqual([5]);
    expect(recurringChunkings(problem, 17)).toEqual([]);
  });

  it("of long graphs are found as well, in a search that does not grow with the ways there are", () => {
    // Every fourth step runs on the first device alone: 16 times to and fro.
    const ticks = Float64Array.from({ length: 64 * 3 }, (_, i) => (Math.floor(i / 3) % 4 > 0 ? [40, 10, 15][i % 3]! : i % 3 === 0 ? 10 : Infinity));
    const [best] = recurringChunkings({ steps: 64, ticks, slots: [1, 1, 1] }, Infinity).sort((a, b) => a.periodTicks - b.periodTicks);
    // 48 steps on the second and third device at 10 and 15: 288 and 300 at best.
    expect(best!.periodTicks).toBeLessThanOrEqual(300);
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
    expect(report).toEqual({ chunks: "x a … b | y c … d", busiestDeviceNs: 8000, rehearsed: 1 });
    expect(jobPeriodNs(trace)).toBe(8000);
    expect(trace.makespanTicks).toBeLessThan(simulate({ instance, scheduler: createPolicy(fifo) }).makespanTicks);
  });

  it("keeps chunks apart that would slow each other", () => {
    // Alone two chunks of 6000 and 7000 are best; but each asks for all of the memory, so they take 13 000 together, and one device can do it in 12 000.
    const instance = instanceOf({ bytesPerNs: 10, stages: [everywhere("a", 6000, 7000, 10), everywhere("b", 6000, 7000, 10)] }, 2000);
    const hasty = run(instance, 0);
    const careful = run(instance, 50);
    expect(hasty.report).toMatchObject({ chunks: "x a | y b", busiestDeviceNs: 7000 });
    expect(careful.report).toMatchObject({ chunks: "x a … b", busiestDeviceNs: 12_000 });
    expect([jobPeriodNs(hasty.trace), jobPeriodNs(careful.trace)]).toEqual([expect.closeTo(13_000, -3), 12_000]);
  });

  it("gives a device several chunks where that is shorter, as the CPU before and behind an accelerator", () => {
    const instance = instanceOf({ stages: [{ name: "pre", aloneNs: { cpu: 2000 } }, { name: "net", aloneNs: { cpu: 100_000, npu: 5000 } }, { name: "post", aloneNs: { cpu: 2000 } }] });
    const { trace, report } = run(instance, 50);
    expect(report).toEqual({ chunks: "cpu pre | npu net | cpu post", busiestDeviceNs: 5000, rehearsed: 1 });
    expect(jobPeriodNs(trace)).toBe(5000);
    expect(run(instance, 0).report).toMatchObject({ chunks: "cpu pre | npu net | cpu post", rehearsed: 0 });
  });

  it("knows what the chunks of a device take together", () => {
    // With b on x as well, x would have 9 for each item.
    const instance = instanceOf({ stages: [{ name: "a", aloneNs: { x: 3 } }, { name: "b", aloneNs: { x: 6, y: 2 } }, { name: "c", aloneNs: { y: 40, z: 5 } }, { name: "d", aloneNs: { x: 4 } }] });
    const { trace, report } = run(instance, 50);
    expect(report).toEqual({ chunks: "x a | y b | z c | x d", busiestDeviceNs: 7, rehearsed: 1 });
    expect(jobPeriodNs(trace)).toBe(7);
  });

  it("keeps jobs on one device where each waits for the one before, and moving data takes longer than it saves", () => {
    const jobs = { costs: Array.from({ length: 6 }, () => [5, 5]), edges: [[0, 1, 1], [2, 3, 1], [4, 5, 1]] as const, latency: 2, jobOf: [0, 0, 1, 1, 2, 2], devices: ["x", "y"] };
    const apart = run(makeInstance({ ...jobs, arrivals: [0, 0, 0] }), 50);
    expect(apart).toMatchObject({ report: { chunks: "x op0 | y op1" }, trace: { makespanTicks: 23 } });
    const one = run(makeInstance({ ...jobs, arrivals: [0, Infinity, Infinity] }), 50);
    expect(one).toMatchObject({ report: { chunks: "x op0 … op1" }, trace: { makespanTicks: 30 } });
  });

  it("keeps to one chunk a device where several would slow each other", () => {
    // Each asks for all of the memory: apart, x and y would take 2000 + 2000 + 2000 for an item, which x alone does in 5000.
    const stages = [{ name: "a", aloneNs: { x: 2000 }, demand: { x: 10 } }, { name: "b", aloneNs: { x: 1000, y: 2000 }, demand: { x: 10, y: 10 } }, { name: "c", aloneNs: { x: 2000 }, demand: { x: 10 } }];
    const instance = instanceOf({ bytesPerNs: 10, stages });
    expect(run(instance, 0).report).toMatchObject({ chunks: "x a | y b | x c", busiestDeviceNs: 4000 });
    expect(run(instance, 50).report).toMatchObject({ chunks: "x a … c", busiestDeviceNs: 5000 });
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
    expect(report["busiestDeviceNs"]).toBeLessThanOrEqual(5160);
    expect(new Set(trace.ops.device)).toEqual(new Set([0, 1]));
  });
});
