import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyInstance } from "../../../src/core/empty-instance.ts";
import { Simulation } from "../../../src/core/simulation.ts";
import type { Trace } from "../../../src/core/trace.ts";
import type { ThreadPolicy } from "../../../src/plugin.ts";
import { threadSpec, type ThreadSpecInput } from "../../../src/programs/index.ts";
import { createPolicy } from "../../../src/scenario/create-policy.ts";
import { threadPolicies } from "../../../src/threads/index.ts";

type Chosen = readonly [name: string, options: Readonly<Record<string, unknown>>];

/** @param quiet false = every end of a slice is an event */
function run(input: ThreadSpecInput, [name, options]: Chosen, quiet: boolean, wrap = (policy: ThreadPolicy) => policy): Trace {
  const spec = threadSpec({ threadCosts: "none", ...input });
  const policy = wrap(createPolicy(threadPolicies.get(name), options));
  return new Simulation({ instance: emptyInstance("threads", 1), scheduler: { dispatch: () => undefined }, threads: { spec, policyName: name, policy, goAhead: quiet } }).run();
}

const sliced: readonly Chosen[] = [
  ["round-robin", {}], ["fair", {}], ["fair", { queues: "global" }], ["eevdf", {}], ["priority", { quantum: "1ms" }], ["pinned", { quantum: "1ms" }], ["work-stealing", { quantum: "1ms" }],
];

