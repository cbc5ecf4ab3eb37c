import { describe, expect, test } from "vitest";
import type { SpeedAround } from "../../src/calibrate/speed/speed-around.ts";
import { judge, medianErrorAt, type ValidatedRun } from "../../src/validate/judge.ts";
import { speedLines, speedWarning, validatedSpeed } from "../../src/validate/validated-speed.ts";
import { formatValidation } from "../../src/validate/validation-text.ts";

/** Predictions are a fifth too short, but for one. */
const runs = [100, 200, 300].map((ms, i): ValidatedRun => ({
  model: `m${i}`, setting: { executor: "sequential", intraThreads: 1, interThreads: 1 }, measuredNs: ms * 1e6, apart: 0.01, predictedNs: (i === 0 ? 1 : 0.8) * ms * 1e6, lowNs: 0, highNs: 1e9,
}));
const speed = (ratio: number, more: Partial<SpeedAround> = {}): SpeedAround => ({ ratio, before: ratio - 0.01, after: ratio + 0.01, kernels: 40, threads: [{ threads: 1, ratio: 1.1, kernels: 20 }, { threads: 2, ratio: 1.18, kernels: 20 }], kinds: [{ kind: "conv", ratio: 1.06, kernels: 20 }, { kind: "matmul", ratio: 1.21, kernels: 17 }, { kind: "add", ratio: 3, kernels: 3 }], ...more });

test("the error without what the machine is slower by; the plain one stays", () => {
  expect(judge(runs).median).toBeCloseTo(0.2, 12);
  expect(medianErrorAt(1.25, runs)).toBeCloseTo(0, 12);
  expect(medianErrorAt(1, runs)).toBe(judge(runs).median);
  expect(validatedSpeed(speed(1.1), runs)).toEqual({ ...speed(1.1), medianError: medianErrorAt(1.1, runs) });
});

describe("for people", () => {
  test("a machine that is slower: by how much, and the error without it", () => {
    expect(speedLines(validatedSpeed(speed(1.13), runs))).toEqual([
      "speed: the machine takes 1.13 times as long as when it was calibrated (40 kernels; before the runs 1.12, after them 1.14)",
      "  1 thread 1.10, 2 threads 1.18; conv 1.06, matmul 1.21",
      "error with that taken out (predictions × 1.13): median 9.6 %",
    ]);
  });
  test("one that is as fast as ever: there is nothing to take out", () => {
    expect(speedLines(validatedSpeed(speed(1.002), runs))).toEqual([
      "speed: the machine takes 1.00 times as long as when it was calibrated (40 kernels; before the runs 0.99, after them 1.01)",
      "  1 thread 1.10, 2 threads 1.18; conv 1.06, matmul 1.21",
    ]);
  });
  test("not known: why", () => expect(speedLines({ skipped: "the package onnxruntime-node is not installed" })).toEqual(["speed: not known, since the package onnxruntime-node is not installed"]));
  test("stands beside the plain errors, where it was asked for", () => {
    const lines = (text: string) => text.split("\n").filter((line) => /^(error|speed|two)/.test(line)).map((line) => line.slice(0, 20));
    expect(lines(formatValidation("CPU", runs, judge(runs), [], validatedSpeed(speed(1.13), runs)))).toEqual(["error: median 20.0 %", "two measurements of ", "speed: the machine t", "error with that take"]);
    expect(lines(formatValidation("CPU", runs, judge(runs), []))).toEqual(["error: median 20.0 %", "two measurements of "]);
  });
});

describe("what to do", () => {
  const warning = (ratio: number, more: Partial<SpeedAround> = {}) => speedWarning(validatedSpeed(speed(ratio, more), runs));
  test("nothing, while the machine is as fast as it was", () => {
    for (const ratio of [0.96, 1, 1.04]) expect(warning(ratio)).toBeUndefined();
    expect(speedWarning({ skipped: "no backend" })).toBeUndefined();
  });
  test("calibrate anew, where it is slower or faster", () => {
    expect(warning(1.13)).toEqual({ code: "other-speed", message: "the machine takes 13.0 % longer than when it was calibrated, and errors of that size say nothing of the predictions; if it stays so, calibrate anew, into another folder: heddle calibrate --out FOLDER" });
    expect(warning(0.9)!.message).toContain("10.0 % less than");
  });
  test("validate again, where it changed meanwhile, whatever it is on average", () => {
    expect(warning(1, { before: 0.94, after: 1.06 })).toMatchObject({ code: "unsteady-machine", message: expect.stringContaining("took 0.94 times what it says before the runs, and 1.06 times after them") as string });
  });
  test("quiet, where other programs ran", () => expect(warning(1.3, { load: 0.4 })).toMatchObject({ code: "busy-machine" }));
});
