import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyInstance } from "../../../src/core/empty-instance.ts";
import { Simulation } from "../../../src/core/simulation.ts";
import { ProgramBuilder, threadSpec, type ThreadSpecInput } from "../../../src/programs/index.ts";
import { threadPolicies } from "../../../src/threads/index.ts";

const costs = { atomic: "6ns", line: "60ns", park: "750ns", wake: "960ns", wakeLatency: "1500ns", switch: "1200ns", migrate: "0ns", yield: "0ns", spawn: "0ns", queue: "0ns", step: "0ns" } as const;

function trace(input: ThreadSpecInput, policyName = "fifo", untilTicks = Infinity) {
  const spec = threadSpec({ threadCosts: costs, ...input });
  const definition = threadPolicies.get(policyName);
  const options = definition.options?.["~standard"].validate(policyName === "round-robin" ? { quantum: "37ns" } : {}) as { value: unknown } | undefined;
  const run = new Simulation({ instance: emptyInstance("ahead", 1), scheduler: { dispatch: () => undefined }, untilTicks, threads: { spec, policyName, policy: definition.create(options?.value) } }).run();
  return { run, threads: run.threads! };
}

describe("a thread that owes time goes ahead with what nobody else sees", () => {
  it.each(["ticket", "test-and-set", "mcs"])("so that an acquisition of a contended %s lock is two events", (design) => {
    const worker = new ProgramBuilder("worker").repeat(500, (p) => p.compute({ exponential: "2us" }).lock("m").compute("100ns").unlock("m").mark("done"));
    const { run, threads } = trace({ programs: [worker], threads: { worker: 8 }, locks: { m: design as "mcs" }, cores: 8 });
    expect(threads.objects.contended[0]).toBeGreaterThan(1000);
    expect(run.eventCount).toBeLessThanOrEqual(2 * 8 * 500 + 3 * 8);
  });

  it("and passes a mark when that time is over, also where the run is stopped in between", () => {
    // To lock takes 6 and to unlock too: the mark is passed at 6 + 10 + 6.
    const worker = new ProgramBuilder("worker").lock("m").compute("10ns").unlock("m").mark("done").compute("100ns");
    const input: ThreadSpecInput = { programs: [worker], threads: { worker: 1 }, locks: { m: "mcs" }, cores: 1, threadCosts: { ...costs, switch: "0ns" } };
    const marks = (untilTicks: number) => {
      const { marks: [count], firstTicks: [first], lastTicks: [last] } = trace(input, "fifo", untilTicks).threads.counters;
      return [count, first, last];
    };
    expect(marks(Infinity)).toEqual([1, 22, 22]);
    expect([marks(21), marks(22), marks(60)]).toEqual([[0, NaN, NaN], [1, 22, 22], [1, 22, 22]]);
  });

  it("and is seen to make progress by who watches for it", () => {
    const worker = new ProgramBuilder("worker").lock("m").compute("10ns").unlock("m").mark("done").compute("100ns");
    const input: ThreadSpecInput = { programs: [worker], threads: { worker: 1 }, locks: { m: "mcs" }, cores: 1, threadCosts: { ...costs, switch: "0ns" }, watch: { livelock: "60ns" } };
    expect(trace(input).threads.outcome?.message).toContain("since 22 ns");
  });

  it("and a spinner whose rest of that is a rounding gets on", () => {
    // Once it went round and round at 1287, with 9e-16 left to work off.
    const worker = new ProgramBuilder("worker").repeat(8, (p) => [["6.2ns", "33.1ns"], ["36ns", "65.5ns"], ["4ns", "40.8ns"]].forEach(([inside, after]) => p.lock("m").compute(inside as "4ns").unlock("m").sleep("5ns").compute(after as "4ns")));
    const fractions = { ...costs, atomic: "4.2ns", line: "32.5ns", park: "4ns", wake: "11ns", switch: "14.8ns", migrate: "2.1ns", wakeLatency: "11.9ns" } as const;
    const { run } = trace({ programs: [worker], threads: { worker: { count: 3, workingSet: "36B" } }, locks: { m: "test-and-set" }, cores: { count: 2, speeds: [1, 2] }, threadCosts: fractions, watch: { roundBudget: 20_000 } }, "round-robin");
    expect(run.complete).toBe(true);
  });

  it("and nothing else changes by it, wherever it is interrupted", () => {
    const ns = (max: number) => fc.integer({ min: 0, max: max * 10 }).map((tenths): `${number}ns` => `${tenths / 10}ns`);
    const design = fc.constantFrom("test-and-set" as const, "ticket" as const, "mcs" as const, "futex" as const, "adaptive" as const);
    const step = fc.record({ lock: fc.boolean(), inside: ns(60), after: ns(80), marks: fc.boolean(), sleeps: fc.boolean() });
    const world = fc.record({
      designs: fc.array(design, { minLength: 2, maxLength: 2 }), steps: fc.array(step, { minLength: 1, maxLength: 5 }), count: fc.integer({ min: 3, max: 7 }), cores: fc.integer({ min: 2, max: 4 }), speed: fc.constantFrom(1, 0.5, 2),
      atomic: ns(9), line: ns(60), park: ns(30), wake: ns(30), change: ns(20), bytes: fc.integer({ min: 0, max: 400 }), policy: fc.constantFrom("fifo", "round-robin", "round-robin", "round-robin"), untilTicks: fc.constantFrom(9000, 9000, 333),
    });
    fc.assert(fc.property(world, ({ designs, steps, count, cores, speed, atomic, line, park, wake, change, bytes, policy, untilTicks }) => {
      const worker = (): ProgramBuilder => new ProgramBuilder("worker").repeat(8, (p) => steps.forEach(({ lock, inside, after, marks, sleeps }) => {
        const name = lock ? "a" : "b";
        p.lock(name).compute(inside).unlock(name);
        if (marks) p.mark("done");
        if (sleeps) p.sleep("5ns");
        p.compute(after);
      }));
      const input = (...more: ProgramBuilder[]): ThreadSpecInput => ({
        programs: [worker(), ...more], threads: { worker: { count, workingSet: `${bytes}B` } }, locks: { a: designs[0]!, b: designs[1]! }, data: { d: {} }, cores: { count: cores, speeds: Array.from({ length: cores }, (_, i) => (i === 0 ? 1 : speed)) },
        threadCosts: { ...costs, atomic, line, park, wake, wakeLatency: wake, switch: change, migrate: change },
      });
      const seen = (of: ThreadSpecInput) => {
        const { makespanTicks, threads: { table, cores: { useTicks, stalledTicks }, objects, counters, findings } } = trace(of, policy, untilTicks).run as Required<ReturnType<typeof trace>["run"]>;
        return { makespanTicks, table, use: [...useTicks, ...stalledTicks].map((ticks) => Math.round(ticks * 1e6) / 1e6), objects: [objects.taken, objects.contended, objects.handOffs, objects.waits, objects.holds], counters, findings };
      };
      // Where data is touched, races are looked for, in the order of time: nobody goes ahead.
      expect(seen(input())).toEqual(seen(input(new ProgramBuilder("touching").read("d"))));
    }), { numRuns: 150, seed: 4, endOnFailure: true });
  });
});
