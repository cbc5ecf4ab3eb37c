import { describe, expect, it } from "vitest";
import { ProgramBuilder, type ThreadSpecInput } from "../../../src/programs/index.ts";
import { runThreads } from "./run-threads.ts";

/** Figures that are easy to tell apart in a sum. */
const costs = { atomic: "1ns", line: "10ns", park: "100ns", wake: "50ns", wakeLatency: "30ns" } as const;
const free = { atomic: "0ns", line: "0ns", park: "0ns", wake: "0ns", wakeLatency: "0ns", switch: "0ns", migrate: "0ns", spawn: "0ns", yield: "0ns", queue: "0ns", step: "0ns" } as const;

function program(name: string, write: (p: ProgramBuilder) => ProgramBuilder): ProgramBuilder {
  return write(new ProgramBuilder(name));
}
/** When each thread ended, by id. */
function ends(input: ThreadSpecInput, policy = "fifo"): number[] {
  const { threads } = runThreads(input, policy);
  expect(threads.outcome).toBeUndefined();
  return [...threads.host.table.endTicks.subarray(0, threads.host.table.count)];
}

describe("mutexes: who gets the lock, and what that takes", () => {
  /** The first holds the lock from 0 to 1000 and unlocks it; the second asks for it at 100; both are alone on their cores. */
  const contest = (lock: ThreadSpecInput["locks"]): number[] =>
    ends({
      programs: [program("first", (p) => p.lock("m").compute("1us").unlock("m")), program("second", (p) => p.compute("100ns").lock("m").compute("10ns").unlock("m"))],
      threads: { first: 1, second: 1 }, locks: lock!, cores: 2, threadCosts: { ...free, ...costs },
    });

  it("test-and-set and ticket: one line transfer after the unlock, which itself is a plain store", () => {
    // First: atomic 1, then 1000. The line reaches the only spinner 10 later, who works 10.
    expect(contest({ m: "test-and-set" })).toEqual([1001, 1001 + 10 + 10]);
    expect(contest({ m: "ticket" })).toEqual([1001, 1001 + 10 + 10]);
  });
  it("mcs: the unlock is an atomic of its own, for both", () => {
    expect(contest({ m: "mcs" })).toEqual([1001 + 1, 1001 + 10 + 10 + 1]);
  });
  it("futex: the first pays for waking, the second wakes after that and its latency, and then takes the lock by an atomic and a line", () => {
    // Unlock at 1001: atomic 1 + wake 50. Woken at 1001 + 50 + 30 = 1081: atomic 1 + line 10, 10 of work, unlock 1.
    expect(contest({ m: "futex" })).toEqual([1052, 1081 + 11 + 10 + 1]);
  });
  it("futex with hand-over: the lock is its own when it wakes", () => {
    expect(contest({ m: { kind: "futex", fair: true } })).toEqual([1052, 1081 + 10 + 1]);
  });
  it("adaptive: spins like the others while the wait is short, and parks after that", () => {
    expect(contest({ m: { kind: "adaptive", spin: "5us" } })).toEqual([1002, 1001 + 10 + 10 + 1]);
    expect(contest({ m: { kind: "adaptive", spin: "200ns" } })).toEqual([1052, 1081 + 11 + 10 + 1]);
  });
  it("ticket: with more spinners each hand-over takes longer, (k + 1) / 2 lines", () => {
    const worker = program("worker", (p) => p.compute("1ns * $i").lock("m").compute("1us").unlock("m"));
    // k = 3, 2, 1 spinners: 20, 15 and 10 ns.
    expect(ends({ programs: [worker], threads: { worker: 4 }, locks: { m: "ticket" }, cores: 4, threadCosts: { ...free, line: "10ns" } })).toEqual([1000, 2020, 3035, 4045]);
  });
  it("a thread that barges in takes a futex before the one that is being woken; with hand-over it does not", () => {
    const run = (fair: boolean): number[] =>
      ends({
        programs: [
          program("first", (p) => p.lock("m").compute("100ns").unlock("m").compute("5ns").lock("m").compute("100ns").unlock("m")),
          program("second", (p) => p.compute("50ns").lock("m").compute("10ns").unlock("m")),
        ],
        threads: { first: 1, second: 1 }, locks: { m: { kind: "futex", fair } }, cores: 2, threadCosts: { ...free, wakeLatency: "30ns" },
      });
    expect(run(false)).toEqual([205, 205 + 30 + 10]);
    // Handed over at 100, noticed at 130; the first gets it at 140, and wakes 30 later.
    expect(run(true)).toEqual([140 + 30 + 100, 140]);
  });
  it("a recursive lock is free when it was unlocked as often as locked; a plain one cannot be locked twice", () => {
    const twice = program("worker", (p) => p.lock("m").lock("m").compute("10ns").unlock("m").compute("10ns").unlock("m"));
    expect(ends({ programs: [twice], threads: { worker: 2 }, locks: { m: { kind: "mcs", recursive: true } }, cores: 2 })).toEqual([20, 40]);
    const again = program("worker", (p) => p.lock("m").lock("m"));
    expect(() => runThreads({ programs: [again], threads: { worker: 1 }, locks: { m: "mcs" } })).toThrow(/holds already/);
  });
});