describe("slices that end while nobody waits", () => {
  it.each(sliced)("take no time to simulate under %s %o", (name, options) => {
    // A little more than an hour, alone and beside one that sleeps and wakes up in the end.
    const programs = { worker: [{ compute: "5000s" as const }], sleeper: [{ sleep: "4000s" as const }, { compute: "1ms" as const }] };
    const alone = run({ programs: { worker: programs.worker }, threads: { worker: 1 }, cores: 1 }, [name, options], true);
    expect(alone.makespanTicks).toBe(5e12);
    expect(alone.eventCount).toBeLessThan(10);
    const both = run({ programs, threads: { worker: 1, sleeper: 1 }, cores: 1 }, [name, options], true);
    expect(both.makespanTicks).toBe(5e12 + 1e6);
    expect(both.eventCount).toBeLessThan(40);
    const beside = options["queues"] === "global" || name === "priority";
    if (!beside) expect(run({ programs: { worker: programs.worker }, threads: { worker: 3 }, cores: 4 }, [name, options], true).eventCount).toBeLessThan(30);
  });

  it("end where they would have ended: the next one's turn comes at the same tick", () => {
    // A quantum of 10 from 0 on: at 95 b comes, and has the core from 100 to 103.
    const input: ThreadSpecInput = { programs: { a: [{ compute: "200ns" }], b: [{ compute: "3ns" }] }, threads: { a: 1, b: { count: 1, start: "95ns" } }, cores: 1 };
    for (const quiet of [true, false]) expect([...run(input, ["round-robin", { quantum: "10ns" }], quiet).threads!.table.endTicks]).toEqual([203, 103]);
    // And who comes as one ends stands before the thread whose slice it was.
    const meets: ThreadSpecInput = { ...input, threads: { a: 1, b: { count: 1, start: "100ns" } } };
    for (const quiet of [true, false]) expect([...run(meets, ["round-robin", { quantum: "10ns" }], quiet).threads!.table.endTicks]).toEqual([203, 103]);
  });

  it("are told to policies that do not say how long they are", () => {
    let told = 0;
    const wrap = (inner: ThreadPolicy): ThreadPolicy => ({
      runnable: (view, thread, why) => inner.runnable(view, thread, why), next: (view, core) => inner.next(view, core), slice: (view, thread, core) => inner.slice!(view, thread, core),
      prepare: (view) => inner.prepare?.(view), stopped: (_view, _thread, _core, _ran, why) => void (told += why === "slice" ? 1 : 0),
    });
    run({ programs: { a: [{ compute: "95ns" }] }, threads: { a: 1 }, cores: 1 }, ["round-robin", { quantum: "10ns" }], true, wrap);
    expect(told).toBe(9);
  });

  const ns = fc.integer({ min: 0, max: 400 });
  const tenth = ns.map((each) => each / 10);
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.oneof(ns.map((each) => 20 * each), tenth).map((each) => ({ compute: `${each}ns` as const })) },
    { weight: 2, arbitrary: ns.map((each) => ({ sleep: `${10 * each}ns` as const })) },
    { weight: 1, arbitrary: fc.constant("yield" as const) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }).map((setPriority) => ({ setPriority })) },
    { weight: 1, arbitrary: fc.constant({ mark: "here" } as const) },
  );
  const section = ns.map((each) => [{ lock: "m" as const }, { compute: `${3 * each}ns` as const }, { unlock: "m" as const }]);
  const policy = fc.oneof(
    fc.record({ quantum: fc.constantFrom("7ns", "50ns", "30.5ns") }).map((options) => ["round-robin", options]),
    fc.record({ quantum: fc.constantFrom("7ns", "50ns") }).chain((options) => fc.constantFrom("priority", "pinned").map((name) => [name, options])),
    fc.record({ quantum: fc.constantFrom("7ns", "50ns"), balance: fc.constantFrom("0ns", "20ns", "95ns", "130.5ns") }).map((options) => ["work-stealing", options]),
    fc.record({ latency: fc.constantFrom("60ns", "100ns"), granularity: fc.constantFrom("11ns", "40ns"), balance: fc.constantFrom("0ns", "20ns", "95ns"), queues: fc.constantFrom("per-core", "global"), scale: fc.boolean() }).map((options) => ["fair", options]),
    fc.record({ slice: fc.constantFrom("20ns", "75ns", "33.3ns"), balance: fc.constantFrom("0ns", "20ns", "95ns"), quantum: fc.constantFrom("0ns", "0ns", "9ns"), preempt: fc.boolean(), queues: fc.constantFrom("per-core", "global") }).map((options) => ["eevdf", options]),
  ) as unknown as fc.Arbitrary<Chosen>;
  const world = fc.record({
    programs: fc.array(fc.array(fc.oneof({ weight: 3, arbitrary: step.map((one) => [one]) }, { weight: 1, arbitrary: section }), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
    counts: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 4, maxLength: 4 }), nice: fc.array(fc.constantFrom(0, 0, 0, 5, -3), { minLength: 4, maxLength: 4 }),
    start: fc.array(ns, { minLength: 4, maxLength: 4 }), cores: fc.integer({ min: 1, max: 4 }), speeds: fc.array(fc.constantFrom(1, 1, 1, 2, 0.5, 0.3), { minLength: 4, maxLength: 4 }),
    switched: fc.boolean(), policy,
  });

  it("leave the same behind as if each had been an event, to the last bit", () => {
    let [saved, quieter] = [0, 0];
    fc.assert(fc.property(world, ({ programs, counts, nice, start, cores, speeds, switched, policy: chosen }) => {
      const input: ThreadSpecInput = {
        programs: Object.fromEntries(programs.map((steps, i) => [`p${i}`, steps.flat()])),
        threads: Object.fromEntries(programs.map((_, i) => [`p${i}`, { count: counts[i]!, nice: nice[i]!, priority: i, start: `${start[i]!}ns` as const }])),
        locks: { m: "futex" }, cores: { count: cores, speeds: speeds.slice(0, cores) },
        threadCosts: switched ? { atomic: "0ns", line: "0ns", park: "0ns", wake: "0ns", wakeLatency: "0ns", switch: "4ns", migrate: "9ns", yield: "0ns", spawn: "0ns", queue: "0ns", step: "0ns" } : "none",
      };
      const [usual, apart] = [run(input, chosen, true), run(input, chosen, false)];
      expect(usual.digest).toBe(apart.digest);
      saved += apart.eventCount - usual.eventCount;
      if (usual.eventCount < apart.eventCount) quieter++;
    }), { numRuns: 400, seed: 5 });
    // Enough of them are quiet for the comparison to say something.
    expect(quieter).toBeGreaterThan(150);
    expect(saved).toBeGreaterThan(10_000);
  });
});
