import { describe, expect, it } from "vitest";
import { runClaim } from "./run-claim.ts";

const peakMiB = 1666;

/** Time of the step when this share of the memory is used at the peak, beside one with room to spare. */
async function slowdown(used: number, allocator: string, onFull: string = "spill", machine: string | object = "workstation"): Promise<number> {
  const run = (capacityMiB: number) => runClaim("memory-nearly-full", { machine, "memory.allocator": allocator, "memory.onFull": onFull, "memory.memories.gpu0.capacity": `${Math.floor(capacityMiB)}MiB` });
  return (await run(peakMiB / used)).makespanNs / (await run(4 * peakMiB)).makespanNs;
}

describe("claim: above 80 % of memory used the step slows sharply", () => {
  it("has the peak that its description says", async () => {
    const { memory } = await runClaim("memory-nearly-full");
    expect(memory!.find(({ name }) => name.startsWith("gpu0"))!.peakLiveBytes).toBe(peakMiB * 2 ** 20);
  });

  it.each(["first-fit", "best-fit", "caching"])("does not hold with %s: not a nanosecond up to 99 %", async (allocator) => {
    for (const used of [0.5, 0.8, 0.9, 0.95, 0.99]) expect([used, await slowdown(used, allocator)]).toEqual([used, 1]);
  });

  it("slows above 100 %, and how sharply depends on how room is found", async () => {
    expect(await slowdown(1.02, "first-fit")).toBeGreaterThan(1.5);
    expect(await slowdown(1.02, "caching")).toBeCloseTo(1.1, 1);
    expect(await slowdown(1.02, "best-fit")).toBeLessThan(1.05);
    expect(await slowdown(1.4, "best-fit")).toBeGreaterThan(1.6);
  });

  it("holds with buddy, whose powers of two leave 23 % empty", async () => {
    expect(await slowdown(0.75, "buddy")).toBe(1);
    expect(await slowdown(0.8, "buddy")).toBeCloseTo(1.07, 1);
    expect(await slowdown(0.9, "buddy")).toBeGreaterThan(1.15);
    expect(await slowdown(0.95, "buddy")).toBeGreaterThan(1.7);
  });

  it("does not hold with buddy either where the link keeps up: an A100, four times as slow in f32", async () => {
    const machine = { use: "dgx-a100", without: ["cpu1", ...[1, 2, 3, 4, 5, 6, 7].map((i) => `gpu${i}`)] };
    for (const used of [0.8, 0.95]) expect(await slowdown(used, "buddy", "spill", machine)).toBe(1);
    expect(await slowdown(1, "buddy", "spill", machine)).toBeCloseTo(1.1, 1);
  });

  it("ends the run where there is nowhere to go: a memory that CPU and GPU share", async () => {
    await expect(slowdown(1.02, "caching", "spill", "laptop")).rejects.toThrow("is full");
  });

  it("is no cliff where tensors are made again instead of moved", async () => {
    expect(await slowdown(0.95, "buddy", "recompute")).toBeLessThan(1.02);
    for (const used of [1.02, 1.4]) expect(await slowdown(used, "best-fit", "recompute")).toBeLessThan(1.03);
  });
});
