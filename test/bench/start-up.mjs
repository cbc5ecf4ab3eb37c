/** `heddle run` on a small scenario beside Node that imports yaml and zod alone. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { median, printTable } from "./harness.mjs";

/** Wall time of one child, ms. */
function wallMs(args) {
  const start = performance.now();
  if (spawnSync(process.execPath, args, { stdio: "ignore" }).status !== 0) throw new Error(`failed: ${args.join(" ")}`);
  return performance.now() - start;
}

export function startUp() {
  const folder = mkdtempSync(resolve("dist/bench-"));
  try {
    const base = resolve(folder, "base.mjs");
    writeFileSync(base, 'import "yaml"; import "zod";\n');
    const scenario = ["bin/heddle.mjs", "run", "scenarios/inline-graph.yaml"];
    const walls = { base: [], run: [] };
    for (let i = 0; i < 7; i++) {
      walls.base.push(wallMs([base]));
      walls.run.push(wallMs(scenario));
    }
    const ratios = walls.base.map((ms, i) => walls.run[i] / ms);
    printTable("start-up: wall ms, 7 pairs", ["Node + yaml + zod", "heddle run, small scenario", "ratio"], [[median(walls.base).toFixed(0), median(walls.run).toFixed(0), `${median(ratios).toFixed(2)}×`]]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
