import { describe, expect, it } from "vitest";
import { Use } from "../../../src/core/threads/thread-table.ts";
import { ProgramBuilder, type ThreadSpecInput } from "../../../src/programs/index.ts";
import { runThreads } from "./run-threads.ts";

const free = { atomic: "0ns", line: "0ns", park: "0ns", wake: "0ns", wakeLatency: "0ns", switch: "0ns", migrate: "0ns", spawn: "0ns", yield: "0ns", queue: "0ns", step: "0ns" } as const;
const program = (name: string, write: (p: ProgramBuilder) => ProgramBuilder): ProgramBuilder => write(new ProgramBuilder(name));
const work = program("worker", (p) => p.compute("100ns"));

function run(input: ThreadSpecInput, policy = "fifo", options: Record<string, unknown> = {}) {
  const { threads, makespan } = runThreads(input, policy, { with: options });
  const { table, cores } = threads.host;
  return { threads, makespan, ends: [...table.endTicks.subarray(0, table.count)], use: (use: Use) => Array.from({ length: cores.count }, (_, core) => cores.useTicks[core * 4 + use]) };
}

describe("cores", () => {
  it("have speeds of their own", () => {
    expect(run({ programs: [work], threads: { worker: 3 }, cores: { count: 3, speeds: [1, 0.5, 2] } }).ends).toEqual([100, 200, 50]);
  });

  it("hardware threads of one core share what it gets done", () => {
    // Two on one core of gain 1.25: each at 0.625. The longer one runs alone after the shorter has ended.
    const own = program("worker", (p) => p.compute("100ns * ($i + 1)"));
    expect(run({ programs: [own], threads: { worker: 2 }, cores: { count: 1, smt: 2, smtGain: 1.25 } }).ends).toEqual([160, 260]);
  });

  it("a spinner slows the hardware thread beside it, a parked thread does not", () => {
    const holder = program("holder", (p) => p.lock("m").compute("100ns").unlock("m"));
    const waiter = program("waiter", (p) => p.lock("m").unlock("m"));
    const input = (kind: "mcs" | "futex"): ThreadSpecInput => ({ programs: [holder, waiter], threads: { holder: 1, waiter: 1 }, locks: { m: kind }, cores: { count: 1, smt: 2, smtGain: 1.25 } });
    expect(run(input("mcs")).makespan).toBe(160);
    expect(run(input("futex")).makespan).toBe(100);
  });

  it("pay for switches, and for threads that come from elsewhere with a working set", () => {
    const turns = program("worker", (p) => p.compute("100ns").yield().compute("100ns"));
    // One core: four turns, each of another thread than the one before.
    expect(run({ programs: [turns], threads: { worker: 2 }, cores: 1, threadCosts: { ...free, switch: "5ns" } }).makespan).toBe(4 * 105);
    // Core 1 is taken by a long thread while the sleeper, which ran there first, wakes: it moves to core 0.
    const sleeper = program("sleeper", (p) => p.compute("10ns").sleep("50ns").compute("10ns"));
    const early = program("early", (p) => p.compute("30ns"));
    const late = program("late", (p) => p.compute("1us"));
    const moved = run({
      programs: [early, sleeper, late], cores: 2, threadCosts: { ...free, switch: "5ns", migrate: "7ns", refill: "1GB/s" },
      threads: { early: 1, sleeper: { count: 1, workingSet: "20B" }, late: { count: 1, start: "12ns" } },
    });
    // 5 + 10, asleep to 65; then switch 5, migration 7, 20 bytes at 1 B/ns, and 10.
    expect(moved.ends[1]).toBe(65 + 5 + 7 + 20 + 10);
    expect(moved.threads.host.dispatcher.migrationCount).toBe(1);
  });

  it("keep to affinities", () => {
    expect(run({ programs: [work], threads: { worker: { count: 3, affinity: [1] } }, cores: 2 }).ends).toEqual([100, 200, 300]);
  });

  it("their time is accounted for: what was used adds up to what they had", () => {
    const worker = program("worker", (p) => p.repeat(5, (q) => q.compute("70ns").lock("m").compute("30ns").unlock("m").sleep("10ns")));
    const { threads, makespan, use } = run({ programs: [worker], threads: { worker: 3 }, locks: { m: "ticket" }, cores: 2, threadCosts: { ...free, atomic: "2ns", line: "8ns", switch: "11ns" } }, "round-robin", { quantum: 50 });
    const { rows, cores, table } = threads.host;
    const sum = (values: readonly (number | undefined)[]): number => values.reduce<number>((total, value) => total + value!, 0);
    const used = sum([Use.compute, Use.sync, Use.spin, Use.switching].flatMap((kind) => use(kind)));
    expect(used).toBeLessThanOrEqual(2 * makespan);
    expect(used).toBeCloseTo(sum([...table.ranTicks.subarray(0, 3)]), 6);
    expect(used).toBeCloseTo(sum(Array.from({ length: rows.length }, (_, i) => rows.end[i]! - rows.start[i]!)), 6);
    expect(sum(use(Use.compute))).toBe(3 * 5 * 100);
    for (let core = 0; core < cores.count; core++) {
      const own = Array.from({ length: rows.length }, (_, i) => i).filter((i) => rows.core[i] === core);
      for (let k = 1; k < own.length; k++) expect(rows.start[own[k]!]).toBeGreaterThanOrEqual(rows.end[own[k - 1]!]!);
    }
  });

  it("a loop that takes no time is an error with the instruction's place", () => {
    const busy = program("busy", (p) => p.let({ x: 1 }).while("$x > 0", (q) => q.let({ x: "$x + 1" })));
    expect(() => run({ programs: [busy], threads: { busy: 1 }, watch: { instructionBudget: 1000 } })).toThrow(/busy ran 1,000 instructions without any time passing/);
  });
});

