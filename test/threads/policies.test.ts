import { describe, expect, it } from "vitest";
import { threadPolicies } from "../../src/threads/index.ts";
import { quickOptions } from "./quick-options.ts";
import { gantt, runToy, type ToyThread } from "./toy-kernel.ts";

const make = (name: string, options: object = {}) => {
  const definition = threadPolicies.get(name);
  const parsed = (definition.options as { parse?(value: unknown): unknown } | undefined)?.parse?.(options) ?? {};
  return definition.create(parsed);
};
const bursts = (...lengths: number[]): ToyThread[] => lengths.map((length) => ({ bursts: [length] }));

describe("fifo", () => {
  it("runs to block, oldest first", () => {
    expect(gantt(runToy(make("fifo"), [{ bursts: [3, 2, 4] }, { bursts: [5] }, { bursts: [1], start: 1 }]))).toBe("0:0-3 1:3-8 2:8-9 0:9-13");
  });

  it("keeps to affinity, and leaves a core idle where nobody may run", () => {
    const run = runToy(make("fifo"), [{ bursts: [4], affinity: [0] }, { bursts: [4], affinity: [0] }, { bursts: [1] }], 2);
    expect(run.rows).toEqual([[2, 1, 0, 1], [0, 0, 0, 4], [1, 0, 4, 8]]);
  });
});

describe("round-robin", () => {
  it("is the textbook's table: bursts 24, 3, 3 and a quantum of 4 wait 17/3 on average", () => {
    // A. Silberschatz, P. B. Galvin, G. Gagne, Operating System Concepts, chapter "CPU Scheduling", round robin.
    const run = runToy(make("round-robin", { quantum: "4ns" }), bursts(24, 3, 3));
    expect(gantt(run)).toBe("0:0-4 1:4-7 2:7-10 0:10-30");
    expect((run.ends[0]! - 24 + run.ends[1]! - 3 + run.ends[2]! - 3) / 3).toBe(17 / 3);
  });

  it("gives turns in the order of the queue, with arrivals between", () => {
    const run = runToy(make("round-robin", { quantum: "2ns" }), [{ bursts: [5] }, { bursts: [3], start: 1 }, { bursts: [2], start: 3 }]);
    // 0: 0–2; queue 1, 0 at 2; 2 joins at 3; 1: 2–4; queue 0, 2, 1.
    expect(gantt(run)).toBe("0:0-2 1:2-4 0:4-6 2:6-8 1:8-9 0:9-10");
  });

  it("serves two cores from one queue", () => {
    const run = runToy(make("round-robin", { quantum: "1ns" }), bursts(2, 2, 2), 2);
    expect(run.ends).toEqual([2, 3, 3]);
  });
});

