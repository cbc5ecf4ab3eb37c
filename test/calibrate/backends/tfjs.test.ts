import { describe, expect, it } from "vitest";
import { tfjsBackends } from "../../../src/calibrate/backends/tfjs.ts";
import { callOf } from "../../../src/calibrate/backends/tfjs/suite.ts";
import { operatorKernels } from "../../../src/calibrate/kernel-list.ts";
import { opOfKernel } from "../../../src/calibrate/op-of-kernel.ts";
import type { Outcome } from "../../../src/calibrate/measure/messages.ts";

const wasm = tfjsBackends.find(({ name }) => name === "tfjs-wasm")!;
const available = await wasm.available();

describe("TensorFlow.js", () => {
  it("says of an engine that is not there why, and what to install", async () => {
    for (const backend of tfjsBackends) {
      const found = await backend.available();
      if (!found.ok) expect([found.why, found.install]).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/\w/)]);
    }
  });

  it.skipIf(!available.ok)("computes every kind of kernel right in WebAssembly", { timeout: 60_000 }, async () => {
    const kinds = new Set<string>();
    const kernels = operatorKernels().filter((kernel) => callOf(kernel) !== undefined && opOfKernel(kernel).flops < 1e5 && !kinds.has(kernel.kind) && kinds.add(kernel.kind));
    expect(kinds.size).toBeGreaterThan(15);
    const outcomes: Outcome[] = [];
    for await (const outcome of wasm.measure(kernels, { least: 3, most: 3, tightness: 1, budgetMs: 0, seed: 1 })) outcomes.push(outcome);
    expect(outcomes).toHaveLength(kernels.length);
    expect(outcomes.filter((outcome) => "failure" in outcome && /wrong/.test(outcome.failure))).toEqual([]);
  });
});
