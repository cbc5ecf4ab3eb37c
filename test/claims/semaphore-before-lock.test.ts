import { describe, expect, it } from "vitest";
import { runClaim } from "./run-claim.ts";

/** Time with a semaphore of so many permits before the lock, over that without one. */
async function ratio(lock: string, threads: number, permits = 2): Promise<number> {
  const run = (throttle: 0 | 1) => runClaim("semaphore-before-lock", { "threads.worker.with.throttle": throttle, "threads.worker.count": threads, "semaphores.gate": permits, "locks.table": lock });
  return (await run(1)).makespanNs / (await run(0)).makespanNs;
}

describe("claim: a semaphore that admits few threads eases contention", () => {
  it.each(["ticket", "mcs"])("holds before a %s lock with more threads than cores: who is next has no core, and all others spin", async (lock) => {
    for (const threads of [17, 24]) expect(await ratio(lock, threads)).toBeLessThan(0.02);
  });

  it("holds before a test-and-set lock, the more the more threads spin for it", async () => {
    expect(await ratio("test-and-set", 8)).toBeCloseTo(0.98, 1);
    expect(await ratio("test-and-set", 16)).toBeCloseTo(0.89, 1);
    expect(await ratio("test-and-set", 24)).toBeCloseTo(0.66, 1);
  });

  it("holds a little before one whose waiters give up spinning", async () => {
    for (const threads of [8, 16, 24]) {
      const share = await ratio("adaptive", threads);
      expect(share).toBeGreaterThan(0.9);
      expect(share).toBeLessThan(0.96);
    }
  });

  it("does not hold for locks in order with a core for each thread", async () => {
    for (const lock of ["ticket", "mcs"]) for (const threads of [8, 16]) expect(await ratio(lock, threads)).toBeGreaterThan(0.93);
  });

  it("does not hold before a lock whose waiters sleep: they do so either way", async () => {
    for (const threads of [8, 16, 24]) expect(Math.abs((await ratio("futex", threads)) - 1)).toBeLessThan(0.06);
  });

  it("does not hold with one permit: then it is the lock itself, of the slow kind", async () => {
    for (const lock of ["test-and-set", "futex", "adaptive"]) expect(await ratio(lock, 24, 1)).toBeGreaterThan(1.05);
  });
});
