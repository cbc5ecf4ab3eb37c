import { describe, expect, it } from "vitest";
import { lowerBound } from "../../src/bounds/lower-bound.ts";
import { randomSource } from "../../src/base/random.ts";
import { compile } from "../../src/core/compile.ts";
import { simulate } from "../../src/core/simulate.ts";
import { heterogeneousCosts, layered } from "../../src/graph/generate.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import { renderTimeline } from "../../src/render/timeline.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { criticalPath } from "../../src/trace/critical-path.ts";
import { verifyTrace } from "../../src/trace/verify.ts";

const ops = 1_000_000;
const graph = layered({ ops, width: 1000, edgesPerOp: 3, edgeBytes: 2000, random: randomSource(1, "graph") });
const instance = compile({ graph, machine: processorMachine(Array.from({ length: 16 }, (_, i) => `P${i}`)), costs: heterogeneousCosts({ ops, devices: 16, random: randomSource(1, "costs") }) });

describe("a million operators", () => {
  it.each(["fifo", "dmda", "heft"])("%s: a valid schedule above the bound, with a critical path that covers it", (name) => {
    const trace = simulate({ instance, scheduler: createPolicy(schedulers.get(name)), schedulerName: name });
    expect(trace.complete).toBe(true);
    expect(verifyTrace(trace)).toEqual([]);
    expect(trace.makespanTicks).toBeGreaterThanOrEqual(lowerBound(instance).ticks);
    const path = criticalPath(trace);
    expect(path[0]!.startTicks).toBe(0);
    expect(path.at(-1)!.endTicks).toBe(trace.makespanTicks);
  });

  it("fits in a picture of less than a megabyte", async () => {
    const trace = simulate({ instance, scheduler: createPolicy(schedulers.get("fifo")) });
    const svg = await renderTimeline(trace, { criticalPath: criticalPath(trace) });
    expect(svg.length).toBeLessThan(1e6);
    expect(svg).toContain("pixel");
  });
});
