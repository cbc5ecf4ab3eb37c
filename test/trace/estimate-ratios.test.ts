import { describe, expect, it } from "vitest";
import { estimateLine, estimateRatios } from "../../src/trace/estimate-ratios.ts";
import { computeMetrics } from "../../src/trace/metrics.ts";
import { makeInstance, makeRun } from "./make-run.ts";

const instance = makeInstance({ costs: [[10, 20], [10, 20], [10, 20], [0, 0]], setup: 5 });

describe("estimateRatios", () => {
  it("compare running time with what was expected, setups left out", () => {
    const run = makeRun(instance, [{ op: 0, device: 0, stretch: 5 }, { op: 1, device: 0, setup: 5 }, { op: 2, device: 1, stretch: -5 }, { op: 3, device: 1, stretch: 2 }]);
    expect(estimateRatios(run)).toEqual({
      meanError: 0.25,
      devices: [{ name: "P1", tasks: 2, mean: 1.25, p95: 1.5 }, { name: "P2", tasks: 1, mean: 0.75, p95: 0.75 }],
      kinds: [{ kind: "task", tasks: 3, mean: 1.08333333333, p95: 1.5 }],
    });
    expect(estimateLine(estimateRatios(run)!)).toBe("actual / expected time on P1 mean 1.25, p95 1.50; P2 mean 0.75, p95 0.75");
  });

  it("are left out where all ran as expected, to the tick", () => {
    const run = makeRun(instance, [{ op: 0, device: 0 }, { op: 1, device: 0, setup: 5 }]);
    expect(estimateRatios(run)).toBeUndefined();
    expect("estimates" in computeMetrics(run)).toBe(false);
  });
});
