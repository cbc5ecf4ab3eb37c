import { describe, expect, it } from "vitest";
import type { Metrics } from "../../src/trace/result.ts";
import { runClaim } from "./run-claim.ts";

/** `threads` threads, each on a core of its own, that want the data for `access` of every 95 us + `access`. */
const run = (guard: 0 | 1, threads: number, access: string): Promise<Metrics> =>
  runClaim("semaphore-or-none", { "threads.worker.with.guard": guard, "threads.worker.with.access": access, "threads.worker.count": threads });

const races = ({ threads }: Metrics): number => threads!.findings.filter(({ kind }) => kind === "data-race").length;
const price = async (threads: number, access: string): Promise<number> => (await run(1, threads, access)).makespanNs / (await run(0, threads, access)).makespanNs;

describe("claim: a semaphore around shared data, against none", () => {
  it("holds for what is right: without one accesses race, with one none do", async () => {
    for (const threads of [2, 8]) expect([races(await run(0, threads, "5us")) > 0, races(await run(1, threads, "5us"))]).toEqual([true, 0]);
  });

  it("holds for time nowhere: one never makes this run shorter", async () => {
    for (const threads of [2, 8, 16]) expect(await price(threads, "5us")).toBeGreaterThan(1);
  });

  it("costs little while the threads together want the data less than half of the time", async () => {
    expect(await price(8, "1us")).toBeLessThan(1.01);
    expect(await price(4, "5us")).toBeLessThan(1.02);
    expect(await price(8, "5us")).toBeCloseTo(1.033, 2);
  });

  it("makes the run serial where they want it more than all of the time", async () => {
    // 32 threads that want it 20 of 115 us each: 5.6 times what there is.
    expect(await price(32, "20us")).toBeGreaterThan(4.5);
    expect(await price(32, "20us")).toBeLessThan(7);
    expect(await price(32, "5us")).toBeGreaterThan(1.6);
  });
});
