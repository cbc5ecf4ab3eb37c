import { describe, expect, it } from "vitest";
import { threadPolicies } from "../../src/threads/index.ts";
import { gantt, runToy, type ToyThread } from "./toy-kernel.ts";

const make = (name: "fair" | "eevdf", options: object = {}) => {
  const definition = threadPolicies.get(name);
  return definition.create((definition.options as unknown as { parse(value: unknown): unknown }).parse({ scale: false, ...options }));
};
const endless = (...weights: number[]): ToyThread[] => weights.map((weight) => ({ bursts: [Infinity], weight }));
const shares = (policy: ReturnType<typeof make>, threads: readonly ToyThread[], cores: number, until: number): number[] => {
  let last: readonly number[] = [];
  runToy(policy, threads, cores, until, { watch: (ran) => (last = [...ran]) });
  const total = last.reduce((sum, ran) => sum + ran, 0);
  return last.map((ran) => ran / total);
};

/** Weights of nice -5, 0, 5, 10 and 19 in Linux, kernel/sched/core.c, sched_prio_to_weight. */
const niceWeights = [3121, 1024, 335, 110, 15];

describe("fair", () => {
  it("gives each its part of the latency, in turn", () => {
    // Weights 2 : 1 share a latency of 6 as 4 and 2. New threads begin one slice in: 0 alone at 3, then 1 at 2.
    expect(gantt(runToy(make("fair", { latency: "6ns", granularity: "1ns" }), endless(2048, 1024), 1, 18))).toBe("1:0-2 0:2-6 1:6-8 0:8-12 1:12-14 0:14-18");
  });

  it("stretches the period where parts would be shorter than the granularity", () => {
    const { rows } = runToy(make("fair", { latency: "6ns", granularity: "2ns" }), endless(1024, 1024, 1024, 1024, 1024), 1, 40);
    expect(new Set(rows.map(([, , from, to]) => to - from))).toEqual(new Set([2]));
  });

  it.each([[1, "per-core"], [1, "global"]] as const)("shares converge to the weights (%i core, %s)", (cores, queues) => {
    const total = niceWeights.reduce((sum, weight) => sum + weight, 0);
    const error = (until: number): number => {
      const got = shares(make("fair", { latency: "6us", granularity: "0.75us", queues }), endless(...niceWeights), cores, until);
      return Math.max(...got.map((share, i) => Math.abs(share - niceWeights[i]! / total)));
    };
    expect(error(1e5)).toBeLessThan(0.02);
    expect(error(1e6)).toBeLessThan(0.002);
    expect(error(1e7)).toBeLessThan(0.0002);
  });

  it("is fair over all cores with one queue, and nearly so with balanced ones", () => {
    const equal = endless(...Array<number>(5).fill(1024));
    for (const share of shares(make("fair", { latency: "6us", granularity: "0.75us", queues: "global" }), equal, 2, 1e7)) expect(share).toBeCloseTo(0.2, 3);
    for (const share of shares(make("fair", { latency: "6us", granularity: "0.75us", balance: "4us" }), equal, 2, 1e7)) expect(Math.abs(share - 0.2)).toBeLessThan(0.05);
    const apart = shares(make("fair", { latency: "6us", granularity: "0.75us", balance: "0ns" }), equal, 2, 1e7);
    expect(apart.map((share) => Math.round(share * 60)).sort((a, b) => a - b)).toEqual([10, 10, 10, 15, 15]);
  });

  it("puts a thread that slept back by half the latency, so it takes the core at once, and no more than its due", () => {
    // 1 stands at 6 when it goes to sleep at 3. As it wakes, 0 stands at 100: 1 is put at 97, more than the granularity behind.
    const threads: ToyThread[] = [{ bursts: [Infinity] }, { bursts: [3, 94, 20] }];
    const options = { latency: "6ns", granularity: "1ns", wakeup: "1ns" };
    expect(gantt(runToy(make("fair", options), threads, 1, 110))).toBe("1:0-3 0:3-97 1:97-100 0:100-103 1:103-106 0:106-109 1:109-110");
    // 0 is given slices of 6 while it is alone.
    expect(gantt(runToy(make("fair", { ...options, preempt: false }), threads, 1, 106))).toBe("1:0-3 0:3-99 1:99-105 0:105-106");
    expect(gantt(runToy(make("fair", { ...options, sleepers: "none" }), threads, 1, 104))).toBe("1:0-3 0:3-99 1:99-102 0:102-104");
    expect(gantt(runToy(make("fair", { ...options, sleepers: "full" }), threads, 1, 104))).toBe("1:0-3 0:3-97 1:97-103 0:103-104");
  });

  it("multiplies its times by 1 + log2 of the cores, 8 at most", () => {
    for (const [cores, factor] of [[1, 1], [2, 2], [4, 3], [8, 4], [64, 4]] as const) {
      const { rows } = runToy(make("fair", { latency: "6ns", granularity: "1ns", scale: true }), endless(...Array<number>(2 * cores).fill(1024)), cores, 100);
      expect(rows[0]![3] - rows[0]![2]).toBe(3 * factor);
    }
  });

  it("goes back to its core when it wakes, to an idle one where that is busy, and steals when it has nothing", () => {
    const threads: ToyThread[] = [{ bursts: [2, 1, 2], affinity: [0, 1, 2] }, { bursts: [9] }, { bursts: [9], start: 2, affinity: [0] }];
    const { rows } = runToy(make("fair"), threads, 3);
    expect(rows.filter(([thread]) => thread === 0)).toEqual([[0, 0, 0, 2], [0, 2, 3, 5]]);
  });
});

