import { describe, expect, it } from "vitest";
import { runClaim } from "./run-claim.ts";

const totalMiB = 64 * 1024;
const threads = 8;

/** Seconds of a step with this share of the memory used, and a data set of so many MiB that is read in every step. */
async function step(used: number, samplesMiB: number): Promise<number> {
  const { threads: metrics } = await runClaim("host-memory-nearly-full", {
    "threads.step.with": { own: `${Math.floor((used * totalMiB) / threads)}MiB`, reads: samplesMiB > 0 ? 1 : 0 },
    ...(samplesMiB > 0 && { "data.samples.bytes": `${samplesMiB / threads}MiB`, "programs.sweep[1].then[0].compute.bytes": `${samplesMiB / threads}MiB` }),
  });
  return metrics!.spans.find(({ name }) => name === "steps")!.meanNs / 1e9;
}

describe("claim: above 80 % of memory used a step slows sharply, on a host", () => {
  it.each([[0.2, 13120], [0.1, 6560], [0.4, 26240]])("holds at what a data set leaves that is read in every step: %d of the memory", async (share, samplesMiB) => {
    const [below, above] = [await step(1 - share - 0.01, samplesMiB), await step(1 - share + 0.01, samplesMiB)];
    expect(above / below).toBeGreaterThan(2.5);
  });

  it("takes nearly five times as long at 81 % as at 79 %, with a data set of a fifth", async () => {
    expect((await step(0.806, 13120)) / (await step(0.793, 13120))).toBeCloseTo(4.9, 0);
  });

  it("does not hold without one: a step takes as long as what it sweeps over, up to 100 %", async () => {
    const half = await step(0.5, 0);
    for (const used of [0.79, 0.81, 0.9, 0.99]) expect((await step(used, 0)) / half).toBeCloseTo(used / 0.5, 1);
  });

  it("slows above 100 %, where pages go to the disk", async () => {
    const full = await step(1, 0);
    expect((await step(1.05, 0)) / full).toBeGreaterThan(1.25);
    expect((await step(1.1, 0)) / full).toBeGreaterThan(2.5);
  });
});
