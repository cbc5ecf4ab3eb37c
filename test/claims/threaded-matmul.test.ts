import { describe, expect, it } from "vitest";
import { cut, runClaim } from "./run-claim.ts";

const board = { use: "edge", without: ["npu0"] };
const xeon = { use: "dgx-1", without: ["cpu1", ...Array.from({ length: 8 }, (_, i) => `gpu${i}`)] };

/** Time saved by a product of m × k and k × n numbers on `threads` threads, beside one; 0 threads are as many as cores. */
async function saved([m, n, k]: readonly [number, number, number], threads: number, machine?: object): Promise<number> {
  const values = {
    "workload.graph.ops.product": { kind: "matmul", macs: m * n * k, read: `${4 * (m * k + k * n)}B`, output: `${4 * m * n}B`, shape: { m, n, k } },
    ...(machine && { machine }),
  };
  const run = (count: number) => runClaim("threaded-matmul", { ...values, "runtime.intra_op_num_threads": count });
  return cut(await run(1), await run(threads));
}

describe("claim: a threaded matrix product takes 30 to 50 % less time", () => {
  it("does not hold as the runtime is set by itself: 16 cores save 15/16", async () => {
    const one = await runClaim("threaded-matmul", { "runtime.intra_op_num_threads": 1 });
    expect(cut(one, await runClaim("threaded-matmul"))).toBeCloseTo(15 / 16, 2);
  });

  it.each([192, 512, 1024])("holds with two threads, at its upper end: %i × %i", async (n) => {
    const share = await saved([n, n, n], 2);
    expect(share).toBeGreaterThan(0.48);
    expect(share).toBeLessThanOrEqual(0.5);
  });

  it("is passed with three threads or more, where arithmetic is the limit", async () => {
    for (const threads of [3, 4, 8]) expect(await saved([1024, 1024, 1024], threads)).toBeCloseTo(1 - 1 / threads, 2);
  });

  it("holds where memory is the limit and one core can draw 50 to 70 % of its bandwidth", async () => {
    // Eight rows times 4096 × 4096 weights on a Raspberry Pi, with any number of threads.
    for (const threads of [2, 3, 0]) expect(await saved([8, 4096, 4096], threads, board)).toBeCloseTo(0.436, 2);
    // One row on 16 cores: 83.2 GB/s for all, 40 GB/s for one.
    expect(await saved([1, 4096, 4096], 0)).toBeCloseTo(1 - 40 / 83.2, 2);
  });

  it("holds in a narrow band of sizes, where the runtime thinks two threads enough", async () => {
    expect(await saved([160, 160, 160], 0)).toBeCloseTo(0.379, 2);
    expect(await saved([128, 128, 128], 0, xeon)).toBeCloseTo(0.38, 2);
  });

  it("saves nothing below that band", async () => {
    for (const n of [64, 128]) expect(Math.abs(await saved([n, n, n], 0))).toBeLessThan(0.02);
  });
});
