/** The whole loop beside the naive reference simulator of the tests: the same instance, policy and schedule. */
import assert from "node:assert/strict";
import { randomSource } from "../../src/base/random.ts";
import { compile } from "../../src/core/compile.ts";
import { simulate } from "../../src/core/simulate.ts";
import { heterogeneousCosts, layered } from "../../src/graph/generate.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import { referenceSimulate } from "../reference/reference-simulator.ts";
import { pairedRatio, type Table } from "./harness.ts";
import { schedulerOf } from "./peers/heddle.ts";

/** Runs of the engine for one of the reference. */
const REPEAT = 20;

export function bench(): Table[] {
  const ops = 1000;
  const rows = [["no data", 0], ["with transfers", 2000]].map(([title, edgeBytes]) => {
    const graph = layered({ ops, width: 40, edgeBytes: edgeBytes as number, random: randomSource(1, "graph") });
    const instance = compile({ graph, machine: processorMachine(Array.from({ length: 8 }, (_, i) => `P${i}`)), costs: heterogeneousCosts({ ops, devices: 8, random: randomSource(1, "costs") }) });
    const makespans = new Set<number>();
    const r = pairedRatio(
      () => { for (let i = 0; i < REPEAT; i++) makespans.add(simulate({ instance, scheduler: schedulerOf("fifo") }).makespanTicks); },
      () => makespans.add(referenceSimulate(instance, schedulerOf("fifo"), {}).makespan),
      5,
    );
    assert.equal(makespans.size, 1, "both must find the same schedule");
    return [title, ops, r.aMs / REPEAT, r.bMs, r.ratio * REPEAT];
  });
  return [{ title: "loop: the engine beside the naive reference, CPU ms a run", columns: ["case", "ops", { title: "engine", digits: 2 }, { title: "reference", digits: 1 }, { title: "times engine", digits: 0 }], rows }];
}
