import { describe, expect, it } from "vitest";
import type { ThreadTrace } from "../../src/core/threads/thread-trace.ts";
import { ProgramBuilder } from "../../src/programs/index.ts";
import { threadPolicies } from "../../src/threads/index.ts";
import { quickOptions } from "./quick-options.ts";
import { hyperperiod, liuLaylandBound, randomSet, responseTimes, utilisation, type PeriodicTask } from "./periodic-tasks.ts";
import { runThreads } from "./run-threads.ts";
import { runToy, type ToyThread } from "./toy-kernel.ts";

/** Runs periodic tasks on the engine for one hyperperiod. */
function runTasks(policy: string, tasks: readonly PeriodicTask[], cores = 1, until = hyperperiod(tasks) + 1): ThreadTrace {
  const programs = tasks.map(([work], i) => new ProgramBuilder(`task${i}`).forever((p) => p.compute(`${work}ns`).nextPeriod()));
  const threads = Object.fromEntries(tasks.map(([, period, deadline], i) => [`task${i}`, { period: `${period}ns`, deadline: `${deadline ?? period}ns` }]));
  return runThreads({ programs, threads, cores }, { policy, until });
}
const worst = (policy: string, tasks: readonly PeriodicTask[], cores = 1): number[] => [...runTasks(policy, tasks, cores).responses.largest];
const misses = (trace: ThreadTrace): number => trace.misses.reduce((sum, count) => sum + count, 0);

describe("periodic threads on the engine", () => {
  it.each([
    [[[3, 7], [3, 12], [5, 20]], [3, 6, 20]],
    [[[5, 20], [10, 40], [40, 80]], [5, 15, 80]],
  ] as [PeriodicTask[], number[]][])("rate-monotonic responses of %j are %j", (tasks, expected) => {
    expect(responseTimes(tasks)).toEqual(expected);
    expect(worst("rate-monotonic", tasks)).toEqual(expected);
  });

  it("rate-monotonic: random sets up to n(2^(1/n) − 1) are never late", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const n = 2 + (seed % 5);
      expect(misses(runTasks("rate-monotonic", randomSet(seed, liuLaylandBound(n), false, n))), `seed ${seed}`).toBe(0);
    }
  });

  it("rate-monotonic: a set just above it is late; edf meets it", () => {
    let nearest: PeriodicTask[] = [];
    let least = Infinity;
    for (let first = 80; first <= 90; first++) {
      for (let second = first + 1; second < 2 * first; second++) {
        const tasks: PeriodicTask[] = [[second - first, first], [2 * first - second + 1, second]];
        const above = utilisation(tasks) - liuLaylandBound(2);
        if (above > 0 && above < least && misses(runTasks("rate-monotonic", tasks, 1, 2 * second + 1)) > 0) [nearest, least] = [tasks, above];
      }
    }
    expect(least).toBeLessThan(0.012);
    expect(misses(runTasks("edf", nearest))).toBe(0);
  });

  it("edf: random sets with a utilisation of at most 1 are never late", () => {
    for (let seed = 1; seed <= 200; seed++) expect(misses(runTasks("edf", randomSet(seed, 1))), `seed ${seed}`).toBe(0);
    for (const exactly of [[[2, 4], [2, 6], [1, 6]], [[1, 2], [1, 3], [1, 6]], [[3, 6], [4, 8]]] as PeriodicTask[][]) {
      expect(utilisation(exactly)).toBeCloseTo(1, 12);
      expect(misses(runTasks("edf", exactly)), JSON.stringify(exactly)).toBe(0);
    }
  });
});

describe("a job that ends when the next one is released", () => {
  it("gives way to others that are more urgent than the next one", () => {
    // 0–2 the urgent one; 2–4 the second, whose next job (deadline 8) is released as it ends; the third has to be done by 6.
    const tasks: PeriodicTask[] = [[2, 100, 2], [2, 4], [1, 6]];
    const run = runTasks("edf", tasks, 1, 13);
    expect([...run.responses.largest]).toEqual([2, 4, 5]);
  });
});

describe("shares on the engine", () => {
  const nice = [-5, 0, 5, 10];
  const weights = [3121, 1024, 335, 110];

  it.each(["fair", "eevdf"])("%s: converge to the weights of nice, also with a switch that takes time", (policy) => {
    const worker = new ProgramBuilder("worker").forever((p) => p.compute("1s"));
    const threads = Object.fromEntries(nice.map((value) => [`nice${value}`, { program: "worker", nice: value }]));
    for (const threadCosts of ["none", { switch: "2us" }] as const) {
      const { table } = runThreads({ programs: [worker], threads, cores: 1, threadCosts }, { policy, until: 20e9 });
      const ran = [...table.ranTicks];
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      expect(ran.reduce((sum, ticks) => sum + ticks, 0)).toBeGreaterThan(19.9e9);
      for (const [i, weight] of weights.entries()) expect(Math.abs(ran[i]! / 20e9 - weight / total), `nice ${nice[i]}`).toBeLessThan(0.001);
    }
  });
});

describe("the engine calls policies as the toy does", () => {
  const random = (seed: number) => () => ((seed = (seed * 48271) % 2147483647) / 2147483647);

  it.each(threadPolicies.all.map(({ name }) => name).filter((name) => name !== "coroutines"))("%s", (name) => {
    for (let seed = 1; seed <= 30; seed++) {
      const next = random(seed * 6151);
      const cores = 1 + Math.floor(next() * 3);
      const toys = Array.from({ length: 1 + Math.floor(next() * 6) }, (): ToyThread => ({
        start: Math.floor(next() * 10),
        bursts: Array.from({ length: 1 + 2 * Math.floor(next() * 4) }, () => 1 + Math.floor(next() * 12)),
        priority: Math.floor(next() * 3),
        weight: [15, 1024, 3121][Math.floor(next() * 3)]!,
        ...(next() < 0.3 && { affinity: [Math.floor(next() * cores)] }),
      }));
      const definition = threadPolicies.get(name);
      const options = (definition.options as { parse?(value: unknown): unknown } | undefined)?.parse?.(quickOptions(name)) ?? {};
      const toy = runToy(definition.create(options), toys, cores);
      const programs = toys.map(({ bursts }, i) => {
        const program = new ProgramBuilder(`t${i}`);
        bursts.forEach((length, k) => (k % 2 === 0 ? program.compute(`${length}ns`) : program.sleep(`${length}ns`)));
        return program;
      });
      const threads = Object.fromEntries(toys.map(({ start, priority, weight, affinity }, i) => [`t${i}`, { start: `${start}ns`, priority: priority!, weight: weight!, ...(affinity && { affinity: [...affinity] }) }]));
      const { table } = runThreads({ programs, threads, cores }, { policy: name, options: quickOptions(name) });
      expect([...table.endTicks], `seed ${seed}`).toEqual(toy.ends);
    }
  });
});
