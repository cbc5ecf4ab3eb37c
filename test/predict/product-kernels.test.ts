import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { matmul } from "../../src/graph/catalogue.ts";
import type { OpClass } from "../../src/graph/graph.ts";
import { productKernels } from "../../src/predict/product-kernels.ts";
import { predictRun } from "../../src/predict/predict-run.ts";
import { entry, fakeProfile } from "./fake-profile.ts";

const graphOf = (variant?: string, weight = true) => {
  const builder = new GraphBuilder("product");
  builder.op({ ...matmul({ m: 1000, n: 100, k: 50, weight }), ...(variant && { variant }) });
  return builder.build();
};
const opOf = (variant?: string, weight?: boolean): OpClass => graphOf(variant, weight).classes[0]!;
/** A product of 10⁷ flops takes 10⁷ / rate ns. */
const gpu = (weightRate: number, batchRate: number) => fakeProfile([
  entry("matmul", { fixedNs: 5000, flopsPerNs: weightRate }, { variant: "weight" }), entry("matmul", { fixedNs: 9000, flopsPerNs: batchRate }),
], { kind: "gpu" });
const latency = async (profile: ReturnType<typeof gpu>, variant?: string, weight?: boolean): Promise<number> => (await predictRun({ graph: graphOf(variant, weight), profile, setting: { executor: "sequential", intraThreads: 1, interThreads: 1 } })).latencyNs;

describe("kernels of a product", () => {
  it("with a weight: transposed ones have their own, others two", () => {
    expect(productKernels(opOf("weight"))!.map(({ variant }) => variant)).toEqual(["weight"]);
    expect(productKernels(opOf())!.map(({ variant, parameterBytes }) => [variant, parameterBytes])).toEqual([["weight", 4 * (100 * 50 + 100)], [undefined, 0]]);
  });
  it("of activations: nothing to choose", () => {
    expect(productKernels(opOf(undefined, false))).toBeUndefined();
    expect(productKernels(opOf("transposed"))).toBeUndefined();
  });
  it("a prediction takes the faster one where both were measured", async () => {
    // With its bias, the kernel for weights has 1 % more to do.
    expect(await latency(gpu(100, 200))).toBeCloseTo(9000 + 1e7 / 200, 3);
    expect(await latency(gpu(100, 50))).toBeCloseTo(5000 + 1.01e7 / 100, 3);
    expect(await latency(gpu(100, 200), "weight")).toBeCloseTo(5000 + 1.01e7 / 100, 3);
    expect(await latency(gpu(100, 50), undefined, false)).toBeCloseTo(9000 + 1e7 / 50, 3);
  });
});