describe("reader-writer locks", () => {
  const reader = program("reader", (p) => p.compute("10ns * $i").lock("m", "shared").compute("100ns").unlock("m"));
  const writer = program("writer", (p) => p.compute("5ns").lock("m").compute("100ns").unlock("m"));
  const run = (prefer: "readers" | "writers" | "fifo"): number[] => ends({ programs: [reader, writer], threads: { reader: 3, writer: 1 }, locks: { m: { kind: "reader-writer", prefer } }, cores: 4 });

  it("readers go in together; a waiting writer stops later ones, unless readers are preferred", () => {
    expect(run("readers")).toEqual([100, 110, 120, 220]);
    expect(run("writers")).toEqual([100, 300, 300, 200]);
    expect(run("fifo")).toEqual([100, 300, 300, 200]);
  });
});

describe("conditions, semaphores, flags", () => {
  it("a signal wakes the one that waited longest, who takes the lock again", () => {
    const waiter = program("waiter", (p) => p.compute("1ns * $i").lock("m").wait("c", "m").compute("10ns").unlock("m"));
    const signaller = program("signaller", (p) => p.compute("100ns").lock("m").signal("c").compute("50ns").unlock("m").compute("100ns").signal("c"));
    expect(ends({ programs: [waiter, signaller], threads: { waiter: 2, signaller: 1 }, locks: { m: "futex" }, conditions: ["c"], cores: 3 })).toEqual([160, 260, 250]);
  });
  it("a broadcast wakes all, one after the other through the lock", () => {
    const waiter = program("waiter", (p) => p.lock("m").wait("c", "m").compute("10ns").unlock("m"));
    const signaller = program("signaller", (p) => p.compute("100ns").broadcast("c"));
    expect(ends({ programs: [waiter, signaller], threads: { waiter: 3, signaller: 1 }, locks: { m: "mcs" }, conditions: ["c"], cores: 4 })).toEqual([110, 120, 130, 100]);
  });
  it("a signal before the wait is lost, and the run says so", () => {
    const waiter = program("waiter", (p) => p.compute("100ns").lock("m").wait("c", "m").unlock("m"));
    const signaller = program("signaller", (p) => p.compute("50ns").signal("c"));
    const { threads } = runThreads({ programs: [waiter, signaller], threads: { waiter: 1, signaller: 1 }, locks: { m: "futex" }, conditions: ["c"], cores: 2 });
    expect(threads.outcome).toMatchObject({ kind: "lost-wakeup", atNs: 100 });
    expect(threads.outcome!.message).toContain("signaller signalled c at 50");
  });
  it("a semaphore of two lets two in; who wants much is not overtaken", () => {
    const worker = program("worker", (p) => p.compute("1ns * $i").acquire("s").compute("100ns").release("s"));
    expect(ends({ programs: [worker], threads: { worker: 4 }, semaphores: { s: 2 }, cores: 4 })).toEqual([100, 101, 200, 201]);
    const greedy = program("greedy", (p) => p.compute("1ns").acquire("s", 2).compute("100ns").release("s", 2));
    const modest = program("modest", (p) => p.compute("2ns * $i").acquire("s").compute("100ns").release("s"));
    expect(ends({ programs: [modest, greedy], threads: { modest: 2, greedy: 1 }, semaphores: { s: 2 }, cores: 3 })).toEqual([100, 300, 200]);
  });
  it("a flag lets everybody through once it is set", () => {
    const waiter = program("waiter", (p) => p.compute("60ns * $i").await("go").compute("10ns"));
    const starter = program("starter", (p) => p.compute("100ns").set("go"));
    expect(ends({ programs: [waiter, starter], threads: { waiter: 3, starter: 1 }, flags: ["go"], cores: 4 })).toEqual([110, 110, 130, 100]);
  });
});

