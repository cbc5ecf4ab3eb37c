import { describe, expect, it } from "vitest";
import type { InputError } from "../../src/base/errors.ts";
import { compile } from "../../src/core/compile.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Trace } from "../../src/core/trace.ts";
import { buildPipeline, type Pipeline } from "../../src/pipeline/pipeline.ts";
import { asleepShare } from "../../src/pipeline/stage-times.ts";
import { pipeline as scheduler } from "../../src/schedulers/pipeline.ts";
import { jobPeriodNs } from "../../src/trace/job-period.ts";
import { verifyTrace } from "../../src/trace/verify.ts";

function run(pipeline: Pipeline, { items = 40, inFlight = 16 } = {}): Trace {
  const { graph, machine, costs } = buildPipeline("test", pipeline);
  const instance = compile({ graph, machine, costs, arrivalsNs: Array.from({ length: items }, (_, item) => (item < inFlight ? 0 : Infinity)) });
  const trace = simulate({ instance, scheduler: scheduler.create({ rehearsals: 50 }) });
  expect(verifyTrace(trace)).toEqual([]);
  return trace;
}

const stage = (name: string, aloneNs: Record<string, number>, more: Partial<Pipeline["stages"][number]> = {}) => ({ name, aloneNs, ...more });

describe("a pipeline", () => {
  it("gives an item each time that its slowest chunk takes", () => {
    const trace = run({
      stages: [stage("a", { x: 3000 }), stage("b", { x: 4000 }), stage("c", { y: 5000 }), stage("d", { z: 2000 })],
      chunks: [{ on: "x", stages: 2 }, { on: "y", stages: 1 }, { on: "z", stages: 1 }],
    });
    expect(jobPeriodNs(trace)).toBe(7000);
    // The first item passes all chunks, and the others follow at the period.
    expect(trace.makespanTicks).toBe(3000 + 4000 + 5000 + 2000 + 39 * 7000);
  });

  it("takes an item through its chunk without another between", () => {
    const trace = run({ stages: [stage("a", { x: 10 }), stage("b", { x: 10 }), stage("c", { x: 10 })], chunks: [{ on: "x", stages: 3 }] });
    expect([...trace.ops.startTicks]).toEqual(Array.from({ length: 120 }, (_, op) => op * 10));
  });

  it("with one item under way is as slow as all chunks together", () => {
    const trace = run({ stages: [stage("a", { x: 30 }), stage("b", { y: 50 })], chunks: [{ on: "x", stages: 1 }, { on: "y", stages: 1 }] }, { inFlight: 1 });
    expect(jobPeriodNs(trace)).toBe(80);
  });

  it("slows chunks that together ask for more than the memory gives", () => {
    const two = (first: number, second: number): Pipeline => ({
      bytesPerNs: 10, chunks: [{ on: "x", stages: 1 }, { on: "y", stages: 1 }],
      stages: [stage("a", { x: 10_000 }, { demand: { x: first } }), stage("b", { y: 10_000 }, { demand: { y: second } })],
    });
    // 8 + 2 of 10 fit; of 8 + 8 each gets 5, and runs at 5/8; beside 4, 8 gets the 6 that are left, and holds up the stream at 6/8.
    const period = (first: number, second: number): number => jobPeriodNs(run(two(first, second), { items: 1000 }))!;
    expect(period(8, 2)).toBe(10_000);
    // The last item goes through y alone.
    expect(period(8, 8)).toBeCloseTo((749 * 16_000 + 10_000) / 750, 0);
    // While x works on a slow item y is soon done, and x goes on alone: y busy 10 000 of each period p, x at 3/4 meanwhile and at 1 after, so p = 12 500.
    expect(period(8, 4)).toBeCloseTo(12_500, -1);
  });

  it("is quicker where other processors are awake, the first of them the most", () => {
    const stages = [stage("a", { gpu: 1000 }, { awakeNs: { gpu: 400 } }), stage("b", { x: 10, y: 10, z: 10 })];
    const period = (...chunks: { on: string; stages: number }[]) => jobPeriodNs(run({ stages, chunks }));
    expect(period({ on: "gpu", stages: 1 }, { on: "x", stages: 1 })).toBe(600);
    expect(period({ on: "gpu", stages: 1 }, { on: "x", stages: 1 }, { on: "y", stages: 0 })).toBe(467);
    expect(period({ on: "gpu", stages: 1 }, { on: "x", stages: 1 }, { on: "y", stages: 0 }, { on: "z", stages: 0 })).toBe(400);
    // Without chunks the scheduler may use any processor, and all are awake.
    expect(jobPeriodNs(run({ stages }))).toBe(400);
  });

  it("leaves the share of sleep that the first to wake leaves", () => {
    expect([0, 1, 2, 3].map((others) => asleepShare(others, 3))).toEqual([1, 1 / 3, expect.closeTo(1 / 9), 0]);
    expect([asleepShare(0, 1), asleepShare(1, 1), asleepShare(0, 0)]).toEqual([1, 0, 1]);
  });

  it("takes names that every object has for names", () => {
    const { costs, machine, graph } = buildPipeline("test", { stages: [stage("toString", { constructor: 5 } as never), stage("b", { valueOf: 3 } as never)] });
    expect(graph.classes.map((op) => machine.devices.map((device) => costs.estimate(op, device, 1)?.ns))).toEqual([[5, undefined], [undefined, 3]]);
  });

  it("can run a stage on no processor but that of its chunk", () => {
    const { costs, machine, graph } = buildPipeline("test", { stages: [stage("a", { x: 5, y: 3 })], chunks: [{ on: "x", stages: 1 }] });
    expect(machine.devices.map((device) => costs.estimate(graph.classes[0]!, device, 1)?.ns)).toEqual([5, undefined]);
  });

  it("brings one memory, and processors of the kinds that their names say", () => {
    const { machine } = buildPipeline("test", { stages: [stage("a", { little: 1, gpu0: 1 }), stage("b", { npu: 1 })] });
    expect([machine.memories.length, machine.devices.map(({ name, kind }) => `${name} ${kind}`)]).toEqual([1, ["little cpu", "gpu0 gpu", "npu npu"]]);
  });

  it.each<[string, Pipeline, string[]]>([
    ["nothing", { stages: [] }, ["empty-pipeline"]],
    ["a stage without a time", { stages: [stage("a", {})] }, ["runs-nowhere"]],
    ["more than is there", { bytesPerNs: 2, stages: [stage("a", { x: 1 }, { demand: { x: 3 } })] }, ["bad-value"]],
    ["a demand of a memory without figures", { stages: [stage("a", { x: 1 }, { demand: { x: 3 } })] }, ["missing-bandwidth"]],
    ["a stage slowed by who is only awake", { stages: [stage("a", { x: 1 }, { awakeNs: { x: 3 } })] }, ["bad-value"]],
    ["figures for a processor without a time", { stages: [stage("a", { x: 1 }, { awakeNs: { y: 1 } })] }, ["runs-nowhere"]],
    ["chunks that are not the stages", { stages: [stage("a", { x: 1 })], chunks: [{ on: "x", stages: 2 }] }, ["bad-chunks"]],
    ["an unknown processor", { stages: [stage("a", { x: 1 })], chunks: [{ on: "z", stages: 1 }] }, ["unknown-processor"]],
    ["a chunk where a stage cannot run", { stages: [stage("a", { x: 1 }), stage("b", { y: 1 })], chunks: [{ on: "x", stages: 2 }] }, ["runs-nowhere"]],
  ])("refuses %s", (_, pipeline, codes) => {
    let issues: readonly { code: string }[] = [];
    try {
      buildPipeline("test", pipeline);
    } catch (error) {
      issues = (error as InputError).issues;
    }
    expect(issues.map(({ code }) => code)).toEqual(codes);
  });
});
