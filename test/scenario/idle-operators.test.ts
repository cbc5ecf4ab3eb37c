import { describe, expect, it } from "vitest";
import type { Warning } from "../../src/base/errors.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { memoryFiles, messageOf } from "./memory-files.ts";

async function warningsOf(ops: string, rest = ""): Promise<readonly Warning[]> {
  const readFile = memoryFiles({ "a.yaml": `workload:\n  graph:\n    ops:\n${ops.split("; ").map((op) => `      ${op}\n`).join("")}machine: workstation\n${rest}` });
  return (await resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile })).warnings;
}

describe("idleOperators", () => {
  it("warns of operators that have nothing, once a kind", async () => {
    expect(await warningsOf("a: {kind: mystery}; b: {kind: mystery, shape: {x: 3}}; c: {kind: matmul}; d: {kind: matmul, flops: 1}; e: {kind: reshape}; f: 0ns")).toEqual([
      { code: "idle-operator", message: '2 operators of kind "mystery", "a" first, have neither flops, bytes nor a time, and cost nothing: write time: 0ns where that is meant' },
      { code: "idle-operator", message: 'operator "c" has neither flops, bytes nor a time, and costs nothing: shape: {m, n, k} says how much it does' },
    ]);
  });

  it("says nothing where a table knows the kind, or the shape says it all", async () => {
    expect(await warningsOf("a: {kind: mystery}; b: {kind: relu, shape: {elements: 100}}", "cost: [{table: {mystery: 3ms}}, roofline]\n")).toEqual([]);
  });

  it("refuses a shape that lacks an extent, and names it", async () => {
    expect(await messageOf(() => warningsOf("a: {kind: matmul, shape: {m: 4, n: 4}}"))).toBe(
      "a.yaml:4:32: error[missing-extent]: the shape of a matmul needs k too\n  hint: its work and bytes follow from m, n, k; or write flops, read and write",
    );
    expect(await warningsOf("a: {kind: matmul, flops: 1e6, shape: {m: 4, n: 4}}")).toEqual([]);
  });
});
