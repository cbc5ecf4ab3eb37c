import { describe, expect, it } from "vitest";
import { Plan } from "../../../src/calibrate/measure/plan.ts";
import { tightness } from "../../../src/calibrate/measure/tightness.ts";
import type { Kernel, Sample } from "../../../src/calibrate/sample.ts";

const kernels = Array.from({ length: 10 }, (_, i): Kernel => ({ kind: "relu", shape: { elements: i + 1 }, dtype: "f32" }));
const none = { samples: [], failures: [] };
const sample = (i: number, round: number, ...ns: number[]): Sample => ({ ...kernels[i]!, round, ns });
const sizes = (step: { kernels: readonly Kernel[] } | undefined) => step?.kernels.map(({ shape }) => shape["elements"]);

describe("tightness", () => {
  it("of one round is the interval of the median of its times", () => {
    expect(tightness([[100, 100, 100, 100, 100, 100, 100, 100]])).toBe(0);
    // With eight times, the interval reaches from the least to the greatest.
    expect(tightness([[90, 95, 100, 100, 100, 100, 105, 110]])).toBeCloseTo(0.2);
  });

  it("of several rounds is how far their medians lie apart", () => {
    expect(tightness([[100, 100, 5000], [102, 102, 1]])).toBeCloseTo(2 / 101);
  });

  it("is not moved by a spike", () => {
    const times = Array.from({ length: 24 }, (_, i) => 100 + (i % 3));
    expect(tightness([[...times, 1e8]])).toBeCloseTo(tightness([times]), 2);
  });
});

describe("the plan", () => {
  it("takes new kernels first, in their order", () => {
    const plan = new Plan(kernels, none);
    expect(plan.next(4, 0)).toEqual({ round: 0, kernels: kernels.slice(0, 4) });
    for (const i of [0, 1, 2, 3]) plan.add(sample(i, 0, 100));
    expect(sizes(plan.next(4, 0.2))).toEqual([5, 6, 7, 8]);
  });

  it("measures again from the middle of the time on", () => {
    const plan = new Plan(kernels, { samples: [sample(0, 0, 100), sample(1, 0, 100)], failures: [] }, { shapes: 2 });
    expect(plan.next(4, 0.5)).toEqual({ round: 1, kernels: kernels.slice(0, 2) });
  });

  it("measures nothing again before each kind that was begun has enough shapes for a fit", () => {
    const others = Array.from({ length: 10 }, (_, i): Kernel => ({ ...kernels[i]!, kind: "softmax" }));
    const threads = kernels.flatMap((kernel) => [1, 2].map((count) => ({ ...kernel, threads: count })));
    const plan = new Plan([...others, ...threads], none, { shapes: 3 });
    for (const kernel of threads.slice(0, 3)) plan.add({ ...kernel, round: 0, ns: [100] });
    expect(plan.next(2, 0.9)).toEqual({ round: 0, kernels: threads.slice(3, 5) });
    for (const kernel of threads.slice(3, 5)) plan.add({ ...kernel, round: 0, ns: [100] });
    // Three shapes, the last of them at one number of threads; and no softmax was begun.
    expect(plan.next(8, 0.9)).toEqual({ round: 1, kernels: threads.slice(0, 5) });
  });

  it("then takes those that are known least, and new ones when all are known", () => {
    const plan = new Plan(kernels, { samples: [sample(0, 0, 100), sample(0, 1, 101), sample(1, 0, 100), sample(1, 1, 150), sample(2, 0, 100), sample(2, 1, 300)], failures: [] }, { shapes: 3 });
    const step = plan.next(4, 0.5)!;
    expect([step.round, sizes(step)]).toEqual([2, [3, 2]]);
    plan.add(sample(1, 2, 125));
    plan.add(sample(2, 2, 200));
    expect(sizes(plan.next(4, 0.6))).toEqual([3, 2]);
    for (const round of [3, 4]) for (const i of [1, 2]) plan.add(sample(i, round, 100 * round));
    // Five rounds are enough for those that never become tight.
    expect(plan.next(4, 0.7)).toEqual({ round: 0, kernels: kernels.slice(3, 7) });
  });

  it("does not try again what failed, and ends", () => {
    const plan = new Plan(kernels.slice(0, 2), none);
    plan.fail({ ...kernels[0]!, round: 0, failure: "died" });
    expect(sizes(plan.next(4, 0))).toEqual([2]);
    plan.add(sample(1, 0, 100));
    plan.add(sample(1, 1, 100));
    expect(plan.next(4, 0)).toBeUndefined();
    expect(plan.counts).toEqual({ all: 2, begun: 2, tight: 1 });
  });

  it("knows a kernel again that ran another way than it was asked for", () => {
    const asked: Kernel = { kind: "conv", shape: { n: 1 }, dtype: "f32", variant: "sum" };
    const plan = new Plan([asked, { ...asked, variant: "other" }], none);
    plan.add({ ...asked, variant: "nchwc+sum", asked: "sum", round: 0, ns: [1] });
    expect(plan.next(4, 0)!.kernels).toEqual([{ ...asked, variant: "other" }]);
  });
});
