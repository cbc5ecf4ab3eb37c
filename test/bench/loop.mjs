/** The whole loop beside the naive reference simulator of the tests: the same instance, policy and schedule. */
import assert from "node:assert/strict";
import { build } from "esbuild";
import { simulate } from "../../dist/core/simulate.js";
import { compile } from "../../dist/core/compile.js";
import { heterogeneousCosts, layered } from "../../dist/graph/generate.js";
import { processorMachine } from "../../dist/machine/processors.js";
import { randomSource } from "../../dist/base/random.js";
import { schedulers } from "../../dist/schedulers/index.js";
import { pairedRatio, printTable } from "./harness.mjs";

export async function loop() {
  await build({ entryPoints: ["test/reference/reference-simulator.ts"], outfile: "dist/bench/reference-simulator.mjs", bundle: true, format: "esm", platform: "node", logLevel: "warning" });
  const { referenceSimulate } = await import(new URL("../../dist/bench/reference-simulator.mjs", import.meta.url).href);
  const rows = [];
  for (const [title, edgeBytes, ops] of [["no data", 0, 1000], ["with transfers", 2000, 1000]]) {
    const graph = layered({ ops, width: 40, edgeBytes, random: randomSource(1, "graph") });
    const instance = compile({ graph, machine: processorMachine(Array.from({ length: 8 }, (_, i) => `P${i}`)), costs: heterogeneousCosts({ ops, devices: 8, random: randomSource(1, "costs") }) });
    const { definition } = { definition: schedulers.get("fifo") };
    const makespans = new Set();
    const repeat = 20;
    const r = pairedRatio(
      () => { for (let i = 0; i < repeat; i++) makespans.add(simulate({ instance, scheduler: definition.create({}) }).makespanTicks); },
      () => makespans.add(referenceSimulate(instance, definition.create({}), {}).makespan),
      5,
    );
    assert.equal(makespans.size, 1, "both must find the same schedule");
    rows.push([title, ops, (r.aMs / repeat).toFixed(2), r.bMs.toFixed(1), `${(r.ratio * repeat).toFixed(0)}×`]);
  }
  printTable("loop: engine beside the naive reference, CPU ms a run", ["case", "ops", "engine", "reference", "ratio"], rows);
}
