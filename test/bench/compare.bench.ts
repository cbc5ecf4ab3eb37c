/** `heddle compare` as a user runs it: 14 schedulers × 100 seeds of a graph of 1,000 operators with noise, in a process of its own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { met, type BenchContext, type Table } from "./harness.ts";

const schedulers = ["heft", "cpop", "peft", "lookahead", "dls", "etf", "mcp", "hcpt", "min-min", "sufferage", "dmda", "work-stealing", "fifo", "heteroprio"];
const seeds = 100;
/** Seconds on two cores that nobody else uses. */
const aimS = 10;

interface Outcome {
  readonly wallS: number;
  readonly cpuS: number;
  readonly text: string;
}

function compareOnce(scenario: string, workers: number): Outcome {
  const args = [process.env["HEDDLE_BIN"] ?? resolve("bin/heddle.mjs"), "compare", scenario, "--schedulers", schedulers.join(","), "--seeds", String(seeds), "--workers", String(workers), "--format", "json"];
  // The child tells its own CPU time when it ends.
  const tell = 'data:text/javascript,process.on("exit",()=>{const{user,system}=process.cpuUsage();process.stderr.write(String(user+system))})';
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", tell, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  const wallS = (performance.now() - start) / 1000;
  assert.equal(status, 0, stderr);
  return { wallS, cpuS: Number(/\d+$/.exec(stderr)![0]) / 1e6, text: stdout };
}

export function bench({ folder, sizes = [1000], progress }: BenchContext): Table[] {
  const rows = sizes.flatMap((ops) => {
    const scenario = join(folder, `layered-${ops}.yaml`);
    writeFileSync(scenario, `workload: {generate: {family: layered, ops: ${ops}}}\nmachine: {processors: 8}\nnoise: 10%\n`);
    const outcomes = [1, 2].map((workers) => {
      progress(`compare: ${ops} operators, ${workers} workers`);
      return { workers, ...compareOnce(scenario, workers) };
    });
    const result = JSON.parse(outcomes[0]!.text) as { seeds: number; schedulers: { name: string; makespansNs: number[] }[] };
    assert.deepEqual(result.schedulers.map(({ name }) => name).sort(), [...schedulers].sort());
    // Every run was made: each seed has a makespan of its own.
    for (const { makespansNs } of result.schedulers) assert.ok(makespansNs.length === seeds && new Set(makespansNs).size > seeds / 2);
    assert.equal(outcomes[1]!.text, outcomes[0]!.text, "the result must not depend on the number of workers");
    const runs = schedulers.length * seeds;
    return outcomes.map(({ workers, wallS, cpuS }) => [ops, workers, wallS, cpuS, runs / wallS, (runs * ops) / wallS / 1e6, workers === 2 && ops === 1000 ? `${aimS} s: ${met(wallS < aimS)}` : undefined]);
  });
  return [{
    title: `compare: ${schedulers.length} schedulers × ${seeds} seeds on 8 processors, the whole command`,
    columns: ["operators", "workers", { title: "wall s", digits: 1 }, { title: "CPU s", digits: 1 }, "runs/s", { title: "M operators/s", digits: 2 }, "below"], rows,
  }];
}
