import { describe, expect, it } from "vitest";
import { ort } from "../../../src/calibrate/backends/ort.ts";
import type { Outcome } from "../../../src/calibrate/measure/messages.ts";
import { operatorKernels } from "../../../src/calibrate/kernel-list.ts";
import { opOfKernel } from "../../../src/calibrate/op-of-kernel.ts";
import type { Kernel } from "../../../src/calibrate/sample.ts";

const available = await ort.available();
const options = { least: 2, most: 3, tightness: 1, budgetMs: 0, seed: 1 };

async function measure(kernels: readonly Kernel[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of ort.measure(kernels, options)) outcomes.push(outcome);
  return outcomes;
}

describe.skipIf(!available.ok)("ONNX Runtime", () => {
  it("computes every kind of kernel right, and gives its times", { timeout: 60_000 }, async () => {
    // The first small kernel of each kind and variant: its result is held against plain JavaScript.
    const seen = new Set<string>();
    const kernels = operatorKernels().filter((kernel) => {
      const { flops, readBytes, writeBytes } = opOfKernel(kernel);
      const name = `${kernel.kind}|${kernel.variant}`;
      return flops < 1e6 && readBytes + writeBytes < 1e6 && !seen.has(name) && seen.add(name);
    });
    expect(seen.size).toBeGreaterThan(35);
    const outcomes = await measure(kernels.map((kernel) => ({ ...kernel, threads: 1 })));
    expect(outcomes.filter((outcome) => "failure" in outcome)).toEqual([]);
    for (const outcome of outcomes) {
      if ("failure" in outcome) continue;
      expect(outcome.ns.length).toBeGreaterThanOrEqual(2);
      expect(outcome.ns.every((ns) => ns > 0 && ns < 1e9)).toBe(true);
    }
    const measured = new Set(outcomes.map(({ kind }) => kind));
    for (const { kind } of kernels) expect(measured, kind).toContain(kind);
  });

  it("says what a run takes by itself", async () => {
    const outcomes = await measure([{ kind: "run.nodes", shape: { nodes: 16 }, dtype: "f32", threads: 1 }]);
    expect(outcomes).toMatchObject([{ kind: "run.nodes", shape: { nodes: 16 } }]);
  });

  it("says which extents it cannot run", async () => {
    const [outcome] = await measure([{ kind: "max-pool", shape: { inputs: 7, outputs: 3, window: 4 }, dtype: "f32", threads: 1 }]);
    expect(outcome).toMatchObject({ failure: "no operator of ONNX Runtime has these extents" });
  });
});