describe("barriers", () => {
  const run = (n: number, design: "central" | "tree" | "dissemination", fanIn = 2): number => {
    const worker = program("worker", (p) => p.barrier("b"));
    return Math.max(...ends({ programs: [worker], threads: { worker: n }, barriers: { b: { design, fanIn, waiting: "spin" } }, cores: n, threadCosts: { ...free, line: "1ns" } }));
  };
  it.each([[1, 2], [2, 2], [7, 2], [8, 2], [9, 2], [9, 3], [27, 3], [28, 3], [64, 4], [65, 4]])("tree: %i parties with fan-in %i take ⌈log_f n⌉ hops up, and one back", (n, f) => {
    let depth = 0;
    for (let reach = 1; reach < n; reach *= f) depth++;
    expect(run(n, "tree", f)).toBe(n > 1 ? depth + 1 : 0);
  });
  it.each([[1], [2], [3], [8], [9], [31], [32], [33]])("dissemination: %i parties take ⌈log₂ n⌉ rounds", (n) => {
    expect(run(n, "dissemination")).toBe(Math.ceil(Math.log2(n)));
  });
  it("central: everybody counts on one line, and the flag reaches one after the other", () => {
    expect(run(4, "central")).toBe(4 + 3);
  });
  it("everybody waits for the last", () => {
    const worker = program("worker", (p) => p.repeat(3, (q) => q.compute("10ns * ($i + 1)").barrier("b")));
    for (const waiting of ["spin", "block"] as const) expect(ends({ programs: [worker], threads: { worker: 4 }, barriers: { b: { parties: 4, waiting } }, cores: 4 })).toEqual([120, 120, 120, 120]);
  });
});

