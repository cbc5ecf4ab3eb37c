import { describe, expect, it } from "vitest";
import { runClaim } from "./run-claim.ts";

const machines = { workstation: { use: "workstation", without: ["gpu0"] }, board: { use: "edge", without: ["npu0"] }, server: { use: "server", without: ["cpu1"] } };

/** Times of the forward pass, the backward pass, and both. */
async function passes(inter: number, intra: number, machine: object = machines.workstation): Promise<readonly number[]> {
  const { tasks, makespanNs } = await runClaim("forward-backward", { machine, "runtime.inter_op_parallelism_threads": inter, "runtime.intra_op_parallelism_threads": intra });
  const { startNs } = [...tasks].find(({ name }) => name === "loss")!;
  return [startNs, makespanNs - startNs, makespanNs];
}

/** Shares of these times that are saved beside one thread. */
async function saved(inter: number, intra: number, machine?: object): Promise<readonly number[]> {
  const one = await passes(1, 1, machine);
  return (await passes(inter, intra, machine)).map((ns, i) => 1 - ns / one[i]!);
}

describe("claim: threads take 20 to 40 % off the forward and backward passes", () => {
  it.each(Object.entries(machines))("holds for both together with threads between operators, however many: %s", async (_, machine) => {
    for (const threads of [2, 4]) {
      const [forward, backward, both] = await saved(threads, 1, machine);
      // 6 + 11 products one after the other, or 6 + 6 with the gradients of weights and inputs side by side.
      expect(both).toBeCloseTo(1 - 12 / 17, 2);
      expect(forward).toBeCloseTo(0, 3);
      expect(backward).toBeCloseTo(1 - 6 / 11, 2);
    }
  });

  it("does not hold with threads inside operators: each saves its part of both passes", async () => {
    for (const threads of [2, 4]) for (const share of await saved(1, threads)) expect(share).toBeCloseTo(1 - 1 / threads, 2);
    for (const share of await saved(1, 0)) expect(share).toBeGreaterThan(0.93);
  });

  it("comes out of a mistake too: as many threads between operators as inside them, twice the cores", async () => {
    const [, , both] = await saved(0, 0);
    expect(both).toBeGreaterThan(0.2);
    expect(both).toBeLessThan(0.45);
  });
});
