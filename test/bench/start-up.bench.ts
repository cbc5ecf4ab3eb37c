/** `heddle run` on a small scenario beside Node that imports yaml and zod alone. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { median, type BenchContext, type Table } from "./harness.ts";

/** Wall time of one process, ms. */
function wallMs(args: readonly string[]): number {
  const start = performance.now();
  if (spawnSync(process.execPath, args, { stdio: "ignore" }).status !== 0) throw new Error(`failed: ${args.join(" ")}`);
  return performance.now() - start;
}

export function bench({ folder }: BenchContext): Table[] {
  const base = join(folder, "base.mjs");
  writeFileSync(base, 'import "yaml"; import "zod";\n');
  const walls = { base: [] as number[], run: [] as number[] };
  for (let i = 0; i < 7; i++) {
    walls.base.push(wallMs([base]));
    walls.run.push(wallMs(["bin/heddle.mjs", "run", "scenarios/inline-graph.yaml"]));
  }
  const ratios = walls.base.map((ms, i) => walls.run[i]! / ms);
  return [{ title: "start-up: wall ms, 7 pairs", columns: ["Node + yaml + zod", "heddle run, small scenario", { title: "ratio", digits: 2 }], rows: [[median(walls.base), median(walls.run), median(ratios)]] }];
}