describe("queues, deques and channels", () => {
  it("a bounded queue holds its producer back", () => {
    const producer = program("producer", (p) => p.repeat(4, (q) => q.compute("10ns").push("q", 7)).close("q"));
    const consumer = program("consumer", (p) => p.forever((q) => q.pop("q", { into: "x", then: (r) => r.compute("100ns"), else: (r) => r.end() })));
    // The consumer starts at 10 and takes 100 each; the producer's fourth item fits when the second is taken, at 110.
    expect(ends({ programs: [producer, consumer], threads: { producer: 1, consumer: 1 }, queues: { q: 2 }, cores: 2 })).toEqual([110, 410]);
  });
  it("the owner of a deque takes the youngest item, a thief the oldest", () => {
    const owner = program("owner", (p) => p.repeat(3, (q) => q.pushBottom("d", "$n"), "n").set("full").popBottom("d", { into: "x" }).compute("1ns * $x"));
    const thief = program("thief", (p) => p.await("full").steal("d", { into: "x", then: (q) => q.compute("100ns * ($x + 1)") }));
    expect(ends({ programs: [owner, thief], threads: { owner: 1, thief: 1 }, deques: ["d"], flags: ["full"], cores: 2 })).toEqual([2, 100]);
  });
  it("a message takes its latency and the time of its bytes, one after the other on the line", () => {
    const sender = program("sender", (p) => p.send("c", 1, "100B").send("c", 2, "100B"));
    const receiver = program("receiver", (p) => p.receive("c", "x").receive("c", "y").compute("1ns * ($x + $y)"));
    expect(ends({ programs: [sender, receiver], threads: { sender: 1, receiver: 1 }, channels: { c: { latency: "20ns", bandwidth: "1GB/s" } }, cores: 2 })).toEqual([0, 223]);
  });
  it("who waits for a message, or for room to send, sleeps, or stays on its core and notices a line later", () => {
    const run = (waiting: "block" | "spin", capacity: number): number[] => {
      const sender = program("sender", (p) => p.compute("100ns").send("c", 1).send("c", 2));
      const receiver = program("receiver", (p) => p.receive("c", "x").compute("30ns").receive("c", "x"));
      return ends({ programs: [sender, receiver], threads: { sender: 1, receiver: 1 }, channels: { c: { capacity, waiting } }, cores: 2, threadCosts: { ...free, line: "4ns", park: "10ns", wakeLatency: "50ns" } });
    };
    expect(run("spin", 2)).toEqual([100, 134]);
    expect(run("block", 2)).toEqual([100, 180]);
    const late = (waiting: "block" | "spin"): number[] => {
      const sender = program("sender", (p) => p.send("c", 1).send("c", 2));
      const receiver = program("receiver", (p) => p.compute("100ns").receive("c", "x"));
      return ends({ programs: [sender, receiver], threads: { sender: 1, receiver: 1 }, channels: { c: { capacity: 1, waiting } }, cores: 2, threadCosts: { ...free, line: "4ns", park: "10ns", wakeLatency: "50ns" } });
    };
    expect(late("spin")).toEqual([104, 100]);
    expect(late("block")).toEqual([150, 100]);
  });
  it("who spins for a message keeps others from its core", () => {
    const share = (waiting: "block" | "spin"): number[] => ends({
      programs: [program("receiver", (p) => p.receive("c")), program("other", (p) => p.compute("50ns")), program("sender", (p) => p.compute("100ns").send("c"))],
      threads: { receiver: { affinity: 0 }, other: { affinity: 0 }, sender: { affinity: 1 } }, channels: { c: { waiting } }, cores: 2,
    });
    expect(share("spin")).toEqual([100, 150, 100]);
    expect(share("block")).toEqual([100, 50, 100]);
  });
});

describe("data races", () => {
  const run = (guarded: boolean): readonly string[] => {
    const worker = program("worker", (p) => p.compute("10ns * $i").add(...(guarded ? [{ lock: "m" }] : [])).read("x").compute("5ns").write("x").add(...(guarded ? [{ unlock: "m" }] : [])));
    return runThreads({ programs: [worker], threads: { worker: 2 }, locks: { m: "futex" }, data: { x: "64B" }, cores: 2 }).threads.findings.map(({ kind }) => kind);
  };
  it("are found where nothing orders two accesses, even if they were far apart in this run", () => {
    expect(run(false)).toContain("data-race");
    expect(run(true)).toEqual([]);
  });
  it("are not where a barrier, a flag, a message or a join orders them", () => {
    const first = program("first", (p) => p.write("x").set("f").barrier("b").send("c"));
    const second = program("second", (p) => p.await("f").write("x").barrier("b").receive("c").write("x"));
    expect(runThreads({ programs: [first, second], threads: { first: 1, second: 1 }, flags: ["f"], barriers: { b: 2 }, channels: ["c"], data: { x: "64B" }, cores: 2 }).threads.findings).toEqual([]);
    const parent = program("parent", (p) => p.write("x").spawn("child", 0, "t").join("$t").write("x"));
    const child = program("child", (p) => p.write("x"));
    expect(runThreads({ programs: [parent, child], threads: { parent: 1, child: 0 }, data: { x: "64B" }, cores: 2 }).threads.findings).toEqual([]);
  });
});
