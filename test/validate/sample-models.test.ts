import { describe, expect, test } from "vitest";
import { importOnnx } from "../../src/graph/onnx/import-onnx.ts";
import { summarize } from "../../src/graph/summary.ts";
import { sampleModels } from "../../src/validate/sample-models.ts";

describe("networks that come along", () => {
  test.each(sampleModels)("$name is an ONNX file without surprises, and small", async ({ build }) => {
    const bytes = await build().bytes();
    const { graph, warnings, unknown } = await importOnnx(bytes);
    expect(warnings).toEqual([]);
    expect(unknown).toEqual([]);
    expect(bytes.length).toBeLessThan(20e6);
    expect(summarize(graph).macs).toBeGreaterThan(50e6);
    expect(Buffer.from(await build().bytes()).equals(bytes)).toBe(true);
  });
});
