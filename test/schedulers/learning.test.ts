import { describe, expect, it } from "vitest";
import { bandit } from "../../src/schedulers/bandit.ts";
import { feedback } from "../../src/schedulers/feedback.ts";
import { LearnedTimes } from "../../src/schedulers/dispatching/learned-times.ts";
import { simulate } from "../../src/core/simulate.ts";
import { makeInstance } from "../reference/make-instance.ts";
import { chain, misled, runKinds } from "./run-kinds.ts";

const repeat = (kind: string, count: number): string[] => Array.from({ length: count }, () => kind);

describe("learned times", () => {
  it("average the median of the last three, a prior counting as two", () => {
    const times = new LearnedTimes(1, 0.5, 1);
    const after = (sample: number): number => (times.learn(0, sample), times.get(0));
    // Medians: 1, 2, 2, 2.
    expect([100, 2, 2, 100].map(after)).toEqual([1, 1.5, 1.75, 1.875]);
  });

  it("believe the first sample without a prior, and no single outlier after it", () => {
    const times = new LearnedTimes(2, 1, NaN);
    times.learn(1, 8);
    times.learn(1, 1e9);
    times.learn(1, 9);
    expect(times.get(0)).toBeNaN();
    expect(times.get(1)).toBe(9);
  });
});

describe("feedback", () => {
  const wrong = { estimateTicks: (_op: number, device: number) => (device === 0 ? 1 : 4) };

  it("finds out that a device is slower than its profile", () => {
    // P1 takes 10 where 1 was promised, P2 takes 4. After two ops the factor of P1 is 1 + (10 − 1) / 2, and 5.5 > 4.
    const run = runKinds({ kinds: repeat("a", 6), costs: { a: [10, 4] }, edges: chain(6) }, misled(feedback.create({ start: "estimates", smoothing: 0.5 }), wrong));
    expect([...run.ops.device]).toEqual([0, 0, 1, 1, 1, 1]);
  });

  it("without estimates tries every device once, then keeps to the fastest", () => {
    const run = runKinds({ kinds: repeat("a", 6), costs: { a: [3, 2, 4] }, edges: chain(6) }, feedback.create({ start: "nothing", smoothing: 0.25 }));
    expect([...run.ops.device]).toEqual([0, 1, 2, 1, 1, 1]);
  });

  it("without estimates spreads ops that are ready at once, of which nothing is known", () => {
    const { device } = runKinds({ kinds: repeat("a", 9), costs: { a: [3, 3, 3] } }, feedback.create({ start: "nothing", smoothing: 0.25 })).ops;
    expect([...device]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });

  it("forgets the queue that a device had when it was lost", () => {
    // Of six ops three wait for P2 as it is lost; the six of the next job find it as empty as P1.
    const instance = makeInstance({
      ops: Array.from({ length: 12 }, (_, op) => ({ class: 0, job: op < 6 ? 0 : 1 })), jobs: [0, 1000], costs: [[10, 10]], devices: [{}, {}],
      changes: [{ at: 5, device: 1, speed: 0 }, { at: 500, device: 1, speed: 1 }],
    });
    const { ops } = simulate({ instance, scheduler: feedback.create({ start: "estimates", smoothing: 0.25 }) });
    expect([...ops.device].slice(6)).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it("learns by kind", () => {
    const run = runKinds({ kinds: ["a", "b", "a", "b", "a", "b"], costs: { a: [1, 5], b: [5, 1] }, edges: chain(6) }, feedback.create({ start: "nothing", smoothing: 0.25 }));
    expect([...run.ops.device]).toEqual([0, 0, 1, 1, 0, 1]);
  });

  it("counts what is queued", () => {
    // Ends on P1: 2, 4, 6, 6; on P2: 5.
    expect([...runKinds({ kinds: repeat("a", 4), costs: { a: [2, 5] } }, feedback.create({ start: "estimates", smoothing: 0.25 })).ops.device]).toEqual([0, 0, 1, 0]);
  });

  it("takes off what the running op has done", () => {
    // At 8 T1 has 2 left on P1, so T3 would end there at 13, on P2 at 14.
    const run = runKinds({ kinds: ["a", "b", "c"], costs: { a: [10, 99], b: [99, 8], c: [3, 6] }, edges: [[1, 2]] }, feedback.create({ start: "estimates", smoothing: 0.25 }));
    expect([...run.ops.device]).toEqual([0, 1, 0]);
    expect(run.ops.startTicks[2]).toBe(10);
  });
});

describe("bandit", () => {
  const play = (exploration: number, count: number): number[] => [...runKinds({ kinds: repeat("a", count), costs: { a: [2, 1] }, edges: chain(count) }, bandit.create({ exploration })).ops.device];

  it("without exploration keeps to the best of one trial each", () => {
    expect(play(0, 6)).toEqual([0, 1, 1, 1, 1, 1]);
  });

  it("follows UCB1", () => {
    // Rewards 1/2 and 1. Of four ops placed, 1 on P1: 0.5 + √(2 ln 4) = 2.17 against 1 + √(2 ln 4 / 3) = 1.96.
    expect(play(1, 5)).toEqual([0, 1, 1, 1, 0]);
  });

  it("uses the better device for all but a share that shrinks", () => {
    const share = (count: number): number => play(1, count).filter((device) => device === 0).length / count;
    expect(share(2000)).toBeLessThan(0.05);
    expect(share(2000)).toBeLessThan(share(200) / 2);
  });

  it("has a bandit for each kind", () => {
    const run = runKinds({ kinds: ["a", "b", "a", "b", "a", "b"], costs: { a: [1, 5], b: [5, 1] }, edges: chain(6) }, bandit.create({ exploration: 0 }));
    expect([...run.ops.device]).toEqual([0, 0, 1, 1, 0, 1]);
  });

  it("counts the ops that are on a device already", () => {
    // Means 2 on P1 and 1 on P2; of six ops at once, expected on P1 after 2, 2, 4, 4, 4, 6 and on P2 after 1, 2, 2, 3, 4, 4.
    const kinds = repeat("a", 8);
    const run = runKinds({ kinds, costs: { a: [2, 1] }, edges: [[0, 1], ...kinds.slice(2).map((_, i): [number, number] => [1, i + 2])] }, bandit.create({ exploration: 0 }));
    expect([...run.ops.device]).toEqual([0, 1, 1, 0, 1, 1, 0, 1]);
  });

  it("spreads its trials evenly while nothing is known", () => {
    // All are ready at once, and placed before the first has ended.
    const run = runKinds({ kinds: repeat("a", 6), costs: { a: [2, 1] } }, bandit.create({ exploration: 1 }));
    expect([...run.ops.device]).toEqual([0, 1, 0, 1, 0, 1]);
  });
});
