import { describe, expect, it } from "vitest";
import type { Metrics } from "../../src/trace/result.ts";
import { runClaim } from "./run-claim.ts";

const run = (scheduler: string, values: Readonly<Record<string, unknown>> = {}): Promise<Metrics> => runClaim("smart-scheduling", { scheduler, ...values });
const gain = (before: Metrics, after: Metrics): number => after.efficiency! / before.efficiency! - 1;

describe("claim: smart assignment and scheduling raise efficiency by 30 % and utilisation above 90 %", () => {
  it("holds for many jobs of a chain of operators on four GPUs: 37 % to 97 %", async () => {
    const [naive, smart] = [await run("round-robin"), await run("heft")];
    expect(naive.utilization).toBeCloseTo(0.373, 2);
    expect(smart.utilization).toBeCloseTo(0.972, 2);
    expect(gain(naive, smart)).toBeCloseTo(1.606, 1);
    for (const scheduler of ["work-stealing", "dmda"]) expect((await run(scheduler)).utilization).toBeGreaterThan(0.9);
  });

  it("holds where operator times spread by 30 %", async () => {
    const noise = { noise: "30%", seed: 1 };
    expect((await run("round-robin", noise)).utilization).toBeLessThan(0.4);
    expect((await run("heft", noise)).utilization).toBeGreaterThan(0.9);
  });

  it("gains nothing on a queue of jobs where no more are in flight than there are GPUs: that is above 90 % already", async () => {
    const [queue, smart] = [await run("fifo", { "workload.inFlight": 4 }), await run("heft", { "workload.inFlight": 4 })];
    expect(queue.utilization).toBeGreaterThan(0.9);
    expect(gain(queue, smart)).toBeLessThan(0.02);
  });

  it("gains nothing where operators are large and many are ready: a Cholesky factorization", async () => {
    const workload = { generate: { family: "cholesky", tiles: 16, tile: 2048 } };
    const naive = await run("round-robin", { workload });
    expect(naive.utilization).toBeGreaterThan(0.95);
    for (const scheduler of ["heft", "dmdas"]) expect(gain(naive, await run(scheduler, { workload }))).toBeLessThan(0.03);
  });

  it.each([[1, 0.25], [2, 0.5], [3, 0.75]])("leaves utilisation low with %i jobs at once, whoever schedules", async (inFlight, most) => {
    for (const scheduler of ["heft", "dmda", "work-stealing"]) expect((await run(scheduler, { "workload.inFlight": inFlight })).utilization).toBeLessThanOrEqual(most + 1e-9);
  });

  it("is no measure of a good schedule on unlike devices: the faster run is the idler one", async () => {
    const [stealing, smart] = [await run("work-stealing", { machine: "mixed" }), await run("heft", { machine: "mixed" })];
    expect(stealing.makespanNs / smart.makespanNs).toBeGreaterThan(10);
    expect(stealing.utilization).toBeGreaterThan(0.5);
    expect(smart.utilization).toBeLessThan(0.4);
  });
});
