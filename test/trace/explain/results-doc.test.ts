import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { simulate } from "../../../src/core/simulate.ts";
import { schedulers } from "../../../src/schedulers/index.ts";
import { elsewhere } from "../../../src/trace/explain/elsewhere.ts";
import { explainOp } from "../../../src/trace/explain/explain-op.ts";
import { explainRun } from "../../../src/trace/explain/explain-run.ts";
import { instanceVariants } from "../../../src/trace/explain/instance-variants.ts";
import { whatIf } from "../../../src/trace/explain/what-if.ts";
import { makeInstance, makeRun } from "../make-run.ts";

it("docs/results.md explains every property of an explanation", () => {
  const page = readFileSync(new URL("../../../docs/results.md", import.meta.url), "utf8");
  const instance = makeInstance({ costs: [[10, 20], [10, 20], [10, 20], [4, 8]], edges: [[0, 3, 6]], latency: 2 });
  const run = simulate({ instance, scheduler: schedulers.get("mct").create({}), decisions: true });
  const far = makeRun(instance, [{ op: 0, device: 0 }, { op: 1, device: 0, stretch: 2 }, { op: 3, device: 1, setup: 2 }]);
  const repeats = { again: () => run, asPlaced: () => run };
  const explanations = [
    { ...explainRun(run), whatIf: whatIf(run, instanceVariants(run), 2, repeats), whatIfNote: "" }, explainRun(far),
    { ...explainOp(run, 3), elsewhere: elsewhere(run, explainOp(run, 3), repeats) }, explainOp(far, 3),
  ];
  const keys = new Set<string>();
  JSON.stringify(explanations, (key, value: unknown) => {
    if (key !== "" && !/^\d+$/.test(key)) keys.add(key);
    return value;
  });
  expect(keys.size).toBeGreaterThan(60);
  expect([...keys].filter((key) => !new RegExp(`\`([a-zA-Z]+\\.)?${key}(\\[\\])?\``).test(page))).toEqual([]);
});
