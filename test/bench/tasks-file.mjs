/** A tasks file of a million tasks (about 250 MB of JSON) and one of 10,000, through the command line to a result. */
import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { randomSource } from "../../dist/base/random.js";
import { heterogeneousCosts, layered } from "../../dist/graph/generate.js";
import { tasksChunks } from "../../dist/graph/import/write-tasks.js";
import { processorMachine } from "../../dist/machine/processors.js";
import { printTable } from "./harness.mjs";

function writeTaskFile(file, ops) {
  const graph = layered({ ops, width: 1000, edgesPerOp: 3, edgeBytes: 2000, random: randomSource(1, "graph") });
  const costs = heterogeneousCosts({ ops, devices: 16, random: randomSource(1, "costs") });
  const machine = processorMachine(Array.from({ length: 16 }, (_, i) => `P${i + 1}`));
  const descriptor = openSync(file, "w");
  for (const chunk of tasksChunks({ graph, costs, machine, warnings: [] })) writeSync(descriptor, chunk);
  closeSync(descriptor);
}

/** Runs the command line under /usr/bin/env time's own accounting: wall, CPU and peak memory of the child. */
function measure(file, scheduler) {
  const probe = `
    const { spawnSync } = require("node:child_process");
    const start = process.hrtime.bigint();
    const child = spawnSync(process.execPath, ["bin/heddle.mjs", "run", ${JSON.stringify(file)}, "--scheduler", ${JSON.stringify(scheduler)}], { encoding: "utf8" });
    const wall = Number(process.hrtime.bigint() - start) / 1e6;
    if (child.status !== 0) { process.stderr.write(child.stderr); process.exit(1); }
    console.log(JSON.stringify({ wall, out: child.stdout }));
  `;
  const { stdout, status, stderr } = spawnSync("/usr/bin/time", ["-f", "%U %S %M", process.execPath, "-e", probe], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const [user, system, kib] = stderr.trim().split("\n").at(-1).split(" ").map(Number);
  const { wall, out } = JSON.parse(stdout);
  assert.match(out, /makespan/);
  return { wall, cpu: (user + system) * 1000, mb: kib / 1024 };
}

export function tasksFile(sizes = [10_000, 1_000_000]) {
  const folder = mkdtempSync("dist/bench-");
  try {
    const rows = [];
    for (const ops of sizes) {
      const file = join(folder, `${ops}.tasks.json`);
      writeTaskFile(file, ops);
      for (const scheduler of ["fifo", "dmda", "heft"]) {
        const { wall, cpu, mb } = measure(file, scheduler);
        rows.push([ops, Math.round(statSync(file).size / 1e6), scheduler, Math.round(wall), Math.round(cpu), Math.round(mb)]);
      }
    }
    printTable("tasks file to result, heddle run", ["tasks", "MB of JSON", "scheduler", "wall ms", "CPU ms", "peak MiB"], rows);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
