import { describe, expect, it } from "vitest";
import type { Metrics } from "../../src/trace/result.ts";
import { cut, runClaim } from "./run-claim.ts";

const run = (scheduler: string, rounds = 16, inFlight = Math.min(rounds, 4)): Promise<Metrics> =>
  runClaim("unequal-load-four-gpus", { scheduler, "workload.instances": rounds, "workload.inFlight": inFlight });
const busy = ({ devices }: Metrics): number[] => devices.map(({ utilization }) => utilization);

describe("claim: unequal load over four GPUs leaves some idle, and balancing by utilisation mends it", () => {
  it("dealt out in turn, three of them idle most of the time", async () => {
    const shares = busy(await run("round-robin"));
    [1, 0.127, 0.251, 0.501].forEach((share, i) => expect(shares[i]).toBeCloseTo(share, 2));
  });

  it("by utilisation, all are busy for more than 90 %, in half the time", async () => {
    const balanced = await run("balance");
    expect(Math.min(...busy(balanced))).toBeGreaterThan(0.9);
    expect(balanced.utilization).toBeCloseTo(0.968, 2);
    expect(cut(await run("round-robin"), balanced)).toBeCloseTo(0.515, 2);
  });

  it("mends it where operator times spread by 30 % too", async () => {
    for (const seed of [1, 2]) expect((await runClaim("unequal-load-four-gpus", { noise: "30%", seed })).utilization).toBeGreaterThan(0.88);
  });

  it("needs no measured utilisation: whoever is free, or ends first, does the same", async () => {
    const { makespanNs } = await run("balance");
    for (const scheduler of ["fifo", "mct"]) expect((await run(scheduler)).makespanNs).toBe(makespanNs);
  });

  it("mends nothing where each GPU gets one piece, and little where it gets two", async () => {
    expect((await run("balance", 1)).makespanNs).toBe((await run("round-robin", 1)).makespanNs);
    expect(Math.min(...busy(await run("balance", 2)))).toBeLessThan(0.6);
    expect(Math.min(...busy(await run("balance", 4)))).toBeGreaterThan(0.7);
  });

  it("mends nothing where each round waits for the one before", async () => {
    const [inTurn, balanced] = [await run("round-robin", 16, 1), await run("balance", 16, 1)];
    expect(cut(inTurn, balanced)).toBeLessThan(0.01);
    // It spreads the load over time all the same: no GPU has more than its part.
    expect(Math.max(...busy(balanced))).toBeLessThan(0.6);
  });

  it("finds nothing to mend where the pieces are equal", async () => {
    const piece = { kind: "conv", flops: 2.63e11, read: "749MiB", output: "62.5KiB", dtype: "f16" };
    const result = await runClaim("unequal-load-four-gpus", { scheduler: "round-robin", "workload.graph.ops": { a: piece, b: piece, c: piece, d: piece } });
    for (const share of busy(result)) expect(share).toBeCloseTo(1, 2);
  });

  it("harms where pieces depend on each other: tensors follow from GPU to GPU", async () => {
    const [balanced, dataAware] = [await runClaim("smart-scheduling", { scheduler: "balance" }), await runClaim("smart-scheduling", { scheduler: "dmda" })];
    expect(balanced.makespanNs / dataAware.makespanNs).toBeGreaterThan(2.5);
    expect(balanced.utilization).toBeLessThan(0.4);
  });
});
