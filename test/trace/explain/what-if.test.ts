import { describe, expect, it } from "vitest";
import type { Instance } from "../../../src/core/instance.ts";
import { simulate } from "../../../src/core/simulate.ts";
import type { Trace } from "../../../src/core/trace.ts";
import { schedulers } from "../../../src/schedulers/index.ts";
import { instanceVariants } from "../../../src/trace/explain/instance-variants.ts";
import { formatRunExplanation } from "../../../src/trace/explain/run-text.ts";
import { explainRun } from "../../../src/trace/explain/explain-run.ts";
import { whatIf, type Repeats } from "../../../src/trace/explain/what-if.ts";
import { makeInstance } from "../make-run.ts";

/** a (4) on the first device, 6 bytes over the bus (1 + 6), b (30, or 3 on the second device). */
const instance = makeInstance({ costs: [[4, Infinity], [Infinity, 3]], edges: [[0, 1, 6]], latency: 1, devices: ["cpu", "gpu"] });
const run = (on: Instance): Trace => simulate({ instance: on, scheduler: schedulers.get("mct").create({}) });
const trace = run(instance);
const repeats: Repeats = { again: run, asPlaced: run };

describe("whatIf", () => {
  it("simulates each change, and ranks them by gain", () => {
    // 4 + 7 + 3 = 14. Bus: 4 + 1 + 3 + 3. cpu: 2 + 7 + 3. gpu: 4 + 7 + 2 (1.5 rounded up to ticks).
    const { measure, beforeNs, results, tried, candidates, simulations } = whatIf(trace, instanceVariants(trace), 9, repeats);
    expect({ measure, beforeNs, tried, candidates, simulations }).toEqual({ measure: "makespan", beforeNs: 14, tried: 3, candidates: 3, simulations: 7 });
    expect(results.map(({ label, afterNs, gain }) => [label, afterNs, gain])).toEqual([
      ["bus with twice the bandwidth", 11, 0.214285714], ["cpu twice as fast", 12, 0.142857143], ["gpu twice as fast", 13, 0.071428571],
    ]);
  });

  it("begins with what touches most of the critical path, and stops at the budget", () => {
    const seen: string[] = [];
    const { results } = whatIf(trace, instanceVariants(trace), 2, repeats, (label, i, count) => seen.push(`${label} ${i}/${count}`));
    expect(seen).toEqual(["bus with twice the bandwidth 0/2", "cpu twice as fast 1/2"]);
    expect(results).toHaveLength(2);
  });

  it("does not touch the instance that ran", () => {
    const before = instance.costTicks.slice();
    whatIf(trace, instanceVariants(trace), 9, repeats);
    expect(instance.costTicks).toEqual(before);
    expect(run(instance).digest).toBe(trace.digest);
  });

  it("measures latency where jobs arrive over time", () => {
    // Each job takes 10 on one device and arrives 20 after the other: the makespan cannot fall by half, the latency does.
    const open = makeInstance({ costs: [[10], [10]], jobOf: [0, 1], arrivals: [0, 20] });
    const first = run(open);
    const { measure, beforeNs, results } = whatIf(first, instanceVariants(first), 9, repeats);
    expect([measure, beforeNs, first.makespanTicks]).toEqual(["mean-latency", 10, 30]);
    expect(results[0]).toMatchObject({ label: "P1 twice as fast", afterNs: 5, gain: 0.5 });
  });

  it("says why a run fails", () => {
    const failing: Repeats = { again: () => simulate({ instance, scheduler: { dispatch: () => { throw new Error("no"); } } }), asPlaced: run };
    const result = whatIf(trace, instanceVariants(trace), 1, failing);
    expect(result.results[0]).toMatchObject({ failure: expect.stringContaining("no"), asPlaced: { afterNs: 11 } });
    expect(formatRunExplanation({ ...explainRun(trace), whatIf: result })).toContain("bus with twice the bandwidth: the run fails");
  });

  it("scales what shares a link: two directions are one link, copy engines keep up", () => {
    const M = instance.memoryCount;
    const shared = { ...instance, resourceNames: ["m0", "m1", "d0", "d1", "pcie →"], };
    const engines: Instance = {
      ...shared, resourceCount: 7, resourceNames: ["m0", "m1", "d0", "d1", "pcie →", "pcie ←", "gpu copy engines"], resourceCapacity: Float64Array.of(Infinity, Infinity, 1, 1, 1, 1, 1),
      routeResources: { start: Uint32Array.of(0, 0, 2, 4, 4), item: Uint32Array.of(4, 6, 5, 6) },
    };
    const variants = instanceVariants(run(engines));
    expect(variants.filter(({ change }) => change === "link").map(({ subject }) => subject)).toEqual(["pcie"]);
    const faster = variants[0]!.instance();
    expect([...faster.resourceCapacity.subarray(4)]).toEqual([2, 2, 2]);
    expect(faster.routeTicksPerByte[M - 1]).toBe(0.5);
    expect(run(faster).makespanTicks).toBe(11);
  });
});
