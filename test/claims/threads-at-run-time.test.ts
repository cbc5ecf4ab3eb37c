import { describe, expect, it } from "vitest";
import type { Metrics } from "../../src/trace/result.ts";
import { cut, runClaim } from "./run-claim.ts";

const dynamic = (tiles = 16): Promise<Metrics> => runClaim("threads-at-run-time", { "workload.generate.tiles": tiles });
const fixed = (threads: number, tiles = 16): Promise<Metrics> => runClaim("threads-at-run-time", { "workload.generate.tiles": tiles, runtime: { use: "static-pool", threads } });
const busy = ({ threads }: Metrics): number => threads!.utilization.compute;

describe("claim: adjusting the number of threads at run time lifts utilisation above 80 % and cuts time by 50 % or more", () => {
  it("holds beside up to seven threads for good on 16 cores", async () => {
    const adjusted = await dynamic();
    expect(busy(adjusted)).toBeCloseTo(0.875, 2);
    const few = await fixed(4);
    expect(busy(few)).toBeCloseTo(0.247, 2);
    expect(cut(few, adjusted)).toBeCloseTo(0.717, 2);
    expect(cut(await fixed(7), adjusted)).toBeGreaterThan(0.5);
    expect(cut(await fixed(8), adjusted)).toBeLessThan(0.5);
  });

  it("holds where operator times spread by 30 %", async () => {
    const noise = { noise: "30%", seed: 1 };
    expect(cut(await runClaim("threads-at-run-time", { ...noise, runtime: { use: "static-pool", threads: 4 } }), await runClaim("threads-at-run-time", noise))).toBeCloseTo(0.717, 1);
  });

  it("gains nothing beside a thread for each core, nor beside four for each: who sleeps costs nothing", async () => {
    const adjusted = await dynamic();
    for (const threads of [16, 64]) expect(Math.abs(cut(await fixed(threads), adjusted))).toBeLessThan(0.03);
  });

  it.each([[4, 0.2], [8, 0.5], [12, 0.8]])("stays below 80 % where there is less to do at once: %i × %i tiles", async (tiles, most) => {
    expect(busy(await dynamic(tiles))).toBeLessThan(most);
  });

  it("loses a third on the smallest: threads are started too late", async () => {
    expect(cut(await fixed(16, 4), await dynamic(4))).toBeLessThan(-0.2);
  });

  it("nearly holds beside one thread too many, where work is dealt out evenly: two share a core, and all wait for them", async () => {
    const team = (count: number) => runClaim("forward-backward", { runtime: { use: "openmp", OMP_NUM_THREADS: count } });
    const [crowded, fitting, twice] = [await team(17), await team(16), await team(32)];
    expect(cut(crowded, fitting)).toBeCloseTo(0.48, 1);
    expect([busy(crowded) < 0.55, busy(fitting) > 0.95]).toEqual([true, true]);
    // Twice as many are even again.
    expect(cut(twice, fitting)).toBeLessThan(0.2);
  });
});
