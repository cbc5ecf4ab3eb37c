import { describe, expect, it } from "vitest";
import type { LoopPolicyMaker } from "../../src/core/threads/thread-spec.ts";
import { loopPolicies } from "../../src/loops/index.ts";
import { ProgramBuilder } from "../../src/programs/index.ts";
import { runThreads } from "../threads/run-threads.ts";

interface Loop {
  readonly policy: string;
  readonly options?: object;
  readonly iterations?: number;
  readonly workers?: number;
  /** The last iteration takes 1 + ramp times the first. */
  readonly ramp?: number;
  readonly starts?: readonly number[];
  readonly costs?: object;
}

/** When the last worker of a parallel loop of 1 us an iteration has ended, in ns. */
function makespan({ policy, options = {}, iterations = 1000, workers = 4, ramp = 0, starts = [], costs }: Loop): number {
  const definition = loopPolicies.get(policy);
  const parsed = (definition.options as { parse?(value: unknown): unknown } | undefined)?.parse?.(options) ?? {};
  const team = new ProgramBuilder("team")
    .if("$i == 0", (p) => p.add({ startLoop: { loop: "rows", iterations, each: "1us", workers } }))
    .sleep("$late").add({ runLoop: { loop: "rows" } });
  const { table } = runThreads({
    programs: [team], threads: { team: { count: workers, with: { late: Array.from({ length: workers }, (_, i) => `${starts[i] ?? 0}ns`) } } },
    loops: { rows: { policy: { use: policy }, ramp } }, cores: workers, threadCosts: costs === undefined ? "none" : costs,
  }, { loopPolicies: { [policy]: (() => definition.create(parsed)) as LoopPolicyMaker } });
  return Math.max(...table.endTicks);
}

describe("parallel loops on the engine", () => {
  it.each(loopPolicies.all.map(({ name }) => name))("%s: equal iterations take a p-th of their sum, and no less", (policy) => {
    const time = makespan({ policy });
    expect(time).toBeGreaterThanOrEqual(250_000);
    expect(time).toBeLessThanOrEqual(260_000);
  });

  it("static: the worker with the rear block is last where iterations grow", () => {
    // Iterations grow from 1/2 to 3/2 of the mean: the last quarter takes 11/8 of its share.
    expect(makespan({ policy: "static", ramp: 2 })).toBeCloseTo(250_000 * (11 / 8), -3);
    for (const policy of ["dynamic", "guided", "factoring", "trapezoid", "steal"]) expect(makespan({ policy, ramp: 2 }), policy).toBeLessThan(250_000 * 1.1);
    expect(makespan({ policy: "static", options: { chunk: 1 }, ramp: 2 })).toBeLessThan(250_000 * 1.01);
  });

  it("dynamic ends within one chunk of the ideal, whenever workers come", () => {
    const starts = [0, 100_000, 150_000, 200_000];
    const ideal = (1_000_000 + starts.reduce((sum, start) => sum + start, 0)) / 4;
    for (const chunk of [1, 5, 20]) {
      const time = makespan({ policy: "dynamic", options: { chunk }, starts });
      expect(time).toBeGreaterThanOrEqual(ideal);
      expect(time).toBeLessThanOrEqual(ideal + chunk * 1000);
    }
    expect(makespan({ policy: "static", starts })).toBe(450_000);
    expect(makespan({ policy: "steal", starts })).toBeLessThan(ideal * 1.02);
  });

  it("pays for visits to the shared counter, and not for parts of its own", () => {
    const free = Object.fromEntries(["park", "wake", "wakeLatency", "switch", "migrate", "spawn", "yield", "queue", "step"].map((name) => [name, "0ns"]));
    const costs = { ...free, atomic: "20ns", line: "100ns" };
    expect(makespan({ policy: "static", costs })).toBeLessThan(251_000);
    const fine = makespan({ policy: "dynamic", costs });
    const coarse = makespan({ policy: "dynamic", options: { chunk: 25 }, costs });
    expect(fine).toBeGreaterThan(coarse + 10_000);
    expect(makespan({ policy: "guided", costs })).toBeLessThan(fine);
  });
});
