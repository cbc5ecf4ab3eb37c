import { describe, expect, it } from "vitest";
import { believedInstance, informed, type Information } from "../../src/core/information.ts";
import { simulate } from "../../src/core/simulate.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { criticalPathBound } from "../../src/bounds/critical-path-bound.ts";
import { computeMetrics } from "../../src/trace/metrics.ts";
import type { Instance } from "../../src/core/instance.ts";
import type { Trace } from "../../src/core/trace.ts";
import { makeInstance } from "../reference/make-instance.ts";
import { range } from "../reference/world.ts";

const names = ["d0", "d1"];
/** Of kind a: ops 0 and 1, of one class, and op 2. Of kind b: op 3, which d1 cannot run. */
const mixed: Instance = {
  ...makeInstance({ ops: [{ class: 0 }, { class: 0 }, { class: 1 }, { class: 2 }], costs: [[10, 40], [16, 4], [0, Infinity]], devices: [{}, {}] }),
  classKinds: ["a", "a", "b"], deviceNames: names,
};
const told = (instance: Instance, information: Information, seed = 0): number[] => [...(informed(instance, information, seed).estimateTicks ?? [])];
const run = (name: string, instance: Instance, information?: Information, seed = 0): Trace =>
  simulate({ instance, scheduler: createPolicy(schedulers.get(name)), schedulerName: name, seed, ...(information && { information }) });

describe("what schedulers are told", () => {
  it("is the truth by default, and then nothing is copied", () => {
    for (const information of [undefined, {}, { mode: "exact" as const }, { factor: { d0: 1 } }, { mode: "noisy" as const, spread: 0 }]) expect(informed(mixed, information, 3)).toBe(mixed);
  });

  it("is the truth of a device that is called as something of every object", () => {
    const odd = { ...mixed, deviceNames: ["constructor", "d1"] };
    expect(informed(odd, { factor: { d1: 1 } }, 0)).toBe(odd);
  });

  it("with type-average is the mean over the operators of a kind that run on the device", () => {
    // Kind a on d0: two operators of 10, one of 16; on d1: two of 40, one of 4.
    expect(told(mixed, { mode: "type-average" })).toEqual([12, 28, 12, 28, 0, Infinity]);
  });

  it("with none is one time for everything that can run", () => {
    // (10 + 10 + 16 + 0 + 40 + 40 + 4) / 7 = 17.1
    expect(told(mixed, { mode: "none" })).toEqual([17, 17, 17, 17, 17, Infinity]);
  });

  it("is off by a factor for a device, in every mode, and never becomes 0", () => {
    expect(told(mixed, { factor: { d0: 2 } })).toEqual([20, 40, 32, 4, 0, Infinity]);
    expect(told(mixed, { mode: "none", factor: { d1: 0.5 } })).toEqual([17, 9, 17, 9, 17, Infinity]);
    expect(told(mixed, { factor: { d1: 1e-9 } })).toEqual([10, 1, 16, 1, 0, Infinity]);
  });

  it("with noisy is off by an error of mean 1 and the spread asked for, whoever asks", () => {
    const many = makeInstance({ ops: [{}], costs: range(4000).map(() => [1e6, 1e6]), devices: [{}, {}] });
    const ratios = told(many, { mode: "noisy", spread: 0.3 }, 7).map((ticks) => ticks / 1e6);
    const mean = ratios.reduce((a, b) => a + b, 0) / ratios.length;
    const deviation = Math.sqrt(ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / ratios.length);
    expect(mean).toBeCloseTo(1, 2);
    expect(deviation).toBeCloseTo(0.3, 1);
    expect(ratios.every((ratio) => Number.isInteger(Math.round(ratio * 1e6)))).toBe(true);
    expect(told(many, { mode: "noisy", spread: 0.3 }, 7)).toEqual(told(many, { mode: "noisy", spread: 0.3 }, 7));
    expect(told(many, { mode: "noisy", spread: 0.3 }, 8)).not.toEqual(told(many, { mode: "noisy", spread: 0.3 }, 7));
  });

  it.each<[Information, RegExp]>([
    [{ mode: "noisy" }, /need a spread/], [{ mode: "noisy", spread: NaN }, /need a spread/], [{ mode: "noisy", spread: 1e300 }, /from 0 to 10/], [{ mode: "none", spread: 0.1 }, /have no spread/],
    [{ factor: { gpu9: 2 } }, /no device "gpu9"/], [{ factor: { d0: 0 } }, /cannot be 0 times/],
  ])("cannot be %j", (information, message) => expect(() => informed(mixed, information, 0)).toThrow(message));
});