describe("runs that get nowhere", () => {
  it("a deadlock of two is told when the circle closes, with who holds what", () => {
    const one = program("one", (p) => p.lock("a").compute("10ns").lock("b").unlock("b").unlock("a"));
    const two = program("two", (p) => p.lock("b").compute("20ns").lock("a").unlock("a").unlock("b"));
    const other = program("other", (p) => p.compute("1ms"));
    for (const kind of ["futex", "mcs"] as const) {
      const { threads } = run({ programs: [one, two, other], threads: { one: 1, two: 1, other: 1 }, locks: { a: kind, b: kind }, cores: 3 });
      expect(threads.outcome).toMatchObject({ kind: "deadlock", atNs: 20 });
      expect(threads.outcome!.parts.map(({ thread, object, heldBy }) => [thread, object, heldBy])).toEqual([["two", "a", "one"], ["one", "b", "two"]]);
    }
  });

  it("philosophers: four cures", () => {
    const dine = (write: (p: ProgramBuilder) => ProgramBuilder, more: Partial<ThreadSpecInput> = {}) =>
      run({ programs: [program("philosopher", (p) => p.repeat(20, (q) => write(q.compute("1us"))))], threads: { philosopher: 5 }, locks: { fork: { kind: "futex", count: 5 } }, cores: 5, ...more }).threads.outcome?.kind;
    const eat = (p: ProgramBuilder, first: string, second: string) => p.lock(first).compute("1us").lock(second).compute("2us").unlock(second).unlock(first);
    const left = "fork[$i]";
    const right = "fork[($i + 1) % 5]";
    expect(dine((p) => eat(p, left, right))).toBe("deadlock");
    // Forks in order; one philosopher the other way round; four at the table; a waiter.
    expect(dine((p) => eat(p, "fork[min($i, ($i + 1) % 5)]", "fork[max($i, ($i + 1) % 5)]"))).toBeUndefined();
    expect(dine((p) => p.if("$i == 0", (q) => eat(q, right, left), (q) => eat(q, left, right)))).toBeUndefined();
    expect(dine((p) => eat(p.acquire("seats"), left, right).release("seats"), { semaphores: { seats: 4 } })).toBeUndefined();
    expect(dine((p) => p.lock("waiter").lock(left).lock(right).unlock("waiter").compute("2us").unlock(right).unlock(left), { locks: { fork: { kind: "futex", count: 5 }, waiter: "futex" } })).toBeUndefined();
  });

  it("philosophers who put the first fork back in step starve of progress: a livelock", () => {
    const polite = program("philosopher", (p) =>
      p.repeat(3, (q) => q.let({ eaten: 0 }).while("$eaten == 0", (r) =>
        r.lock("fork[$i]").compute("1us").tryLock("fork[($i + 1) % 5]", (s) => s.compute("2us").unlock("fork[($i + 1) % 5]").unlock("fork[$i]").let({ eaten: 1 }).mark("meals"), (s) => s.compute("1ns").unlock("fork[$i]").compute("1us")))));
    const { threads } = run({ programs: [polite], threads: { philosopher: 5 }, locks: { fork: { kind: "futex", count: 5 } }, cores: 5, watch: { livelock: "1ms" } });
    expect(threads.outcome).toMatchObject({ kind: "livelock", atNs: 0 });
  });

  it("a thread that waits too long for a core starves", () => {
    const hog = program("hog", (p) => p.forever((q) => q.compute("1ms").mark("done")));
    const meek = program("meek", (p) => p.compute("1us"));
    const { threads } = run({ programs: [hog, meek], threads: { hog: { count: 1, priority: 2 }, meek: { count: 1, priority: 1 } }, cores: 1, watch: { starvation: "10ms" } }, "priority");
    expect(threads.outcome).toMatchObject({ kind: "starvation" });
    expect(threads.outcome!.message).toContain("meek has waited for a core");
  });

  it("priority inversion is measured, and inheritance and a ceiling end it", () => {
    // Low takes the lock; high wants it at 10; middle runs from 5 on and keeps low from its core, unless low inherits.
    const low = program("low", (p) => p.lock("m").compute("20ns").unlock("m"));
    const middle = program("middle", (p) => p.compute("100ns"));
    const high = program("high", (p) => p.lock("m").compute("1ns").unlock("m"));
    const input = (protocol: "none" | "inherit" | "ceiling"): ThreadSpecInput => ({
      programs: [low, middle, high], cores: 1, locks: { m: { kind: "futex", protocol, ...(protocol === "ceiling" && { ceiling: 3 }) } },
      threads: { low: { count: 1, priority: 1 }, middle: { count: 1, priority: 2, start: "5ns" }, high: { count: 1, priority: 3, start: "10ns" } },
    });
    const none = run(input("none"), "priority");
    expect(none.ends[2]).toBe(5 + 100 + 15 + 1);
    expect(none.threads.findings).toMatchObject([{ kind: "priority-inversion" }]);
    expect(none.threads.findings[0]!.message).toContain("high waited 95 ns for m while its owner low could not run, and middle did");
    const inherit = run(input("inherit"), "priority");
    expect(inherit.ends[2]).toBe(10 + 15 + 1);
    expect(inherit.threads.findings).toEqual([]);
    expect(run(input("ceiling"), "priority").ends[2]).toBe(20 + 1);
  });
});
