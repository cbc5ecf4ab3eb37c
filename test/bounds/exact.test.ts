import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { solveExactly, type ExactResult } from "../../src/bounds/exact.ts";
import { lowerBound } from "../../src/bounds/lower-bound.ts";
import { compile } from "../../src/core/compile.ts";
import type { Instance } from "../../src/core/instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Workload } from "../../src/cost/cost-model.ts";
import { importDot } from "../../src/graph/import/dot.ts";
import { importStg } from "../../src/graph/import/stg.ts";
import { replay } from "../../src/schedulers/replay.ts";
import { arabnejad, topcuoglu } from "../schedulers/published-graphs.ts";
import { sharedData } from "../shared-data.ts";
import { makeInstance, makeRun, type InstanceSpec } from "../trace/make-run.ts";

const inf = Infinity;

/** Links that nothing delays. */
const unshared = (spec: InstanceSpec): Instance => {
  const instance = makeInstance(spec);
  return { ...instance, resourceCapacity: instance.resourceCapacity.map((capacity, r) => (r === instance.resourceCount - 1 ? inf : capacity)) };
};
const compiled = ({ graph, machine, costs, tickNs }: Workload) => compile({ graph, machine: machine!, costs: costs!, tickNs });
const replayed = (instance: Instance, { placement }: ExactResult) =>
  simulate({ instance, scheduler: replay.create({ placement: placement.map(({ op, device }) => ({ op, device })) }), seed: 1 });

describe("solveExactly", () => {
  it.for([["Topcuoglu, Hariri & Wu 2002", topcuoglu, 73], ["Arabnejad & Barbosa 2014", arabnejad, 113]] as const)("proves the optimum of %s", ([, graph, optimum]) => {
    const instance = unshared(graph);
    const result = solveExactly(instance, { maxNodes: 200_000 });
    console.log(result.nodes);
    expect(result).toMatchObject({ makespanTicks: optimum, lowerBoundTicks: optimum, proven: true, gap: 0, leftOut: [] });
    expect(replayed(instance, result).makespanTicks).toBe(optimum);
  });

  it.for([
    ["Nodes_7_OutTree", 2, 28], ["Nodes_7_OutTree", 4, 22], ["Nodes_10_Random", 2, 50], ["Nodes_10_Random", 4, 50], ["Nodes_11_OutTree", 2, 350], ["Nodes_11_OutTree", 4, 227],
  ] as const)("proves the optimum of %s on %d processors: %d", ([name, processors, optimum], { skip }) => {
    const path = sharedData(`taskgraphs/dot-optimal/${name}.dot`);
    if (!path) return skip("no shared data");
    const instance = compiled(importDot(readFileSync(path), { file: path, processors }));
    const result = solveExactly(instance);
    console.log(name, processors, result.nodes);
    expect([result.makespanTicks, result.proven]).toEqual([optimum, true]);
    expect(replayed(instance, result).makespanTicks).toBe(optimum);
  });

  it.for([[2, 131], [4, 66], [8, 55]] as const)("proves the optimum of the 50 tasks of STG's rand0000 on %d processors: %d", ([processors, optimum], { skip }) => {
    const path = sharedData("taskgraphs/stg/rand0000_50.stg");
    if (!path) return skip("no shared data");
    const instance = compiled(importStg(readFileSync(path), { file: path, processors }));
    const result = solveExactly(instance, { maxNodes: 50_000 });
    console.log(processors, result.nodes);
    expect([result.makespanTicks, result.proven]).toEqual([optimum, true]);
  });
});