describe("eevdf", () => {
  it("runs the eligible thread with the earliest virtual deadline: weights 2 : 1 and requests of 3", () => {
    // After 3 of thread 0 the virtual time is 1: 0 stands at 1.5 and is not eligible, so 1 runs. And so on.
    expect(gantt(runToy(make("eevdf", { slice: "3ns" }), endless(2048, 1024), 1, 27))).toBe("0:0-3 1:3-6 0:6-12 1:12-15 0:15-21 1:21-24 0:24-27");
  });

  it("is round robin where all weigh the same", () => {
    expect(gantt(runToy(make("eevdf", { slice: "4ns" }), endless(1024, 1024, 1024), 1, 24))).toBe("0:0-4 1:4-8 2:8-12 0:12-16 1:16-20 2:20-24");
  });

  it.each([["0ns", "requests served in one piece"], ["70ns", "quanta shorter than a request"]] as const)("keeps lag within its bound: quantum %s, %s", (quantum, _) => {
    // Stoica, Abdel-Wahab 1995, theorem 1: -r < lag < max(r, q). Requests end at whole ticks, so a tick may be added.
    const request = 200;
    let seed = 5;
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    let [least, most] = [Infinity, -Infinity];
    for (let set = 0; set < 60; set++) {
      const weights = Array.from({ length: 2 + Math.floor(random() * 12) }, () => Math.ceil(15 + random() * (random() < 0.2 ? 88761 : 2000)));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      runToy(make("eevdf", { slice: "200ns", quantum }), endless(...weights), 1, 20_000, {
        watch(ran, now) {
          for (const [i, weight] of weights.entries()) {
            const lag = (now * weight) / total - ran[i]!;
            least = Math.min(least, lag);
            most = Math.max(most, lag);
          }
        },
      });
    }
    expect(least).toBeGreaterThan(-request - 1);
    expect(most).toBeLessThan(request + 1);
    // The bound is not idle.
    expect(Math.max(most, -least)).toBeGreaterThan(0.8 * request);
  });

  it("shares converge to the weights, with threads that come and go", () => {
    const total = niceWeights.reduce((sum, weight) => sum + weight, 0);
    for (const queues of ["per-core", "global"]) {
      const got = shares(make("eevdf", { slice: "3us", queues }), endless(...niceWeights), 1, 1e7);
      for (const [i, share] of got.entries()) expect(Math.abs(share - niceWeights[i]! / total)).toBeLessThan(0.0005);
    }
    // One that always sleeps before its request is served gets its half none the less: its lag comes back with it.
    const sleeper: ToyThread = { bursts: Array.from({ length: 20_001 }, (_, i) => (i % 2 === 0 ? 10 : 1)) };
    const half = shares(make("eevdf", { slice: "100ns", preempt: true }), [...endless(1024), sleeper], 1, 1e5);
    const forgetful = shares(make("eevdf", { slice: "100ns", preempt: true, lag: "forget" }), [...endless(1024), sleeper], 1, 1e5);
    expect(half[1]!).toBeGreaterThan(forgetful[1]! + 0.05);
  });

  it("lets a waking thread with an earlier deadline in at once only if it is told to", () => {
    const threads: ToyThread[] = [{ bursts: [Infinity] }, { bursts: [5], start: 20, weight: 4096 }];
    expect(gantt(runToy(make("eevdf", { slice: "100ns" }), threads, 1, 130))).toBe("0:0-100 1:100-105 0:105-130");
    expect(gantt(runToy(make("eevdf", { slice: "100ns", preempt: true }), threads, 1, 130))).toBe("0:0-20 1:20-25 0:25-130");
  });
});

describe("10,000 threads on 64 cores", () => {
  it.each(["round-robin", "priority", "fair", "eevdf", "edf", "work-stealing", "pinned"])("%s decides often without looking at all of them", (name) => {
    const definition = threadPolicies.get(name);
    const options = (definition.options as { parse?(value: unknown): unknown } | undefined)?.parse?.(name === "fair" ? { granularity: "1ms", balance: "4ms" } : name === "eevdf" ? { slice: "0.25ms" } : name === "edf" ? {} : { quantum: "1ms" });
    const { decisions } = decide(definition.create(options), 10_000, 64, 40_000);
    expect(decisions).toBe(40_000);
  });
});

/** Ends slices on one core after the other, as fast as it can: the policy alone, without an engine. */
function decide(policy: ReturnType<typeof make>, threads: number, cores: number, count: number): { decisions: number } {
  const running = new Int32Array(cores).fill(-1);
  const last = new Int32Array(threads).fill(-1);
  let now = 0;
  const view = {
    get nowTicks() { return now; },
    tickNs: 1, coreCount: cores, threadCount: threads, priority: (t: number) => t % 3, weight: () => 1024, mayRun: () => true,
    lastCore: (t: number) => last[t]!, running: (c: number) => running[c]!, ranTicks: () => 0, sinceTicks: () => 0,
    periodTicks: () => 1e6, deadlineTicks: (t: number) => t * 1e3, speed: () => 1, random: () => 0.5,
  };
  policy.prepare?.(view);
  for (let t = 0; t < threads; t++) policy.runnable(view, t, "new");
  const start = (core: number): void => {
    const thread = policy.next(view, core);
    running[core] = last[thread] = thread;
    if (thread >= 0) last[thread] = core;
    policy.slice?.(view, thread, core);
  };
  for (let core = 0; core < cores; core++) start(core);
  let decisions = 0;
  for (let i = 0; i < count; i++) {
    const core = i % cores;
    if (core === 0) now += 1e6;
    const thread = running[core]!;
    running[core] = -1;
    policy.stopped?.(view, thread, core, 1e6, "slice");
    policy.runnable(view, thread, "slice");
    start(core);
    if (running[core]! >= 0) decisions++;
    policy.preempt?.(view);
  }
  return { decisions };
}
