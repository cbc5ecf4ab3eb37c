import { describe, expect, test } from "vitest";
import type { RuntimeSetting } from "../../src/predict/runtime-setting.ts";
import { errorOf, judge, type ValidatedRun } from "../../src/validate/judge.ts";
import { formatValidation } from "../../src/validate/validation-text.ts";

const one: RuntimeSetting = { executor: "sequential", intraThreads: 1, interThreads: 1 };
const two: RuntimeSetting = { executor: "sequential", intraThreads: 2, interThreads: 1 };
const side: RuntimeSetting = { executor: "parallel", intraThreads: 1, interThreads: 2 };
const run = (model: string, setting: RuntimeSetting, measuredMs: number, predictedMs: number): ValidatedRun => ({
  model, setting, measuredNs: measuredMs * 1e6, apart: 0.01, predictedNs: predictedMs * 1e6, lowNs: predictedMs * 0.9e6, highNs: predictedMs * 1.1e6,
});
/** Of `b`, the wrong setting is chosen: 6 ms instead of 5 ms. */
const runs = [run("a", one, 10, 11), run("a", two, 5, 5), run("a", side, 8, 7.6), run("b", one, 9, 10), run("b", two, 5, 6), run("b", side, 6, 4.5)];

describe("the verdict", () => {
  const verdict = judge(runs);
  test("errors: |predicted − measured| / measured", () => {
    expect(runs.map((item) => Number(errorOf(item).toFixed(4)))).toEqual([0.1, 0, -0.05, 0.1111, 0.2, -0.25]);
    expect(verdict.mean).toBeCloseTo((0.1 + 0 + 0.05 + 1 / 9 + 0.2 + 0.25) / 6, 12);
    expect(verdict.median).toBeCloseTo((0.1 + 1 / 9) / 2, 12);
    expect(verdict.bias).toBeCloseTo((0.1 - 0.05 + 1 / 9 + 0.2 - 0.25) / 6, 12);
  });
  test("how many lie in their interval", () => expect(verdict.covered).toBe(4 / 6));
  test("ranks and regret by model", () => {
    expect(verdict.models).toEqual([
      { model: "a", tau: 1, chosen: two, best: two, regret: 0 },
      { model: "b", tau: 1 / 3, chosen: side, best: two, regret: 6 / 5 - 1 },
    ]);
  });
  test("one run: no ranks, and that is said by leaving them out", () => {
    const alone = judge(runs.slice(0, 1));
    expect(alone.tau).toBeNaN();
    expect(formatValidation("CPU", runs.slice(0, 1), alone, [])).not.toContain("Kendall");
  });
});

test("for people", () => {
  expect(formatValidation("test CPU", runs, judge(runs), [{ model: "c.onnx", setting: side, why: "no answer within 120 s" }])).toMatchInlineSnapshot(`
    "predicted and measured on test CPU

      model  setting                  measured    A/A  predicted    error  interval
      a      sequential, 1 thread      10.0 ms  1.0 %    11.0 ms  +10.0 %
             sequential, 2 threads     5.00 ms  1.0 %    5.00 ms   +0.0 %
             parallel, 2 × 1 threads   8.00 ms  1.0 %    7.60 ms   −5.0 %
      b      sequential, 1 thread      9.00 ms  1.0 %    10.0 ms  +11.1 %
             sequential, 2 threads     5.00 ms  1.0 %    6.00 ms  +20.0 %  outside
             parallel, 2 × 1 threads   6.00 ms  1.0 %    4.50 ms  −25.0 %  outside

    error: median 10.6 %, mean 11.9 %, 9 of 10 below 22.5 %; on average +1.9 %
    two measurements of the same: 1.0 % apart at the median (A/A)
    interval: 66.7 % of the measured times lie in theirs
    ranks: Kendall τ 0.690 over all runs
    settings: the fastest was predicted for 1 of 2 models

      model     τ  Heddle's choice          really fastest         regret
      a      1.00  sequential, 2 threads    sequential, 2 threads   0.0 %
      b      0.33  parallel, 2 × 1 threads  sequential, 2 threads  20.0 %

    not run:
      c.onnx (parallel, 2 × 1 threads): no answer within 120 s
    "
  `);
  expect(formatValidation("test CPU", [], undefined, [{ model: "c.onnx", why: "not an ONNX file" }])).toMatchInlineSnapshot(`
    "predicted and measured on test CPU

    not run:
      c.onnx: not an ONNX file
    "
  `);
});