describe("priority", () => {
  it("preempts, and the preempted thread goes on before its equals", () => {
    const run = runToy(make("priority"), [{ bursts: [4], priority: 1 }, { bursts: [3], priority: 1 }, { bursts: [2], priority: 2, start: 1 }]);
    expect(gantt(run)).toBe("0:0-1 2:1-3 0:3-6 1:6-9");
  });

  it("takes turns among equals, and a preempted thread keeps the rest of its quantum", () => {
    const run = runToy(make("priority", { quantum: "3ns" }), [{ bursts: [5], priority: 1 }, { bursts: [5], priority: 1 }, { bursts: [2], priority: 2, start: 1 }]);
    expect(gantt(run)).toBe("0:0-1 2:1-3 0:3-5 1:5-8 0:8-10 1:10-12");
  });

  it("takes the core of the least urgent thread, of equals the one with the larger id", () => {
    const run = runToy(make("priority"), [{ bursts: [9], priority: 3 }, { bursts: [9], priority: 1 }, { bursts: [9], priority: 1 }, { bursts: [1], priority: 2, start: 4 }], 3);
    expect(run.rows.find(([thread]) => thread === 3)).toEqual([3, 2, 4, 5]);
  });

  it("lets the least urgent thread that may be displaced go, where affinity binds", () => {
    const run = runToy(make("priority"), [{ bursts: [9], priority: 5 }, { bursts: [9], priority: 1 }, { bursts: [2], priority: 9, affinity: [0], start: 3 }, { bursts: [1], priority: 3, start: 3 }], 2);
    // 2 takes core 0 from 0, which takes core 1 from 1; 3 has to wait for 2.
    expect(run.rows.filter(([thread]) => thread >= 2)).toEqual([[2, 0, 3, 5], [3, 0, 5, 6]]);
    expect(run.ends).toEqual([9, 12, 5, 6]);
  });

  it("moves a waiting thread whose priority changes, to the end where it rises, to the front where it falls", () => {
    const priorities = [1, 5, 5, 9];
    let runs = -1;
    const view = { nowTicks: 0, tickNs: 1, coreCount: 1, threadCount: 4, priority: (t: number) => priorities[t]!, weight: () => 1024, mayRun: () => true, lastCore: () => -1, running: () => runs, ranTicks: () => 0, sinceTicks: () => NaN, periodTicks: () => Infinity, deadlineTicks: () => Infinity, speed: () => 1, random: () => 0 };
    const policy = make("priority");
    policy.prepare!(view);
    for (let t = 0; t < 4; t++) policy.runnable(view, t, "new");
    priorities[0] = 5;
    policy.priorityChanged!(view, 0);
    priorities[3] = 5;
    policy.priorityChanged!(view, 3);
    expect([0, 1, 2, 3].map(() => policy.next(view, 0))).toEqual([3, 1, 2, 0]);
    // A running thread that falls below one that waits gives way.
    runs = 3;
    policy.runnable(view, 1, "woken");
    expect(policy.preempt!(view)).toBe(-1);
    priorities[3] = 4;
    policy.priorityChanged!(view, 3);
    expect(policy.preempt!(view)).toBe(0);
  });
});

describe("pinned", () => {
  it("keeps each thread on its core, in turn or by affinity", () => {
    const run = runToy(make("pinned", { quantum: "2ns" }), [...bursts(4, 4, 4), { bursts: [3], affinity: [1] }], 2);
    expect(run.rows.every(([thread, core]) => core === (thread === 3 ? 1 : thread % 2))).toBe(true);
    expect(run.ends).toEqual([6, 6, 8, 7]);
  });

  it.each([
    ["in-turn", 3, [0, 1, 2]], ["spread", 3, [0, 2, 5]], ["spread", 2, [0, 4]], ["first", 3, [0, 0, 0]],
    // More threads than cores: neighbours share one.
    ["in-turn", 12, [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3]], ["spread", 12, [0, 0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7]],
  ])("%s: %i threads on eight cores", (place, count, expected) => {
    const { rows } = runToy(make("pinned", { place }), bursts(...Array.from({ length: count }, () => 1)), 8);
    expect([...rows].sort(([a], [b]) => a - b).map(([, core]) => core)).toEqual(expected);
  });
});

describe("coroutines", () => {
  it("uses as many cores as there are carriers, and changes only where they wait", () => {
    const run = runToy(make("coroutines", { carriers: 2 }), bursts(5, 5, 5), 4);
    expect(run.rows).toEqual([[0, 0, 0, 5], [1, 1, 0, 5], [2, 0, 5, 10]]);
  });

  it("has a switch of its own", () => {
    const policy = make("coroutines", { switch: "300ns" });
    runToy(policy, bursts(1));
    expect(policy.switchTicks).toBe(300);
  });
});

