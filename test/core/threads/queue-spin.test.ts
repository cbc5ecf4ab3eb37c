import { describe, expect, it } from "vitest";
import { runThreads } from "./run-threads.ts";

const costs = { atomic: "0ns", line: "0ns", park: "0ns", wake: "0ns", wakeLatency: "5us", switch: "0ns", migrate: "0ns", spawn: "0ns", yield: "0ns", queue: "0ns" };
const handOver = (pause: string, queue: object) => runThreads({
  programs: { maker: [{ compute: pause }, { push: "q" }], taker: [{ pop: "q" }, { compute: "1us" }] },
  threads: { taker: 1, maker: 1 }, queues: { q: queue }, cores: 2, threadCosts: costs,
}).makespan;

describe("waiting at a queue", () => {
  it("spins for a while, and then sleeps", () => {
    expect(handOver("10us", { spin: "20us" })).toBe(11_000);
    expect(handOver("30us", { spin: "20us" })).toBe(36_000);
    expect(handOver("30us", { waiting: "spin" })).toBe(31_000);
    expect(handOver("10us", {})).toBe(16_000);
  });

  it("who spins without a core sees nothing: another takes the item, and the spinner what comes later", () => {
    // Two takers share a core, 10 µs each in turn: at 14 µs the second has it.
    const { threads, makespan } = runThreads({
      programs: { taker: [{ pop: { from: "q", into: "x" } }, { mark: "taken" }], maker: [{ compute: "14us" }, { push: "q" }, { compute: "20us" }, { push: "q" }] },
      threads: { taker: { count: 2, affinity: [0] }, maker: { count: 1, affinity: [1] } }, queues: { q: { waiting: "spin" } }, cores: 2,
    }, "round-robin", { with: { quantum: 10_000 } });
    const { table } = threads;
    expect([...table.endTicks.subarray(0, 2)]).toEqual([34_000, 14_000]);
    expect(makespan).toBe(34_000);
  });
});
