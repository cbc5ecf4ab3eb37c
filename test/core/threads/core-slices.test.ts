import { describe, expect, it } from "vitest";
import { ProgramBuilder, type ThreadSpecInput } from "../../../src/programs/index.ts";
import { threadPolicies } from "../../../src/threads/index.ts";
import { runToy, type ToyThread } from "../../threads/toy-kernel.ts";
import { runThreads } from "./run-threads.ts";

/** Each policy with slices, of a few ticks. */
const sliced: Readonly<Record<string, object>> = {
  "round-robin": { quantum: "7ns" }, priority: { quantum: "7ns" }, pinned: { quantum: "7ns" }, "work-stealing": { quantum: "7ns", balance: "20ns" },
  fair: { latency: "12ns", granularity: "5ns", wakeup: "3ns", balance: "0ns", scale: false }, eevdf: { slice: "7ns", balance: "0ns", scale: false },
};
const policies = Object.keys(sliced);

function make(name: string, more: object = {}) {
  const policy = threadPolicies.get(name);
  return policy.create((policy.options as unknown as { parse(value: unknown): object }).parse({ ...sliced[name], ...more }));
}
const endsOf = ({ threads: { table } }: ReturnType<typeof runThreads>) => [...table.endTicks];

const random = (seed: number) => () => ((seed = (seed * 48271) % 2147483647) / 2147483647);

/** Few threads for the cores, which run and sleep for many slices. */
function toysOf(next: () => number, cores: number): ToyThread[] {
  const upTo = (most: number) => 1 + Math.floor(next() * most);
  return Array.from({ length: upTo(cores + 1) }, (): ToyThread => ({
    start: upTo(50), bursts: Array.from({ length: 2 * upTo(4) - 1 }, () => upTo(200)), priority: upTo(2), weight: [335, 1024, 3121][Math.floor(next() * 3)]!,
    ...(next() < 0.4 && { affinity: [Math.floor(next() * cores)] }),
  }));
}

function inputOf(toys: readonly ToyThread[], cores: number): ThreadSpecInput {
  const programs = toys.map(({ bursts }, i) => {
    const program = new ProgramBuilder(`t${i}`);
    bursts.forEach((length, k) => (k % 2 === 0 ? program.compute(`${length}ns`) : program.sleep(`${length}ns`)));
    return program;
  });
  return { programs, cores, threads: Object.fromEntries(toys.map(({ start, priority, weight, affinity }, i) => [`t${i}`, { start: `${start!}ns`, priority: priority!, weight: weight!, ...(affinity && { affinity: [...affinity] }) }])) };
}

describe("slices that end where nobody waits", () => {
  it.each(policies)("leave the schedule as it is where each of them is looked at: %s", (name) => {
    for (let seed = 1; seed <= 40; seed++) {
      const next = random(seed * 6151);
      const cores = 1 + Math.floor(next() * 4);
      const toys = toysOf(next, cores);
      expect(endsOf(runThreads(inputOf(toys, cores), make(name))), `seed ${seed}`).toEqual(runToy(make(name), toys, cores).ends);
    }
  });

  it.each(policies)("cost nothing, however many there are: %s", (name) => {
    const { simulation, makespan } = runThreads({ programs: { a: [{ compute: "100000s" }], b: [{ compute: "90000s" }, { sleep: "1s" }, { compute: "2000s" }] }, threads: { a: 1, b: 1 }, cores: 2 }, make(name));
    expect(makespan).toBe(100_000e9);
    expect(simulation.trace().eventCount).toBeLessThan(30);
  });

  it.each(policies)("end at the tick at which they would have, when somebody comes: %s", (name) => {
    const slice = name === "fair" ? 12 : 7;
    const { threads } = runThreads({ programs: { a: [{ compute: "3us" }], b: [{ compute: "5ns" }] }, threads: { a: 1, b: { start: "1us" } }, cores: 1 }, make(name, name === "fair" ? { wakeup: "1ms" } : {}));
    expect(threads.table.endTicks[1]).toBe(Math.ceil(1000 / slice) * slice + 5);
  });

  it("end for one that may only run on one of several cores, and at the very tick at which it comes", () => {
    const programs = { a: [{ compute: "1us" }], b: [{ compute: "2ns" }] };
    const at = (start: string) => endsOf(runThreads({ programs, threads: { a: 3, b: { start, affinity: [1] } }, cores: 3 }, make("round-robin")))[3];
    expect([at("699ns"), at("700ns"), at("701ns")]).toEqual([702, 702, 709]);
  });

  it("keep threads where they are, though several end at once", () => {
    const { threads } = runThreads({ programs: { w: [{ compute: "1us" }] }, threads: { low: { program: "w", priority: 1 }, high: { program: "w", priority: 2 } }, cores: 2 }, make("priority"));
    expect(threads.host.dispatcher.migrationCount).toBe(0);
    expect([...threads.table.endTicks]).toEqual([1000, 1000]);
  });

  it("do not begin anew the time for which a thread spins", () => {
    const { threads } = runThreads({ programs: { taker: [{ pop: "q" }], giver: [{ sleep: "1us" }, { push: "q" }] }, threads: { taker: 1, giver: 1 }, queues: { q: { spin: "20ns" } }, cores: 2 }, make("round-robin"));
    expect(threads.table.ranTicks[0]).toBe(20);
  });

  it("leave a thread that is preempted what is left of its quantum", () => {
    // Quanta of `a` end at 7, 14 … 98, 105; what it has left at 101 it gets before `b` has its turn.
    const programs = { a: [{ compute: "200ns" }], b: [{ compute: "3ns" }], urgent: [{ compute: "10ns" }] };
    const { threads } = runThreads({ programs, threads: { a: 1, b: { start: "102ns" }, urgent: { start: "101ns", priority: 1 } }, cores: 1 }, make("priority"));
    expect([...threads.table.endTicks]).toEqual([213, 118, 111]);
  });

  it("are counted by the budget of rounds where somebody waits", () => {
    expect(() => runThreads({ programs: { w: [{ compute: "100000s" }] }, threads: { w: 2 }, cores: 1, watch: { roundBudget: 5000 } }, make("fair"))).toThrow(/not over after 5,000 rounds .*: 2 threads of 2 have not ended/);
  });
});
