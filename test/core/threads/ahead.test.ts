import { describe, expect, it } from "vitest";
import { emptyInstance } from "../../../src/core/empty-instance.ts";
import { Simulation } from "../../../src/core/simulation.ts";
import { ProgramBuilder, threadSpec, type ThreadSpecInput } from "../../../src/programs/index.ts";
import { threadPolicies } from "../../../src/threads/index.ts";
import { assertNothingElseChanges } from "../../reference/ahead-worlds.ts";

const costs = { atomic: "6ns", line: "60ns", park: "750ns", wake: "960ns", wakeLatency: "1500ns", switch: "1200ns", migrate: "0ns", yield: "0ns", spawn: "0ns", queue: "0ns", step: "0ns" } as const;

function trace(input: ThreadSpecInput, policyName = "fifo", untilTicks = Infinity, quantum = "37ns") {
  const spec = threadSpec({ threadCosts: costs, ...input });
  const definition = threadPolicies.get(policyName);
  const options = definition.options?.["~standard"].validate(policyName === "round-robin" ? { quantum } : {}) as { value: unknown } | undefined;
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

  it("and passes a mark later where it was interrupted before, and goes on beside another hardware thread", () => {
    // a: lock 5–29, compute to 39, unlock 24 more, of which its slice leaves 13; on a core that it shares these take 20.
    const programs = { a: [{ compute: "5ns" }, { lock: "m" }, { compute: "10ns" }, { unlock: "m" }, { mark: "done" }, { compute: "100ns" }], b: [{ compute: "300ns" }], c: [{ compute: "300ns" }] };
    const input: ThreadSpecInput = {
      programs, threads: { a: 1, b: { count: 1, affinity: [0], start: "1ns" }, c: { count: 1, affinity: [1], start: "10ns" } }, locks: { m: "mcs" }, cores: [{ count: 1 }, { count: 1, smt: 2 }],
      threadCosts: { ...costs, atomic: "24ns", switch: "0ns" },
    };
    const marks = (untilTicks: number) => {
      const { marks: [count], lastTicks: [last] } = trace(input, "round-robin", untilTicks, "50ns").threads.counters;
      return [count, last];
    };
    expect([marks(63), marks(69), marks(70), marks(200)]).toEqual([[0, NaN], [0, NaN], [1, 70], [1, 70]]);
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

  it("but not where what it computes ends in the same instant, after all that happen there already", () => {
    // a gives the lock back at 37, in the second round of that instant; c asks for it in the first.
    const programs = {
      a: [{ compute: "5ns" }, { lock: "m" }, { compute: "0.0000001ns" }, { unlock: "m" }], b: [{ lock: "m" }, { compute: "20ns" }, { unlock: "m" }],
      c: [{ compute: "37ns" }, { tryLock: { of: "m", then: [{ mark: "got" }, { unlock: "m" }], else: [{ mark: "missed" }] } }],
    };
    const input: ThreadSpecInput = { programs, threads: { a: 1, b: 1, c: 1 }, locks: { m: "ticket" }, cores: 3, threadCosts: { ...costs, atomic: "1ns", line: "16ns", switch: "0ns" } };
    expect(trace(input).threads.counters).toMatchObject({ names: ["got", "missed"], marks: new Float64Array([0, 1]) });
  });

  it("and nothing else changes by it, wherever it is interrupted, nor by rounds that are one thread's alone", () => {
    const { worlds, ahead, savedEvents } = assertNothingElseChanges(150, 4, (one, other) => expect(one).toEqual(other));
    // Enough of them go ahead for the comparison to say something.
    expect(ahead).toBeGreaterThan(worlds / 4);
    expect(savedEvents).toBeGreaterThan(3 * worlds);
  });
});
