/** A tasks file of a million tasks (about 250 MB of JSON) and one of 10,000, through the command line to a result. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { randomSource } from "../../src/base/random.ts";
import { heterogeneousCosts, layered } from "../../src/graph/generate.ts";
import { tasksChunks } from "../../src/graph/import/write-tasks.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import type { BenchContext, Table } from "./harness.ts";

function writeTaskFile(file: string, ops: number): void {
  const graph = layered({ ops, width: 1000, edgesPerOp: 3, edgeBytes: 2000, random: randomSource(1, "graph") });
  const costs = heterogeneousCosts({ ops, devices: 16, random: randomSource(1, "costs") });
  const machine = processorMachine(Array.from({ length: 16 }, (_, i) => `P${i + 1}`));
  const descriptor = openSync(file, "w");
  for (const chunk of tasksChunks({ graph, costs, machine, warnings: [] })) writeSync(descriptor, chunk);
  closeSync(descriptor);
}

interface Usage {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** Runs the command line: wall and CPU time and peak memory, all threads included. */
function measure(file: string, scheduler: string): Usage {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync("/usr/bin/time", ["-f", "%U %S %M", process.execPath, "bin/heddle.mjs", "run", file, "--scheduler", scheduler], { encoding: "utf8" });
  const wallMs = performance.now() - start;
  assert.equal(status, 0, stderr);
  assert.match(stdout, /makespan/);
  const [user, system, kib] = stderr.trim().split("\n").at(-1)!.split(" ").map(Number) as [number, number, number];
  return { wallMs, cpuMs: (user + system) * 1000, peakMb: kib / 1024 };
}

export function bench({ sizes = [10_000, 1_000_000], folder, progress }: BenchContext): Table[] {
  const rows: (string | number)[][] = [];
  for (const ops of sizes) {
    const file = join(folder, `${ops}.tasks.json`);
    writeTaskFile(file, ops);
    for (const scheduler of ["fifo", "dmda", "heft"]) {
      progress(`tasks file, ${ops} tasks, ${scheduler} …`);
      const { wallMs, cpuMs, peakMb } = measure(file, scheduler);
      rows.push([ops, statSync(file).size / 1e6, scheduler, wallMs, cpuMs, peakMb]);
    }
  }
  return [{ title: "tasks file to result, heddle run", columns: ["tasks", "MB of JSON", "scheduler", "wall ms", "CPU ms", "peak MB"], rows }];
}
