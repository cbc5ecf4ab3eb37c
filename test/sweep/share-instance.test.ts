import { expect, it } from "vitest";
import { compileScenario } from "../../src/scenario/run-scenario.ts";
import { openInstance, shareInstance } from "../../src/sweep/share-instance.ts";
import { resolved } from "./resolved.ts";

it("an instance comes out of shared memory as it went in, names included", async () => {
  const instance = compileScenario(await resolved('{workload: {graph: {ops: {"à la carte 🍽": {kind: matmul, flops: 1e9, output: 1MB}, b: {kind: relu, flops: 1e6}}, edges: ["à la carte 🍽 -> b"]}, instances: 3}, machine: mixed}'));
  // What a worker gets is a structured clone.
  const posted = structuredClone(shareInstance(instance));
  expect(posted.columns.costTicks.buffer).toBeInstanceOf(SharedArrayBuffer);
  const opened = openInstance(posted);
  expect(opened.digest).toBe(instance.digest);
  expect(Array.from({ length: opened.opNames.length }, (_, op) => opened.opNames.at(op))).toEqual(Array.from({ length: instance.opCount }, (_, op) => instance.opNames.at(op)));
  expect(Array.from({ length: opened.tensorNames.length }, (_, t) => opened.tensorNames.at(t))).toEqual(Array.from({ length: instance.tensorCount }, (_, t) => instance.tensorNames.at(t)));
  expect(Object.keys(opened).sort()).toEqual(Object.keys(instance).sort());
});
