import { describe, expect, it } from "vitest";
import { runThreads } from "./run-threads.ts";

const watch = { livelock: "1ms", starvation: "5ms" };
const outcomeOf = (input: Parameters<typeof runThreads>[0]) => runThreads({ ...input, watch }, "fifo").threads.outcome;

describe("who looks out for runs that get nowhere", () => {
  it("says of those that are left since when they have waited, where others went on for a while", () => {
    const outcome = outcomeOf({ programs: { a: [{ compute: "1us" }, { receive: "x" }], b: [{ compute: "5us" }, { receive: "x" }] }, threads: { a: 1, b: 1 }, channels: { x: {} }, cores: 2 });
    expect(outcome?.message).toBe("deadlock: nothing can move any more since 5.00 µs:\n  a waits for x since 1.00 µs\n  b waits for x");
  });

  it("calls it a deadlock where nothing can happen any more, however short the windows are", () => {
    expect(outcomeOf({ programs: { taker: [{ compute: "3us" }, { pop: "q" }] }, threads: { taker: 2 }, queues: { q: {} }, cores: 2 })).toMatchObject({ kind: "deadlock", atNs: 3000 });
  });

  it.each(["round-robin", "fifo"])("ends the run when nothing can happen any more, not when slices end that mean nothing: %s", (policy) => {
    const options = policy === "fifo" ? {} : { with: { quantum: 100_000 } };
    const { threads } = runThreads({ programs: { taker: [{ compute: "3us" }, { pop: "q" }] }, threads: { taker: 2 }, queues: { q: {} }, cores: 2 }, policy, options);
    expect([threads.outcome?.kind, threads.outcome?.atNs, threads.endTicks]).toEqual(["deadlock", 3000, 3000]);
    expect([...threads.table.ranTicks]).toEqual([3000, 3000]);
  });

  it("takes threads for stuck that spin in turns, and nobody else can do anything", () => {
    const { threads } = runThreads({ programs: { taker: [{ compute: "3us" }, { pop: "q" }] }, threads: { taker: 3 }, queues: { q: { waiting: "spin" } }, cores: 2 }, "round-robin", { with: { quantum: 10_000 } });
    expect([threads.outcome?.kind, threads.outcome?.atNs]).toEqual(["deadlock", threads.endTicks]);
    // The third taker gets a core when the first slice ends; the one that gave way for it has its next turn before 40 µs.
    expect(threads.endTicks).toBeGreaterThanOrEqual(13_000);
    expect(threads.endTicks).toBeLessThan(40_000);
    // Who spins without its core does not see that the lock is free until it has its turn.
    const lock = (name: string) => [{ lock: name }, { compute: "5us" }, { unlock: name }];
    const turns = runThreads({ programs: { a: [...lock("m"), { pop: "q" }], b: [...lock("m"), { push: "q" }] }, threads: { a: 1, b: 1 }, locks: { m: { kind: "test-and-set" } }, queues: { q: { waiting: "spin" } }, cores: 1 }, "round-robin", { with: { quantum: 2_000 } });
    expect(turns.threads.outcome).toBeUndefined();
    // Somebody who still computes is waited for.
    const helped = runThreads({ programs: { taker: [{ pop: "q" }], giver: [{ compute: "95us" }, { push: "q" }] }, threads: { taker: 1, giver: 1 }, queues: { q: { waiting: "spin" } }, cores: 1 }, "round-robin", { with: { quantum: 10_000 } });
    expect(helped.threads.outcome).toBeUndefined();
  });

  it("calls it a livelock where threads run, and goes on looking as long as something may come", () => {
    const waiting = { programs: { taker: [{ pop: "q" }] }, threads: { taker: 1 }, cores: 1 };
    expect(outcomeOf({ programs: { spin: [{ repeat: "forever", do: [{ compute: "1us" }, { if: "$i > 0", then: ["break"] }] }] }, threads: { spin: 1 }, cores: 1 })).toMatchObject({ kind: "livelock" });
    expect(outcomeOf({ ...waiting, programs: { ...waiting.programs, maker: [{ sleep: "20ms" }, { push: "q" }] }, threads: { taker: 1, maker: 1 }, queues: { q: {} } })).toMatchObject({ kind: "livelock" });
    expect(outcomeOf({ ...waiting, programs: { ...waiting.programs, maker: [{ sleep: "900us" }, { push: "q" }] }, threads: { taker: 1, maker: 1 }, queues: { q: {} } })).toBeUndefined();
  });
});
