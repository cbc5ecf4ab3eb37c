/**
 * The whole way at three sizes: builder → graph → compile → run, on 16 unrelated processors. One child process a case,
 * so that peak memory is its own. `node test/bench/scale.mjs CASE OPS` runs one case and prints JSON.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { childResult, cpuMs, printTable } from "./harness.mjs";

const devices = 16;
const cases = {
  "fifo, no data": { scheduler: "fifo", edgeBytes: 0 },
  "fifo": { scheduler: "fifo", edgeBytes: 2000 },
  "dmda": { scheduler: "dmda", edgeBytes: 2000 },
  "heft": { scheduler: "heft", edgeBytes: 2000 },
};

async function runCase(name, ops) {
  const [{ layered, heterogeneousCosts }, { randomSource }, { compile }, { processorMachine }, { Simulation }, { schedulers }] = await Promise.all([
    import("../../dist/graph/generate.js"), import("../../dist/base/random.js"), import("../../dist/core/compile.js"), import("../../dist/machine/processors.js"), import("../../dist/core/simulation.js"), import("../../dist/schedulers/index.js"),
  ]);
  const { scheduler, edgeBytes } = cases[name];
  const start = process.cpuUsage();
  const graph = layered({ ops, width: 1000, edgesPerOp: 3, edgeBytes, random: randomSource(1, "graph") });
  const built = cpuMs(start);
  const costs = heterogeneousCosts({ ops, devices, random: randomSource(1, "costs") });
  const machine = processorMachine(Array.from({ length: devices }, (_, i) => `P${i + 1}`));
  const drawn = cpuMs(start);
  const instance = compile({ graph, machine, costs });
  const compiled = cpuMs(start);
  const { definition, options } = { definition: schedulers.get(scheduler), options: {} };
  const parsed = definition.options ? definition.options["~standard"].validate(options).value : options;
  const simulation = new Simulation({ instance, scheduler: definition.create(parsed), schedulerName: scheduler });
  const planned = cpuMs(start);
  const trace = simulation.run();
  const ran = cpuMs(start);
  assert.equal(trace.rows.length, ops + trace.transfers.length);
  assert.ok(trace.complete && trace.ops.endTicks.every((end) => end <= trace.makespanTicks));
  assert.ok(edgeBytes === 0 ? trace.transfers.length === 0 : trace.transfers.length > ops);
  return {
    buildMs: built, compileMs: compiled - drawn, planMs: planned - compiled, loopMs: ran - planned, totalMs: ran - (drawn - built),
    edges: instance.edgeCount, transfers: trace.transfers.length, makespanTicks: trace.makespanTicks, peakMb: process.resourceUsage().maxRSS / 1024,
  };
}

if (process.argv[2] !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(JSON.stringify(await runCase(process.argv[2], Number(process.argv[3]))));
}

/** Prints tasks/s at each size and how the cost grows. */
export function scale(sizes = [10_000, 100_000, 1_000_000]) {
  const rows = [];
  for (const name of Object.keys(cases)) {
    let before;
    for (const ops of sizes) {
      const r = childResult(fileURLToPath(import.meta.url), [name, String(ops)]);
      const run = r.planMs + r.loopMs;
      rows.push([name, ops, r.edges, r.buildMs, r.compileMs, r.planMs, r.loopMs, r.totalMs, `${(ops / run / 1000).toFixed(2)} M`, `${(ops / r.loopMs / 1000).toFixed(2)} M`, Math.round(r.peakMb), before === undefined ? "" : `×${(run / before.run).toFixed(1)} for ×${ops / before.ops}`]);
      before = { run, ops };
    }
  }
  printTable("scale: 16 unrelated processors, up to 3 edges an op; CPU ms", ["case", "ops", "edges", "build", "compile", "plan", "loop", "total", "tasks/s plan+loop", "tasks/s loop", "peak MiB", "growth"], rows);
  return rows;
}
