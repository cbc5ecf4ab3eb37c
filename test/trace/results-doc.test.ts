import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { computeMetrics } from "../../src/trace/metrics.ts";
import { makeInstance, makeRun } from "./make-run.ts";

it("docs/results.md explains every property of the result", () => {
  const page = readFileSync(new URL("../../docs/results.md", import.meta.url), "utf8");
  const instance = makeInstance({ costs: [[4, 9], [9, 3], [2, 8]], edges: [[0, 1, 6]], jobOf: [0, 0, 1], memoryBytes: 1 });
  const trace = { ...makeRun(instance, [{ op: 0, device: 0, stretch: 1 }, { op: 1, device: 1, setup: 1 }, { op: 2, device: 0 }]), peakBytes: Float64Array.of(2, 2) };
  const capacity = { ...instance, resourceCapacity: instance.resourceCapacity.map(() => 1) };
  const metrics = computeMetrics({ ...trace, instance: capacity }, { lowerBound: { ticks: 5, source: "area" }, devices: [{ power: { idleWatts: 1, busyWatts: 2 } }] });
  const keys = new Set<string>();
  JSON.stringify(metrics, (key, value: unknown) => {
    if (key !== "" && !/^\d+$/.test(key)) keys.add(key);
    return value;
  });
  expect(keys.size).toBeGreaterThan(50);
  expect([...keys].filter((key) => !page.includes(`\`${key}\``) && !page.includes(`\`${key}[]\``))).toEqual([]);
});
