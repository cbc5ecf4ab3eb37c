import { describe, expect, it } from "vitest";
import { cut, runClaim } from "./run-claim.ts";

const machines = { workstation: { use: "workstation", without: ["gpu0"] }, board: { use: "edge", without: ["npu0"] }, server: { use: "server", without: ["cpu1"] } };

/** Times of the forward pass, the backward pass, and both. */
async function passes(inter: number, intra: number, machine: object = machines.workstation): Promise<readonly number[]> {
  const { tasks, makespanNs } = await runClaim("forward-backward", { machine, "runtime.inter_op_parallelism_threads": inter, "runtime.intra_op_parallelism_threads": intra });
  const forwardNs = [...tasks].find(({ name }) => name === "loss")!.startNs!;
  return [forwardNs, makespanNs - forwardNs, makespanNs];
}

/** Shares of these times that are saved beside one thread. */
async function saved(inter: number, intra: number, machine?: object): Promise<readonly number[]> {
  const one = await passes(1, 1, machine);
  return (await passes(inter, intra, machine)).map((ns, i) => 1 - ns / one[i]!);
}

/** The network of the scenario with another number of layers. */
function perceptron(layers: number) {
  const product = { kind: "matmul", macs: 268435456, read: "5MiB", output: "1MiB", shape: { m: 256, n: 1024, k: 1024 } };
  const ops: Record<string, object> = { loss: { kind: "loss-grad", flops: 524288, read: "1MiB", output: "1MiB" } };
  const edges: string[] = [];
  const before = (layer: number) => (layer === layers ? "loss" : `inputs${layer + 1}`);
  for (let layer = 1; layer <= layers; layer++) {
    ops[`forward${layer}`] = ops[`weights${layer}`] = product;
    edges.push(`forward${layer} -> ${layer === layers ? "loss" : `forward${layer + 1}`}`, `${before(layer)} -> weights${layer}`);
    if (layer === 1) continue;
    ops[`inputs${layer}`] = product;
    edges.push(`${before(layer)} -> inputs${layer}`);
  }
  return { ops, edges };
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

  it.each([2, 3, 12])("holds at any depth: %i layers", async (layers) => {
    const run = (inter: number) => runClaim("forward-backward", { "workload.graph": perceptron(layers), "runtime.inter_op_parallelism_threads": inter, "runtime.intra_op_parallelism_threads": 1 });
    const share = cut(await run(1), await run(2));
    expect(share).toBeCloseTo(1 - (2 * layers) / (3 * layers - 1), 2);
    expect(share).toBeGreaterThan(0.199);
    expect(share).toBeLessThan(1 / 3);
  });

  it("does not hold with threads inside operators: each saves its part of both passes", async () => {
    for (const threads of [2, 4]) for (const share of await saved(1, threads)) expect(share).toBeCloseTo(1 - 1 / threads, 2);
    for (const share of await saved(1, 0)) expect(share).toBeGreaterThan(0.93);
  });

  it("does not hold for the default, a thread of both kinds for each core: nearly as much as those inside operators alone", async () => {
    const [, , both] = await saved(0, 0);
    expect(both).toBeGreaterThan(0.9);
  });
});
