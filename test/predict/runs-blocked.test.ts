import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseSamples } from "../../src/calibrate/sample.ts";
import { runsBlocked } from "../../src/predict/runs-blocked.ts";

describe("blocks of channels", () => {
  test("all convolutions that were measured with ONNX Runtime keep to it", () => {
    const { samples } = parseSamples(readFileSync("calibration/raw/amd-epyc-zen4-vm2/ort.jsonl", "utf8"));
    const convolutions = samples.filter(({ kind }) => kind === "conv" || kind === "depthwise-conv");
    const wrong = convolutions.filter((sample) => runsBlocked(sample) !== (sample.variant?.startsWith("nchwc") ?? false));
    expect(wrong).toEqual([]);
    // Both are there, or the rule would not be tried.
    expect(new Set(convolutions.map(runsBlocked))).toEqual(new Set([true, false]));
  });
  test("nothing else, and no volumes", () => {
    expect(runsBlocked({ kind: "matmul", shape: { cIn: 16, cOut: 16 } })).toBe(false);
    expect(runsBlocked({ kind: "conv", shape: { cIn: 16, cOut: 16, d: 8 } })).toBe(false);
  });
});
