import { join } from "node:path";
import { expect, it } from "vitest";
import { drawCharts, type Chart } from "./line-chart.ts";
import { cut, runClaim } from "./run-claim.ts";

const percent = (value: number): string => `${Math.round(value * 100)} %`;

async function points(xs: readonly number[], y: (x: number) => Promise<number>): Promise<[number, number][]> {
  const found: [number, number][] = [];
  for (const x of xs) found.push([x, await y(x)]);
  return found;
}

async function product(threads: readonly number[], [m, n, k]: readonly [number, number, number], machine?: object) {
  const run = (count: number) => runClaim("threaded-matmul", {
    "workload.graph.ops.product": { kind: "matmul", macs: m * n * k, read: `${4 * (m * k + k * n)}B`, output: `${4 * m * n}B`, shape: { m, n, k } },
    "runtime.intra_op_num_threads": count, ...(machine && { machine }),
  });
  const one = await run(1);
  return points(threads, async (count) => (count === 1 ? 0 : cut(one, await run(count))));
}

async function threadedMatmul(): Promise<Chart> {
  return {
    title: "A matrix product: time saved", xTitle: "threads", xTicks: [1, 2, 4, 8, 16], yTicks: [0, 0.25, 0.5, 0.75, 1], xText: String, yText: percent, xLogarithmic: true,
    claimed: { y: [0.3, 0.5], text: "claimed" },
    curves: [
      { name: "1024 × 1024", points: await product([1, 2, 3, 4, 8, 16], [1024, 1024, 1024]), label: { at: 4, dx: -8, dy: -8, end: true } },
      { name: "8 rows, Raspberry Pi", points: await product([1, 2, 3, 4], [8, 4096, 4096], { use: "edge", without: ["npu0"] }), label: { at: 1, dx: 14, dy: -5 } },
      { name: "160 × 160", points: await product([1, 2, 3, 4, 8, 16], [160, 160, 160]), label: { at: 5, dx: 0, dy: 16, end: true } },
    ],
  };
}

async function memoryNearlyFull(): Promise<Chart> {
  const time = async (allocator: string, capacityMiB: number) => (await runClaim("memory-nearly-full", { "memory.allocator": allocator, "memory.memories.gpu0.capacity": `${Math.floor(capacityMiB)}MiB` })).makespanNs;
  const peakMiB = 1666;
  const slowdown = async (allocator: string) => {
    const roomy = await time(allocator, 4 * peakMiB);
    return points([0.6, 0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.02, 1.1, 1.2], async (used) => (await time(allocator, peakMiB / used)) / roomy);
  };
  return {
    title: "A training step: time beside one with room", xTitle: "memory used at the peak", xTicks: [0.6, 0.8, 1, 1.2], yTicks: [0.75, 1, 1.25, 1.5, 1.75, 2], xText: percent, yText: (value) => `${value} ×`,
    claimed: { x: [0.8, 1.2], text: "claimed to be slow" },
    curves: [
      { name: "buddy", points: await slowdown("buddy"), label: { at: 5, dx: -6, dy: 0, end: true } },
      { name: "first-fit", points: await slowdown("first-fit"), label: { at: 9, dx: 0, dy: 18, end: true } },
      { name: "caching", points: await slowdown("caching"), label: { at: 8, dx: 6, dy: 16 } },
    ],
  };
}

async function threadsAtRunTime(): Promise<Chart> {
  const gain = async (tiles: number) => {
    const adjusted = await runClaim("threads-at-run-time", { "workload.generate.tiles": tiles });
    return points([1, 2, 4, 6, 8, 11, 16, 32], async (threads) => cut(await runClaim("threads-at-run-time", { "workload.generate.tiles": tiles, runtime: { use: "static-pool", threads } }), adjusted));
  };
  return {
    title: "A pool that adjusts itself: time saved", xTitle: "threads of the pool that it is compared with", xTicks: [1, 2, 4, 8, 16, 32], yTicks: [-0.25, 0, 0.25, 0.5, 0.75, 1], xText: String, yText: percent, xLogarithmic: true,
    claimed: { y: [0.5, 1], text: "claimed" },
    curves: [
      { name: "16 × 16 tiles", points: await gain(16), label: { at: 3, dx: 8, dy: -4 } },
      { name: "8 × 8 tiles", points: await gain(8), label: { at: 2, dx: -6, dy: 14, end: true } },
    ],
  };
}

it("docs/claims.svg is what the scenarios give", async () => {
  const svg = drawCharts("Three claims over the parameter that decides them", [await threadedMatmul(), await memoryNearlyFull(), await threadsAtRunTime()]);
  await expect(svg).toMatchFileSnapshot(join(import.meta.dirname, "../../docs/claims.svg"));
}, 60_000);