describe("a run by wrong estimates", () => {
  /** Independent operators on two equal devices. */
  const equal: Instance = { ...makeInstance({ ops: range(60).map(() => ({ class: 0 })), costs: [[100, 100]], devices: [{}, {}] }), deviceNames: names };
  const onFirst = (trace: Trace): number => trace.ops.device.filter((device) => device === 0).length;

  it("takes the true times, and has the bounds of the truth", () => {
    const trace = run("mct", equal, { mode: "none", factor: { d0: 3 } });
    expect(trace.ops.endTicks.every((end, op) => end - trace.ops.startTicks[op]! === 100)).toBe(true);
    expect(criticalPathBound(trace.instance)).toBe(100);
    expect(trace.instance.digest).toBe(equal.digest);
  });

  it("is the same run where what is told is the truth", () => {
    for (const name of ["heft", "mct", "dmda"]) expect(run(name, equal, { mode: "exact" }).digest).toBe(run(name, equal).digest);
  });

  it("compares what was told with what happened, and warns", () => {
    const metrics = computeMetrics(run("mct", equal, { factor: { d0: 2 } }));
    expect(metrics.estimates!.devices).toEqual([{ name: "d0", tasks: 20, mean: 0.5, p95: 0.5 }, { name: "d1", tasks: 40, mean: 1, p95: 1 }]);
    expect(metrics.estimates!.meanError).toBeCloseTo(1 / 6, 9);
    expect(metrics.warnings).toEqual([]);
    const worse = computeMetrics(run("mct", equal, { factor: { d0: 0.5, d1: 0.5 } }));
    expect(worse.estimates!.meanError).toBe(1);
    expect(worse.warnings.map(({ code }) => code)).toEqual(["wrong-estimates"]);
  });

  it("gives a device that looks half as fast half the work of heft, and feedback finds out", () => {
    const information = { factor: { d0: 2 } };
    // Ten requests of six operators, one request after the other: there is something to learn from.
    const requests: Instance = { ...makeInstance({ ops: range(60).map((op) => ({ class: 0, job: Math.floor(op / 6) })), jobs: [0, ...range(9).map(() => Infinity)], costs: [[100, 100]], devices: [{}, {}] }), deviceNames: names };
    const both = (name: string, told?: Information): number[] => [onFirst(run(name, requests, told)), run(name, requests, told).makespanTicks];
    expect([both("heft"), both("feedback")]).toEqual([[30, 3000], [30, 3000]]);
    expect(both("heft", information)).toEqual([20, 4000]);
    expect(both("feedback", information)).toEqual([27, 3300]);
  });

  it("makes mct place by load alone when nothing is known", () => {
    const uneven = { ...makeInstance({ ops: range(40).map((op) => ({ class: op % 2 })), costs: [[10, 500], [70, 20]], devices: [{}, {}] }), deviceNames: names };
    const byLoad = run("mct", uneven, { mode: "none" });
    // All are ready at once: they alternate between the two queues.
    expect([...byLoad.ops.device]).toEqual(range(40).map((op) => op % 2));
    expect([...run("mct", uneven).ops.device]).not.toEqual(range(40).map((op) => op % 2));
  });
});

describe("a rehearsal", () => {
  it("takes what was told for the truth", () => {
    const instance = { ...makeInstance({ ops: [{ class: 0 }], costs: [[{ ticks: 10, fixed: 4, memoryDemand: 2 }]], devices: [{}] }), deviceNames: ["d0"] };
    const believed = believedInstance(informed(instance, { factor: { d0: 2 } }, 0));
    expect([believed.costTicks[0], believed.fixedTicks[0], believed.memoryDemand[0], believed.estimateTicks]).toEqual([20, 8, 1, undefined]);
    let rehearsed = 0;
    const trace = simulate({
      instance, information: { factor: { d0: 2 } },
      scheduler: { prepare: (view) => void (rehearsed = view.rehearse(createPolicy(schedulers.get("fifo"))).makespanTicks), dispatch: (view, out) => view.ready.has(0) && out.place(0, 0) },
    });
    expect([rehearsed, trace.makespanTicks]).toEqual([20, 10]);
  });
});
