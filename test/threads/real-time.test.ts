import { describe, expect, it } from "vitest";
import { threadPolicies } from "../../src/threads/index.ts";
import { runToy, type ToyThread } from "./toy-kernel.ts";
import { hyperperiod, liuLaylandBound, randomSet, responseTimes, utilisation, type PeriodicTask } from "./periodic-tasks.ts";

const policy = (name: string) => threadPolicies.get(name).create(undefined);
const threadsOf = (tasks: readonly PeriodicTask[]): ToyThread[] => tasks.map(([work, period, deadline]) => ({ bursts: [work], period, ...(deadline !== undefined && { deadline }) }));
const worst = (name: string, tasks: readonly PeriodicTask[], cores = 1, until = hyperperiod(tasks) + 1): number[] => runToy(policy(name), threadsOf(tasks), cores, until).responses.map((all) => Math.max(...all));

describe("response-time analysis", () => {
  // M. Joseph, P. Pandya 1986; N. Audsley et al. 1993: R = C + Σ ⌈R / T⌉ C over those that are more urgent.
  it.each([
    [[[3, 7], [3, 12], [5, 20]], [3, 6, 20]],
    [[[5, 20], [10, 40], [40, 80]], [5, 15, 80]],
  ] as [PeriodicTask[], number[]][])("%j: %j", (tasks, expected) => {
    expect(responseTimes(tasks)).toEqual(expected);
    expect(worst("rate-monotonic", tasks)).toEqual(expected);
  });

  it("is what rate-monotonic and deadline-monotonic do, for random sets", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const tasks = randomSet(seed, 0.95, seed % 2 === 0);
      const name = seed % 2 === 0 ? "deadline-monotonic" : "rate-monotonic";
      const analysed = responseTimes(tasks, ([, period, deadline]) => (name === "rate-monotonic" ? period : deadline!));
      const run = runToy(policy(name), threadsOf(tasks), 1, hyperperiod(tasks));
      for (const [i, [, period]] of tasks.entries()) if (analysed[i]! <= period) expect(run.responses[i]![0], `seed ${seed}, task ${i}`).toBe(analysed[i]);
    }
  });
});

describe("utilisation bounds", () => {
  it("rate-monotonic: nothing is late up to n(2^(1/n) − 1)", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const n = 2 + (seed % 5);
      const tasks = randomSet(seed, liuLaylandBound(n), false, n);
      expect(utilisation(tasks)).toBeLessThanOrEqual(liuLaylandBound(n));
      expect(worst("rate-monotonic", tasks).every((response, i) => response <= tasks[i]![1]), JSON.stringify(tasks)).toBe(true);
    }
  });

  it("rate-monotonic: a set just above it is late, and edf meets it", () => {
    // The critical set of two tasks: T2 = √2 T1, C1 = T2 − T1, C2 = 2 T1 − T2, in whole ticks one more.
    let nearest: PeriodicTask[] = [];
    let least = Infinity;
    for (let first = 60; first <= 100; first++) {
      for (let second = first + 1; second < 2 * first; second++) {
        const tasks: PeriodicTask[] = [[second - first, first], [2 * first - second + 1, second]];
        const above = utilisation(tasks) - liuLaylandBound(2);
        if (above > 0 && above < least && worst("rate-monotonic", tasks, 1, 2 * second)[1]! > second) [nearest, least] = [tasks, above];
      }
    }
    expect(least).toBeLessThan(0.012);
    expect(worst("edf", nearest).every((response, i) => response <= nearest[i]![1])).toBe(true);
  });

  it("edf: every set with a utilisation of at most 1 meets its deadlines", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const tasks = randomSet(seed, 1);
      expect(worst("edf", tasks).every((response, i) => response <= tasks[i]![1]), JSON.stringify(tasks)).toBe(true);
    }
    const exactly: PeriodicTask[] = [[2, 4], [2, 6], [1, 6]];
    expect(utilisation(exactly)).toBeCloseTo(1, 12);
    expect(worst("edf", exactly).every((response, i) => response <= exactly[i]![1])).toBe(true);
  });
});

describe("several cores", () => {
  it("edf misses at little more than a utilisation of 1 on many cores (Dhall's effect)", () => {
    // S. K. Dhall, C. L. Liu 1978: m short tasks with earlier deadlines, and one that needs a core for nearly all its period.
    const m = 4;
    const tasks: PeriodicTask[] = [...Array.from({ length: m }, (): PeriodicTask => [2, 99]), [99, 100]];
    expect(utilisation(tasks)).toBeLessThan(1.08);
    expect(worst("edf", tasks, m, 300)[m]).toBe(101);
  });

  it("the most urgent threads run at any time, as many as there are cores", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const tasks = randomSet(seed, 1.9, false, 6);
      const { rows } = runToy(policy("rate-monotonic"), threadsOf(tasks), 2, 400);
      for (let tick = 0; tick < 400; tick += 7) {
        const running = rows.filter(([, , from, to]) => from <= tick && tick < to).map(([thread]) => thread);
        const before = (a: number, b: number): boolean => tasks[a]![1] < tasks[b]![1] || (tasks[a]![1] === tasks[b]![1] && a < b);
        // Whoever does not run, though it has run less than was released, is less urgent than all that do.
        const ran = (thread: number): number => rows.filter((row) => row[0] === thread).reduce((sum, [, , from, to]) => sum + Math.max(0, Math.min(to, tick) - from), 0);
        for (let t = 0; t < tasks.length; t++) {
          const wants = ran(t) < (Math.floor(tick / tasks[t]![1]) + 1) * tasks[t]![0];
          // Equal periods do not displace each other, so ties are left out.
          if (wants && !running.includes(t)) expect(running.length === 2 && running.every((other) => before(other, t) || tasks[other]![1] === tasks[t]![1]), `seed ${seed} at ${tick}`).toBe(true);
        }
      }
    }
  });
});