describe("work-stealing", () => {
  it("brings a thread back to its core, and lets an idle core steal", () => {
    const run = runToy(make("work-stealing"), [{ bursts: [6, 1, 2] }, { bursts: [2, 1, 2] }, { bursts: [3] }, { bursts: [3] }], 2);
    // 2 and 3 wait behind 0 and 1. 1 wakes up at 3 behind 3; 0 wakes up at 7, when core 1 has nothing to do.
    expect(run.rows).toEqual([[1, 1, 0, 2], [3, 1, 2, 5], [0, 0, 0, 6], [1, 1, 5, 7], [2, 0, 6, 9], [0, 1, 7, 9]]);
    const idle = runToy(make("work-stealing", { steal: false }), [{ bursts: [6] }, { bursts: [1] }, { bursts: [3] }], 2);
    expect(idle.ends[2]).toBe(9);
    expect(runToy(make("work-stealing"), [{ bursts: [6] }, { bursts: [1] }, { bursts: [3] }], 2).ends[2]).toBe(4);
  });
});

describe("every policy", () => {
  const definitions = threadPolicies.all;
  const random = (seed: number) => () => ((seed = (seed * 48271) % 2147483647) / 2147483647);

  it.each(definitions.map(({ name }) => name))("%s: runs everything there is to run once, within affinity", (name) => {
    for (let seed = 1; seed <= 40; seed++) {
      const next = random(seed * 7919);
      const cores = 1 + Math.floor(next() * 4);
      const threads = Array.from({ length: 1 + Math.floor(next() * 8) }, (): ToyThread => {
        const affinity = Array.from({ length: cores }, (_, core) => core).filter(() => next() < 0.6);
        return {
          start: Math.floor(next() * 10),
          bursts: Array.from({ length: 1 + 2 * Math.floor(next() * 3) }, () => 1 + Math.floor(next() * 12)),
          priority: Math.floor(next() * 3),
          weight: [15, 1024, 3121][Math.floor(next() * 3)]!,
          ...(affinity.length > 0 && next() < 0.5 && { affinity }),
        };
      });
      const run = runToy(make(name, quickOptions(name)), threads, cores);
      for (const [t, { bursts: all }] of threads.entries()) {
        expect(run.ends[t], `seed ${seed}, thread ${t}`).toBeGreaterThan(0);
        const work = all.filter((_, i) => i % 2 === 0).reduce((sum, length) => sum + length, 0);
        expect(run.rows.filter(([thread]) => thread === t).reduce((sum, [, , from, to]) => sum + to - from, 0)).toBe(work);
      }
    }
  });

  it.each(definitions.filter(({ name }) => name !== "pinned").map(({ name }) => name))("%s: leaves no core idle while somebody waits", (name) => {
    for (let seed = 1; seed <= 40; seed++) {
      const next = random(seed * 104729);
      const cores = 2 + Math.floor(next() * 3);
      const threads = Array.from({ length: 2 + Math.floor(next() * 8) }, (): ToyThread => ({ start: Math.floor(next() * 6), bursts: Array.from({ length: 1 + 2 * Math.floor(next() * 4) }, () => 1 + Math.floor(next() * 9)), weight: next() < 0.5 ? 1024 : 335 }));
      const run = runToy(make(name, quickOptions(name)), threads, cores);
      const end = Math.max(...run.ends);
      for (let tick = 0; tick < end; tick++) {
        const running = new Set(run.rows.filter(([, , from, to]) => from <= tick && tick < to).map(([thread]) => thread));
        if (running.size === cores) continue;
        for (let t = 0; t < threads.length; t++) expect(!isAwake(run, threads[t]!, t, tick) || running.has(t), `seed ${seed}: thread ${t} waits at ${tick}`).toBe(true);
      }
    }
  });
});

/** Whether the thread has begun, has not ended, and does not sleep at the tick, by what it has run. */
function isAwake(run: ReturnType<typeof runToy>, { start = 0, bursts: all }: ToyThread, thread: number, tick: number): boolean {
  if (tick < start || tick >= run.ends[thread]!) return false;
  const own = run.rows.filter((row) => row[0] === thread);
  let at = 0;
  for (let i = 0; i < all.length; i += 2) {
    let left = all[i]!;
    let ended = start;
    while (left > 0) {
      const [, , from, to] = own[at++]!;
      left -= to - from;
      ended = to;
    }
    if (tick < ended) return true;
    if (i + 1 < all.length && tick < ended + all[i + 1]!) return false;
  }
  return false;
}
