import { describe, expect, it } from "vitest";
import { runClaim } from "./run-claim.ts";

/** Time with a semaphore of so many permits before the lock, over that without one. */
async function ratio(lock: string, threads: number, permits = 4): Promise<number> {
  const run = (throttle: 0 | 1) => runClaim("semaphore-before-lock", { "threads.worker.with.throttle": throttle, "threads.worker.count": threads, "semaphores.gate": permits, "locks.table": lock });
  return (await run(1)).makespanNs / (await run(0)).makespanNs;
}

describe("claim: a semaphore that admits few threads eases contention", () => {
  it.each(["ticket", "mcs"])("holds before a %s lock with more threads than cores: who is next has no core, and all others spin", async (lock) => {
    for (const threads of [12, 16]) expect(await ratio(lock, threads)).toBeLessThan(0.02);
  });

  it("holds a little before locks that need no order, or spin only for a while", async () => {
    expect(await ratio("test-and-set", 16)).toBeLessThan(0.95);
    expect(await ratio("adaptive", 16)).toBeGreaterThan(0.85);
    expect(await ratio("adaptive", 16)).toBeLessThan(1);
  });

  it("does not hold with a core for each thread: no lock gains 5 %", async () => {
    for (const lock of ["test-and-set", "ticket", "mcs", "futex", "adaptive"]) expect(await ratio(lock, 8)).toBeGreaterThan(0.95);
  });

  it("does not hold before a lock whose waiters sleep: they wait twice", async () => {
    for (const threads of [8, 16]) expect(await ratio("futex", threads)).toBeGreaterThan(1);
  });

  it("does not hold with one permit: then it is a lock of its own, the slow kind", async () => {
    for (const lock of ["test-and-set", "futex", "adaptive"]) expect(await ratio(lock, 16, 1)).toBeGreaterThan(1);
  });
});
