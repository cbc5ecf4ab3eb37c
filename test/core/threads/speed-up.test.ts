import { describe, expect, it } from "vitest";
import { loopPolicies } from "../../../src/loops/index.ts";
import { ProgramBuilder } from "../../../src/programs/index.ts";
import { runThreads } from "./run-threads.ts";

/** One thread does the serial part, then all share the iterations, which take 1 µs each. */
function makespan(serialUs: number, iterations: number, workers: number, policy = "static"): number {
  const worker = new ProgramBuilder("worker").if("$i == 0", (p) => p.compute(`1us * ${serialUs}`)).parallel("l", { iterations, each: "1us", worker: "$i", workers });
  return runThreads({ programs: [worker], threads: { worker: workers }, loops: { l: { policy: { use: policy } } }, cores: workers }, "fifo").makespan / 1000;
}

describe("speed-up", () => {
  it.each([1, 2, 4, 5, 8, 20, 40])("Amdahl: %i workers speed a run up by 1 / (s + (1 − s) / p)", (p) => {
    // 10 of 50 µs are serial: s = 0.2.
    expect(50 / makespan(10, 40, p)).toBeCloseTo(1 / (0.2 + 0.8 / p), 9);
  });
  it.each([1, 2, 4, 16])("Gustafson: with work that grows with the workers, %i of them do s + (1 − s) p times the work in one time", (p) => {
    expect(makespan(10, 40 * p, p)).toBe(50);
    expect((10 + 40 * p) / 50).toBeCloseTo(0.2 + 0.8 * p, 9);
  });
  it.each(loopPolicies.names)("%s gives every iteration to somebody: 37 on 5 cannot take less than ⌈37 / 5⌉, nor more than all", (policy) => {
    const time = makespan(0, 37, 5, policy);
    expect(time).toBeGreaterThanOrEqual(8);
    expect(time).toBeLessThan(37);
  });
});
